// What the page asks of the sandbox, and what the sandbox tells it.

async function answer(response) {
  const text = await response.text();
  let body = null;
  try {
    body = text ? JSON.parse(text) : {};
  } catch {
    body = null;
  }
  if (response.ok && body) return body;
  const { field, message, hint } = body?.error ?? {};
  throw new Error([field && `${field}:`, message ?? `the sandbox answered ${response.status}`, hint && `(${hint})`].filter(Boolean).join(" "));
}

export const get = async (path) => answer(await fetch(path, { cache: "no-store" }));

async function change(method, path, body) {
  return answer(await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) }));
}

export const post = (path, body) => change("POST", path, body);
export const remove = (path) => change("DELETE", path);

// Stores a file, as the customer's phone does before it sends one: { id }.
export async function upload(file) {
  return answer(await fetch("/api/media", {
    method: "POST", body: file,
    headers: { "Content-Type": file.type || "application/octet-stream", "X-Filename": encodeURIComponent(file.name || ""), "X-Sandbox": "1" },
  }));
}

const EVENTS = ["message", "customer", "typing", "exchange", "template", "fault", "clock", "flow", "connection", "state"];
const LONGEST = 5000; // milliseconds between two tries

// Keeps the page up to date for as long as it is open: the whole state, and from then on each
// change. Whenever the line breaks, or the sandbox says that too much was missed, it begins anew.
export function follow({ onState, onEvent, onLine }) {
  let tries = 0;
  const later = () => setTimeout(begin, Math.min(LONGEST, 300 * 2 ** tries++));

  async function begin() {
    let state;
    try {
      state = await get("/api/state");
    } catch {
      onLine(false);
      return later();
    }
    onState(state);
    const source = new EventSource(`/api/events?since=${encodeURIComponent(state.revision)}`);
    const again = () => {
      source.close();
      later();
    };
    source.onopen = () => {
      tries = 0;
      onLine(true);
    };
    source.onerror = () => {
      onLine(false);
      again();
    };
    source.addEventListener("reset", again);
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => onEvent(name, JSON.parse(event.data)));
    }
  }

  begin();
}
