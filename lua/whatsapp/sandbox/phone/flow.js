// A Flow as a customer fills it in: the screens of its Flow JSON in a sheet.

import { post } from "./api.js";
import { el, link, perFrame, replace } from "./dom.js";
import { icon } from "./icons.js";
import { rich } from "./format.js";
import { holds } from "./condition.js";
import { lookUp, resolve } from "./expression.js";
import { filesOf, picked as marked, trouble, withFiles } from "./picker.js";
import { notice, sheet } from "./sheet.js";

// Pictures are in the Flow JSON itself.
const BASE64 = /^[A-Za-z0-9+/=\s]+$/;

function picture(src) {
  const text = String(src ?? "").trim();
  if (/^data:image\/(png|jpe?g|webp);base64,/.test(text)) return text;
  if (!text || !BASE64.test(text)) return null;
  const kind = text.startsWith("iVBOR") ? "png" : text.startsWith("UklGR") ? "webp" : "jpeg";
  return `data:image/${kind};base64,${text.replace(/\s/g, "")}`;
}

function image(src, alt, more) {
  const found = picture(src);
  return found ? el("img", { src: found, alt: alt ?? "", ...more }) : null;
}

const asList = (value) => (Array.isArray(value) ? value : value === undefined || value === null || value === "" ? [] : [value]);

const lines = (text) => (Array.isArray(text) ? text.join("\n") : text);

