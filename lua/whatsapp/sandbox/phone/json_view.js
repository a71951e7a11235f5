// JSON to look into: objects and lists fold.

import { el } from "./dom.js";

const OPEN = 9;      // levels that are unfolded from the start
const MOST = 200;    // entries of one object or list; more when asked for
const LONG = 2000;   // characters of a text; more when asked for

function scalar(value) {
  if (typeof value !== "string") return el(`span.j-${value === null ? "null" : typeof value}`, null, String(value));
  const node = el("span.j-string", { dir: "auto" }, JSON.stringify(value.slice(0, LONG)));
  if (value.length <= LONG) return node;
  return el("span", null, node, el("button.j-more", { type: "button", onclick: (event) => {
    node.textContent = JSON.stringify(value);
    event.target.remove();
  } }, `… ${value.length - LONG} more`));
}

const named = (name) => (name === null ? null : [el("span.j-key", null, typeof name === "number" ? String(name) : JSON.stringify(name)), ": "]);

function entries(value, depth, from = 0) {
  const all = Array.isArray(value) ? value.map((item, i) => [i, item]) : Object.entries(value);
  const rows = all.slice(from, from + MOST).map(([name, item]) => view(item, name, depth + 1));
  if (all.length > from + MOST) {
    const more = el("button.j-more", { type: "button", onclick: () => more.replaceWith(...entries(value, depth, from + MOST)) },
      `… ${all.length - from - MOST} more`);
    rows.push(more);
  }
  return rows;
}

const isTree = (value) => typeof value === "object" && value !== null;

// A list of one thing that has parts stands in the row of that thing: it takes no width of its own.
function onlyOne(value, name) {
  const names = [];
  while (Array.isArray(value) && value.length === 1 && isTree(value[0])) {
    names.push(0);
    value = value[0];
  }
  return [value, names.length ? [named(name), names.map(() => el("span.j-count", null, "[0] "))] : named(name)];
}

export function view(whole, name = null, depth = 0) {
  const [value, label] = onlyOne(whole, name);
  if (!isTree(value)) return el("div.j-row", null, label, scalar(value));
  const list = Array.isArray(value);
  const count = list ? value.length : Object.keys(value).length;
  if (!count) return el("div.j-row", null, label, list ? "[]" : "{}");
  const inside = el("div.j-inside");
  const fill = () => {
    if (!inside.firstChild) inside.append(...entries(value, depth));
  };
  const node = el("details.j-node", { open: depth < OPEN, ontoggle: () => node.open && fill() },
    el("summary", null, label, el("span.j-count", null, list ? `[ ${count} ]` : `{ ${count} }`)), inside);
  if (depth < OPEN) fill();
  return node;
}

// A body: JSON, or the text that it is.
export function bodyView(body) {
  if (body === null || body === undefined || body === "") return el("p.hint", null, "empty");
  let value = body;
  if (typeof body === "string") {
    try {
      value = JSON.parse(body);
    } catch {
      return el("pre.json-text", { tabindex: 0 }, body.slice(0, 20000));
    }
  }
  return el("div.json", null, view(value));
}
