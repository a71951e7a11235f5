// What comes up over the page: sheets, pictures, short notices.

import { el } from "./dom.js";
import { icon } from "./icons.js";

const notices = el("div.notices", { role: "status", "aria-live": "polite" });
const SHOWN = 4000; // milliseconds

export function notice(text, kind = "") {
  (document.querySelector("dialog[open]") ?? document.body).append(notices); // nothing shows above a dialog but its own
  const one = el("div.notice", { class: kind, dir: "auto" }, text);
  notices.append(one);
  while (notices.children.length > 3) notices.firstChild.remove();
  setTimeout(() => one.remove(), SHOWN);
}

let count = 0;

// A sheet with a title; Esc, the cross and a click beside it close it. Returns { close, node }.
export function sheet(title, { body, foot, name = "", onclose, back } = {}) {
  const id = `sheet-${++count}`;
  const heading = el("h2", { id, dir: "auto" }, title);
  const close = () => dialog.open && dialog.close();
  const dialog = el("dialog.sheet", { class: name, "aria-labelledby": id },
    el("header.sheet-head", null,
      back ? el("button.round", { type: "button", "aria-label": "Back", onclick: back }, icon("back")) : null,
      heading, el("button.round.sheet-close", { type: "button", "aria-label": "Close", onclick: close }, icon("close"))),
    el("div.sheet-body", null, body), foot ? el("footer.sheet-foot", null, foot) : null);
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => {
    if (dialog.contains(notices)) document.body.append(notices);
    dialog.remove();
    onclose?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { close, node: dialog, heading };
}

export function picture(url, caption) {
  const dialog = el("dialog.viewer", { "aria-label": caption || "Picture", onclick: () => dialog.close() },
    el("img", { src: url, alt: caption || "Picture" }), caption ? el("p", { dir: "auto" }, caption) : null);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// A field with its label: field("Name", { name: "name", required: true }).
export function field(label, props, tag = "input", ...children) {
  const { hint, ...rest } = props;
  return el("label.field", null, el("span.field-label", null, label), el(tag, rest, ...children),
    hint ? el("span.field-hint", null, hint) : null);
}

// A form in a sheet; `submit(values)` may fail, which is then said in the sheet.
export function formSheet(title, fields, { button = "Send", submit, name }) {
  const wrong = el("p.wrong", { role: "alert", hidden: true });
  const id = `form-${++count}`;
  const ok = el("button.primary", { type: "submit", form: id }, button);
  const form = el("form.form", { id }, fields);
  const open = sheet(title, { body: form, foot: [wrong, ok], name });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    ok.disabled = true;
    try {
      await submit(Object.fromEntries(new FormData(form)));
      open.close();
    } catch (error) {
      wrong.textContent = error.message;
      wrong.hidden = false;
    }
    ok.disabled = false;
  });
  form.querySelector("input, select, textarea")?.focus();
  return { ...open, form };
}
