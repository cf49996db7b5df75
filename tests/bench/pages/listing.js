// Loops that load users: pages of 200, with one cursor or several.

const LANES = 6;

async function read(href, token) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${token}` };
  const response = await fetch(href, { headers, cache: "no-store", credentials: "omit" });
  if (!response.ok) throw new Error(`${response.status} for ${href}`);
  return JSON.parse(await response.text());
}

/// The IDs of the environment's populations.
export async function populations({ environment, token }) {
  const page = await read(`${environment}/populations`, token);
  return page._embedded.populations.map(({ id }) => id);
}

/// The users, one page at a time.
export async function* pages({ environment, token }, filter) {
  const query = filter === undefined ? "" : `&filter=${encodeURIComponent(filter)}`;
  let next = `${environment}/users?limit=200${query}`;
  while (next !== undefined) {
    const page = await read(next, token);
    yield page._embedded.users;
    next = page._links.next?.href;
  }
}

/// The users of all populations. The population that has waited longest is next, and at most six requests are in
/// flight.
export async function lanes(access, populations, take) {
  const waiting = populations.map((id) => pages(access, `population.id eq "${id}"`));
  const lane = async () => {
    for (let list = waiting.shift(); list !== undefined; list = waiting.shift()) {
      const { value, done } = await list.next();
      if (done) continue;
      take(value);
      waiting.push(list);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
