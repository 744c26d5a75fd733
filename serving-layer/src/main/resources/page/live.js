// A live query, listened to for as long as it takes: a connection that is lost, or says nothing, is made anew.

const SILENCE = 15_000; // The server beats every 5 seconds.
const AGAIN = 2_000;

/**
 * Listens to a live query until the returned function is called.
 *
 * @param on `rows` and `problem` get what the server sends, `lost` is told that the connection has broken
 */
export function listen(address, on) {
  let source;
  let timer;
  let stopped = false;

  function open() {
    source = new EventSource(address);
    source.addEventListener("rows", (event) => on.rows(heard(event)));
    source.addEventListener("problem", (event) => on.problem(heard(event)));
    source.addEventListener("heartbeat", heard);
    source.addEventListener("error", lost);
    watch();
  }

  function heard(event) {
    watch();
    return JSON.parse(event.data);
  }

  function watch() {
    clearTimeout(timer);
    timer = setTimeout(lost, SILENCE);
  }

  async function lost() {
    close();
    on.lost();
    const refused = await refusal(address);
    if (stopped) {
      return;
    }
    if (refused !== undefined) {
      on.problem(refused);
    }
    if (refused === undefined || refused.status >= 500) {
      timer = setTimeout(open, AGAIN);
    }
  }

  function close() {
    source.close();
    clearTimeout(timer);
  }

  open();
  return () => {
    stopped = true;
    close();
  };
}

/** The problem that an address is refused with, if it is: an EventSource does not tell. */
async function refusal(address) {
  const asked = new AbortController();
  try {
    const response = await fetch(address, { signal: asked.signal });
    return response.ok ? undefined : await response.json();
  } catch {
    return undefined;
  } finally {
    asked.abort();
  }
}
