// Clock worker. Timers of a hidden page are throttled to one per minute, a worker's aren't.
// Input: { id, millis }. Output after that time: id.
self.onmessage = ({ data: { id, millis } }) => setTimeout(() => self.postMessage(id), millis);
