// The page's clock. A hidden page's own timers fall to one a minute; a worker's keep their pace.
// In: { id, millis }. Out, that much later: id.
self.onmessage = ({ data: { id, millis } }) => setTimeout(() => self.postMessage(id), millis);
