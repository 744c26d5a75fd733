// Asking the HTTP API. What it refuses is thrown as a Problem, whose message is a sentence for people.

export class Problem extends Error {
  constructor(details) {
    super(details.detail ?? details.title ?? "The server refuses without a word.");
    this.status = details.status;
    this.field = details.field;
    this.accepted = details.accepted;
  }
}

/** The JSON at an address. */
export async function get(address) {
  let response;
  try {
    response = await fetch(address);
  } catch {
    throw new Problem({ detail: "The server does not answer." });
  }
  const json = await response.json().catch(() => ({ detail: `The server answers ${response.status} without a word.` }));
  if (!response.ok) {
    throw new Problem({ status: response.status, ...json });
  }
  return json;
}

/**
 * The address of a view's query, or of the same query live. Parameters without a value are left out; a list is given as
 * alternatives.
 */
export function address(view, kind, parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) {
      if (one !== undefined && one !== "") {
        search.append(name, one);
      }
    }
  }
  return `v1/views/${encodeURIComponent(view)}/${kind}?${search}`;
}

/** The rows of a query. */
export async function rows(view, parameters) {
  return (await get(address(view, "query", parameters))).rows;
}
