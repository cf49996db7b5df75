// The floor of runs: six requests at a time, nothing kept, nothing retried, nothing read back.

const WIDTH = 6;

globalThis.contender = {
  /// Turns MFA on for everyone. How many it was on for by PingOne's answer.
  async change({ environment, token, users }) {
    const headers = { Accept: "application/json", Authorization: `Bearer ${token}` };
    const options = { cache: "no-store", credentials: "omit" };
    const waiting = users.values();
    let changed = 0;
    const lane = async () => {
      for (const id of waiting) {
        const response = await fetch(`${environment}/users/${id}/mfaEnabled`, {
          ...options,
          method: "PUT",
          headers: { ...headers, "Content-Type": "application/json" },
          body: JSON.stringify({ mfaEnabled: true }),
        });
        if ((await response.json()).mfaEnabled === true) changed += 1;
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, lane));
    // Where the clock stops, as it does for a run: the first request to the list after the last answer.
    await fetch(`${environment}/users?limit=1`, { ...options, headers });
    return changed;
  },
};
