// What the page asks of the sandbox, and what the sandbox tells it.

async function ask(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Error("The sandbox does not answer.");
  }
}

// An error that will come again, however often the same is asked, is `final`.
const refusal = (status, text) => Object.assign(new Error(text), { status, final: status >= 400 && status < 500 });

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
  throw refusal(response.status, [field && `${field}:`, message ?? `the sandbox answered ${response.status}`, hint && `(${hint})`].filter(Boolean).join(" "));
}

export const get = async (path) => answer(await ask(path, { cache: "no-store" }));

async function change(method, path, body) {
  return answer(await ask(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) }));
}

export const post = (path, body) => change("POST", path, body);
export const remove = (path) => change("DELETE", path);

// Stores a file, as the customer's phone does before it sends one: { id }.
export async function upload(file) {
  return answer(await ask("api/media", {
    method: "POST", body: file,
    headers: { "Content-Type": file.type || "application/octet-stream", "X-Filename": encodeURIComponent(file.name || ""), "X-Sandbox": "1" },
  }));
}

const LONGEST = 5000; // milliseconds between two tries

// Whether another sandbox is here now, which does not know this page's address.
const isReplaced = () => get("api/faults").then(() => false, (error) => error.status === 403);

// Keeps the page up to date for as long as it is open: the whole state, and from then on each
// change. Whenever the line breaks, or the sandbox says that too much was missed, it begins anew,
// until the sandbox is another one.
export function follow({ onState, onEvent, onLine, onEnd }) {
  const line = new SharedWorker("phone/line.js", { name: "line" }).port;
  let tries = 0;
  let known = null;  // the revision of the page's state
  let waiting = [];  // what was told before there was a state

  const join = () => line.postMessage("join");
  const broken = () => {
    known = null;
    waiting = [];
    onLine(false);
    setTimeout(async () => (await isReplaced() ? onEnd() : join()), Math.min(LONGEST, 300 * 2 ** tries++));
  };

  function take({ name, revision, data }) {
    if (revision > known) onEvent(name, JSON.parse(data));
  }

  async function open() {
    const told = waiting = [];
    known = null;
    const state = await get("api/state").catch(() => null);
    if (told !== waiting) return; // the line has broken meanwhile
    if (!state) return broken();
    tries = 0;
    onLine(true);
    onState(state);
    known = state.revision;
    told.forEach(take);
  }

  const what = { __proto__: null, open, broken };
  line.onmessage = ({ data }) => {
    if (what[data.name]) what[data.name]();
    else if (known === null) waiting.push(data);
    else take(data);
  };
  addEventListener("pagehide", () => line.postMessage("leave"));
  addEventListener("pageshow", (event) => event.persisted && join());
  join();
}
