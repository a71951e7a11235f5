// Building the page. Whatever people wrote becomes text nodes and attributes, never markup.

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "selected", "htmlFor", "multiple", "indeterminate"]);

function add(parent, child) {
  if (child == null || child === false) return;
  if (Array.isArray(child)) for (const one of child) add(parent, one);
  else parent.append(child instanceof Node ? child : String(child));
}

function set(node, name, value) {
  if (value == null || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "data") Object.assign(node.dataset, value);
  // Not the attribute: the page's policy allows no styles in the markup.
  else if (name === "style") for (const key in value) node.style.setProperty(key, value[key]);
  else if (name === "class") node.className += (node.className ? " " : "") + value;
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : value);
}

// el("button.choice", { onclick }, "Yes"): a tag with classes, properties, children.
export function el(tag, props, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const key in props) set(node, key, props[key]);
  add(node, children);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

// The same for drawings.
export function svg(tag, props, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const key in props) node.setAttribute(key, props[key]);
  add(node, children);
  return node;
}

export function replace(node, ...children) {
  node.replaceChildren();
  add(node, children);
  return node;
}

// An address that a click may open; anything else (javascript:, data:) is none.
export function safeUrl(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

// A link that leaves the page, or its text where the address is none.
export function link(address, props, ...children) {
  const href = safeUrl(address);
  if (!href) return el("span", props, ...children);
  return el("a", { ...props, href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

// Whether something is pressed. Drawn again, or moved, before it is released, it would hear no click.
let pressed = false;
const CLICKABLE = "button, a, label, summary, input, select";
addEventListener("pointerdown", (event) => { pressed = event.button === 0 && !!event.target.closest(CLICKABLE); }, true);
addEventListener("pointermove", (event) => { if (!event.buttons) pressed = false; }, true); // released where nobody hears it
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => setTimeout(() => { pressed = false; }, 50), true);

// `fn` at most once a frame, and not while something is pressed.
export function perFrame(fn) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    const run = () => {
      if (!asked) return;
      if (pressed) return setTimeout(run, 20);
      asked = false;
      fn();
    };
    requestAnimationFrame(run);
    setTimeout(run, 250); // a page that is not seen gets no frames
  };
}