// Meta's Markdown has ** for bold; the rest is WhatsApp's own.
const markdown = (text) => String(lines(text) ?? "").replace(/\*\*(.+?)\*\*/g, "*$1*").replace(/^#+ (.*)$/gm, "*$1*");

class Player {
  constructor(message) {
    this.message = message;
    this.forms = Object.create(null); // by screen: the values of its fields
    this.visited = []; // screens before this one
    this.given = Object.create(null); // by screen: its data
    this.body = el("div.flow", null, el("p.hint", null, "Opening …"));
    this.open = sheet("…", { body: this.body, name: "flow-sheet", back: () => this.back() });
    this.later = perFrame(() => this.due && this.draw());
    this.open.node.querySelector(".sheet-head .round").hidden = true;
    this.start();
  }

  async start() {
    try {
      const opened = await post("api/flows/open", { message_id: this.message.id });
      this.session = opened.session;
      this.json = opened.flow_json;
      this.show(opened.screen, opened.data);
    } catch (error) {
      this.refuse(error);
    }
  }

  refuse(error) {
    replace(this.body, el("div.flow-end", null, icon("alert"), el("p", null, "This form cannot be opened."), el("p.hint", { dir: "auto" }, error.message)));
  }

  // Screens --------------------------------------------------------------------

  get screen() {
    return (this.json.screens ?? []).find((one) => one.id === this.name);
  }

  get form() {
    return (this.forms[this.name] ??= Object.create(null));
  }

  scope() {
    const screens = {};
    for (const name of new Set([...Object.keys(this.forms), ...Object.keys(this.given)])) {
      screens[name] = { form: this.forms[name] ?? {}, data: this.given[name] ?? {} };
    }
    return { data: this.given[this.name] ?? {}, form: this.form, screen: screens };
  }

  resolve(value) {
    try {
      return resolve(value, this.scope());
    } catch (error) {
      console.error(error);
      return "";
    }
  }

  show(name, data, { back } = {}) {
    if (name !== this.name && this.name && !back) {
      if (name === this.visited.at(-1)) this.visited.pop();
      else this.visited.push(this.name);
    }
    this.name = name;
    const { error_message: message, ...rest } = data ?? {};
    this.given[name] = { ...this.given[name], ...rest };
    if (message) notice(String(message), "bad");
    if (!this.screen) return this.refuse(new Error(`the flow has no screen ${name}`));
    this.begin(this.screen.layout?.children ?? []);
    this.open.heading.textContent = this.resolve(this.screen.title ?? name);
    this.open.node.querySelector(".sheet-head .round").hidden = !this.visited.length;
    this.draw();
    this.body.scrollTop = 0;
  }

  // A field is left by pressing something else, which must stay until then.
  drawSoon() {
    this.due = true;
    this.later();
  }

  draw() {
    this.due = false;
    const focused = document.activeElement?.name;
    replace(this.body, el("form.flow-screen", { onsubmit: (event) => event.preventDefault() }, this.components(this.screen.layout?.children ?? [])));
    if (focused) this.body.querySelector(`[name="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  components(list) {
    return list.map((component) => {
      if (component.visible !== undefined && !this.resolve(component.visible)) return null;
      const make = makers[component.type];
      return make ? make(this, component) : el("p.hint", null, `${component.type} is not shown here.`);
    });
  }

  // Fields ---------------------------------------------------------------------

  // First values are there before their fields are seen, and where they never are.
  begin(list) {
    for (const node of list) {
      const inside = { Form: [node.children], If: [node.then, node.else], Switch: Object.values(node.cases ?? {}) }[node.type];
      if (node.type === "Form") this.initial = { ...this.initial, ...this.resolve(node["init-values"] ?? {}) };
      if (inside) inside.forEach((children) => this.begin(children ?? []));
      else if (node.name) this.value(node);
    }
  }

  // The value of a field; the first time its init_value, or that of its form. null is one that
  // was taken back.
  value(component) {
    const { name } = component;
    if (this.form[name] === undefined) {
      const first = this.resolve(component["init-value"] ?? this.initial?.[name]);
      if (first !== undefined) this.form[name] = typeof first === "number" ? String(first) : first;
    }
    return this.form[name];
  }

  // The same of a field with choices: what can be chosen no more is taken back.
  choice(component, list) {
    const value = this.value(component);
    const known = (id) => list.some((one) => String(one.id) === String(id));
    if (list.length && !asList(value).every(known)) this.form[component.name] = Array.isArray(value) ? [] : "";
    return this.form[component.name];
  }

  // Sets a field. What depends on it is drawn again when it has been left.
  put(component, value, again = true) {
    this.form[component.name] = value;
    if (again) this.draw();
  }

  // Actions --------------------------------------------------------------------

  valid() {
    const form = this.body.querySelector("form");
    if (!form.reportValidity()) return false;
    const missing = [...form.querySelectorAll("fieldset[data-needs]")].find((group) => {
      const chosen = group.querySelectorAll(":checked").length;
      return chosen < Number(group.dataset.needs) || chosen > Number(group.dataset.most || Infinity);
    });
    if (!missing) return true;
    missing.classList.add("missing");
    missing.scrollIntoView({ block: "center" });
    notice("Something is missing.", "bad");
    return false;
  }

  async act(action, { check = true } = {}) {
    if (!action || this.busy) return;
    if (this.due) this.draw();
    const data = this.resolve(action.payload ?? {});
    if (action.name === "open_url") return notice(`Would open ${this.resolve(action.url)}`);
    if (action.name === "update_data") {
      Object.assign(this.given[this.name], data);
      return this.draw();
    }
    if (check && !this.valid()) return;
    await this.step(action.name, action.name === "navigate" ? this.resolve(action.next?.name) : this.name, data);
  }

  async step(action, screen, data) {
    this.busy = true;
    this.body.classList.add("busy");
    try {
      const answer = await post("api/flows/step", { session: this.session, action, screen, data: await withFiles(data, action) });
      if (answer.completed) {
        notice("Sent.");
        this.open.close();
      } else {
        if (action === "back") this.visited.pop();
        this.show(answer.screen, answer.data ?? {}, { back: action === "back" });
      }
    } catch (error) {
      notice(error.message, "bad");
    }
    this.busy = false;
    this.body.classList.remove("busy");
  }

  back() {
    if (this.visited.length && !this.busy) this.step("back", this.name, {});
  }
}

// Components ----------------------------------------------------------------------

const styled = (component) => [component["font-weight"]?.includes("bold") ? "bold" : "", component["font-weight"]?.includes("italic") ? "italic" : "",
  component.strikethrough ? "struck" : ""].join(" ");

function text(name) {
  return (player, component) => el(`div.${name}`, { dir: "auto", class: styled(component) },
    component.markdown ? rich(markdown(player.resolve(component.text))) : lines(player.resolve(component.text)));
}

const TYPES = { number: "number", email: "email", password: "password", passcode: "password", phone: "tel" };

function labelled(player, component, input, more) {
  const help = player.resolve(component["helper-text"] ?? component.description);
  const required = player.resolve(component.required);
  return el("label.field", null, el("span.field-label", { dir: "auto" }, player.resolve(component.label), required ? "" : el("span.optional", null, " optional")),
    input, more, help ? el("span.field-hint", { dir: "auto" }, help) : null);
}

function common(player, component) {
  return { name: component.name, required: !!player.resolve(component.required) || null,
           disabled: player.resolve(component.enabled ?? true) === false };
}

function textInput(player, component) {
  return labelled(player, component, el("input", { ...common(player, component), autocomplete: "off",
    type: TYPES[component["input-type"]] ?? "text", value: player.value(component) ?? "",
    minlength: player.resolve(component["min-chars"]), maxlength: player.resolve(component["max-chars"]) ?? 80,
    pattern: component.pattern, oninput: (event) => player.put(component, event.target.value, false), onchange: () => player.drawSoon() }));
}

function textArea(player, component) {
  return labelled(player, component, el("textarea", { ...common(player, component), rows: 3, value: player.value(component) ?? "",
    maxlength: player.resolve(component["max-length"]) ?? 600, oninput: (event) => player.put(component, event.target.value, false), onchange: () => player.drawSoon() }));
}

const choices = (player, component) => {
  const list = player.resolve(component["data-source"]);
  return Array.isArray(list) ? list : [];
};

// The actions of what is chosen no more, then of what is chosen now: of the choices, and of the
// field. Where nothing is said of choosing no more, what choosing does is done again.
function actionsOf(component, before, now) {
  const list = Array.isArray(component["data-source"]) ? component["data-source"] : [];
  const of = (ids, name) => ids.map((id) => list.find((one) => one.id === id)?.[name]);
  const [old, fresh] = [asList(before), asList(now)];
  const gone = old.filter((id) => !fresh.includes(id)), come = fresh.filter((id) => !old.includes(id));
  const again = component.type !== "OptIn" && (Array.isArray(now) || !fresh.length) ? component["on-select-action"] : null;
  return [...of(gone, "on-unselect-action"), gone.length && (component["on-unselect-action"] ?? again),
    ...of(come, "on-select-action"), come.length && component["on-select-action"]].filter(Boolean);
}

async function chosen(player, component, value) {
  const screen = player.name, before = player.form[component.name];
  player.put(component, value);
  for (const action of actionsOf(component, before, value)) {
    if (player.name === screen) await player.act(action, { check: false });
  }
}

function dropdown(player, component) {
  const value = player.choice(component, choices(player, component));
  return labelled(player, component, el("select", { ...common(player, component),
    onchange: (event) => chosen(player, component, event.target.value) },
  el("option", { value: "", selected: !value }, "Choose"),
  choices(player, component).map((one) => el("option", { value: String(one.id), selected: value === one.id, disabled: one.enabled === false }, one.title))));
}

function group(kind, shape) {
  return (player, component) => {
    const several = kind === "checkbox";
    const list = choices(player, component);
    const value = player.choice(component, list);
    const has = (id) => (several ? (value ?? []).includes(id) : value === id);
    const { required, name, disabled } = common(player, component);
    const change = (id) => (event) => {
      const next = !several ? id : event.target.checked ? [...(value ?? []), id] : (value ?? []).filter((other) => other !== id);
      chosen(player, component, next);
    };
    const least = player.resolve(component["min-selected-items"]) ?? (required ? 1 : 0);
    const help = player.resolve(component.description);
    return el(`fieldset.options.${shape}`, { data: { needs: String(least), most: String(player.resolve(component["max-selected-items"]) ?? "") } },
      el("legend", { dir: "auto" }, player.resolve(component.label) ?? ""), help ? el("p.field-hint", { dir: "auto" }, help) : null,
      list.map((one) => el("label.option", null,
        el("input", { type: kind, name, value: String(one.id), checked: has(one.id), disabled: disabled || one.enabled === false, onchange: change(one.id) }),
        image(one.image, one["alt-text"]), el("span.row-text", null, el("span.row-title", { dir: "auto" }, one.title),
          one.description ? el("span.row-more", { dir: "auto" }, one.description) : null),
        one.metadata ? el("span.option-end", { dir: "auto" }, one.metadata) : null)));
  };
}

function optIn(player, component) {
  const more = component["on-click-action"];
  return el("label.option.opt-in", null,
    el("input", { ...common(player, component), type: "checkbox", checked: !!player.value(component), onchange: (event) =>
      chosen(player, component, event.target.checked || null) }),
    el("span", { dir: "auto" }, player.resolve(component.label), " ",
      more ? el("button.link", { type: "button", onclick: () => player.act(more, { check: false }) }, "Read more") : null));
}

// A day as text; old versions have milliseconds.
const asDay = (value) => (/^\d{11,}$/.test(String(value ?? "")) ? new Date(Number(value)).toISOString().slice(0, 10) : value);

const WEEK = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

// Why a day cannot be chosen; empty when it can.
function closed(player, component, day) {
  if ((player.resolve(component["unavailable-dates"]) ?? []).map(asDay).includes(day)) return "That day is not free.";
  const open = player.resolve(component["include-days"]);
  return day && Array.isArray(open) && !open.includes(WEEK[new Date(day).getUTCDay()]) ? "That day of the week cannot be chosen." : "";
}

// The same of the days from one to another.
function badRange(player, component, { "start-date": first, "end-date": last }) {
  if (!first || !last) return "";
  const days = (Date.parse(last) - Date.parse(first)) / 86400000 + 1;
  const [least, most] = ["min-days", "max-days"].map((name) => Number(player.resolve(component[name]) ?? NaN));
  return days < 1 ? "The end is before the start." : days < least ? `At least ${least} days.` : days > most ? `At most ${most} days.` : "";
}

function dateInput(player, component, value, put, label, trouble = "") {
  const input = el("input", { ...common(player, component), type: "date", value: asDay(value) ?? "",
    min: asDay(player.resolve(component["min-date"])), max: asDay(player.resolve(component["max-date"])),
    onchange: () => {
      const why = closed(player, component, input.value);
      input.setCustomValidity(why);
      if (why) input.reportValidity();
      else put(input.value);
    } });
  input.setCustomValidity(trouble);
  return labelled(player, label === undefined ? component : { ...component, label }, input);
}

function datePicker(player, component) {
  return dateInput(player, component, player.value(component), (value) => chosen(player, component, value));
}

function calendar(player, component) {
  if (component.mode !== "range") return datePicker(player, component);
  const value = player.value(component) ?? {};
  const [labels, hints, required, title, description] = ["label", "helper-text", "required", "title", "description"]
    .map((name) => player.resolve(component[name]));
  const one = (name, trouble) => dateInput(player, { ...component, required: required?.[name], "helper-text": hints?.[name], description: undefined },
    value[name], (day) => chosen(player, component, { ...value, [name]: day || undefined }), labels?.[name] ?? name.replace("-", " "), trouble);
  return el("div", null, title ? el("span.field-label", { dir: "auto" }, title) : null, description ? el("p.field-hint", { dir: "auto" }, description) : null,
    el("div.pair", null, one("start-date"), one("end-date", badRange(player, component, value))));
}

// Files are required by their least number.
function files(what, accept) {
  return (player, component) => {
    const limit = (name, other) => Number(player.resolve(component[name]) ?? other);
    const limits = { least: limit(`min-uploaded-${what}`, 0), most: limit(`max-uploaded-${what}`, 30),
                     kilobytes: limit("max-file-size-kb", 25600), types: player.resolve(component["allowed-mime-types"]) };
    const value = player.value(component) ?? [];
    const { name, disabled } = common(player, component);
    const input = el("input", { type: "file", name, disabled, accept: limits.types?.join(",") ?? accept, multiple: limits.most > 1,
      onchange: (event) => player.put(component, marked(event.target.files)) });
    if (value.length) input.files = filesOf(value);
    input.setCustomValidity(trouble(value, limits));
    return labelled(player, { ...component, required: limits.least > 0 }, input,
      value.length > 1 ? el("span.field-hint", { dir: "auto" }, value.map((one) => one.file_name).join(", ")) : null);
  };
}

function picked(player, component) {
  return image(player.resolve(component.src), player.resolve(component["alt-text"]), { class: `flow-image ${component["scale-type"] ?? "contain"}` });
}

function navigation(player, component) {
  const items = player.resolve(component["list-items"]);
  const label = player.resolve(component.label), more = player.resolve(component.description);
  return el("div.rows", null, label ? el("h3", { dir: "auto" }, label) : null, more ? el("p.field-hint", { dir: "auto" }, more) : null, (Array.isArray(items) ? items : []).map((item) =>
    el("button.nav-row", { type: "button", onclick: () => player.act(item["on-click-action"] ?? component["on-click-action"]) },
      image(item.start?.image, item.start?.["alt-text"]),
      el("span.row-text", null, el("span.row-title", { dir: "auto" }, item["main-content"]?.title),
        el("span.row-more", { dir: "auto" }, [item["main-content"]?.description, item["main-content"]?.metadata].filter(Boolean).join(" · ")),
        (item.tags ?? []).map((tag) => el("span.tag", null, tag))),
      item.badge ? el("span.tag", null, item.badge) : null,
      item.end ? el("span.option-end", null, lines([item.end.title, item.end.description, item.end.metadata].filter(Boolean))) : null)));
}

function footer(player, component) {
  const caption = [component["left-caption"], component["center-caption"], component["right-caption"]].map((one) => player.resolve(one));
  return el("div.flow-foot", null, caption.some(Boolean) ? el("div.captions", null, caption.map((one) => el("span", { dir: "auto" }, one ?? ""))) : null,
    el("button.primary", { type: "button", disabled: player.resolve(component.enabled ?? true) === false, onclick: () => player.act(component["on-click-action"]) },
      player.resolve(component.label)));
}

const makers = {
  __proto__: null,
  TextHeading: text("flow-heading"), TextSubheading: text("flow-subheading"), TextBody: text("flow-body"), TextCaption: text("flow-caption"),
  RichText: (player, component) => rich(markdown(player.resolve(component.text))),
  TextInput: textInput, TextArea: textArea, Dropdown: dropdown,
  RadioButtonsGroup: group("radio", "list"), CheckboxGroup: group("checkbox", "list"), ChipsSelector: group("checkbox", "chips"),
  OptIn: optIn, DatePicker: datePicker, CalendarPicker: calendar,
  PhotoPicker: files("photos", "image/*"), DocumentPicker: files("documents", ""),
  Image: picked,
  ImageCarousel: (player, component) => el("div.flow-images", { tabindex: 0 }, (player.resolve(component.images) ?? []).map((one) => image(one.src, one["alt-text"]))),
  EmbeddedLink: (player, component) => {
    const action = component["on-click-action"];
    const label = player.resolve(component.text);
    if (action?.name === "open_url") return link(player.resolve(action.url), { class: "link" }, label);
    return el("button.link", { type: "button", onclick: () => player.act(action, { check: false }) }, label);
  },
  NavigationList: navigation, Footer: footer,
  Form: (player, component) => player.components(component.children ?? []),
  If: (player, component) => {
    const scope = player.scope();
    const yes = holds(String(component.condition), (path) => lookUp(scope, path));
    return player.components((yes ? component.then : component.else) ?? []);
  },
  Switch: (player, component) => {
    const cases = component.cases ?? {};
    const value = String(player.resolve(component.value));
    return player.components((Object.hasOwn(cases, value) ? cases[value] : cases.default) ?? []);
  },
};

export function flowSheet(message) {
  return new Player(message);
}
