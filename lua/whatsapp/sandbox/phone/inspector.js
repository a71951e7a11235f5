// What goes over the wire, and the levers of the sandbox.

import { post, remove } from "./api.js";
import { el, perFrame, replace } from "./dom.js";
import { icon } from "./icons.js";
import { moment, timeOfSecond } from "./format.js";
import { bodyView } from "./json_view.js";
import { field, formSheet, notice } from "./sheet.js";
import { clockOffset, nameOf, now, on, state } from "./store.js";

const SHOWN = 150; // exchanges; more when asked for

const tone = (status) => (!status ? "none" : status < 300 ? "good" : status < 500 ? "warn" : "bad");

// Says what went wrong, and nothing when it went well.
async function attempt(promise) {
  try {
    return await promise;
  } catch (error) {
    notice(error.message, "bad");
    return null;
  }
}

// Traffic -----------------------------------------------------------------------

const SERVICES = [["all", "All"], ["graph", "Requests"], ["webhook", "Webhooks"], ["bad", "Failures"]];

const fits = {
  all: () => true,
  graph: (one) => one.service !== "webhook",
  webhook: (one) => one.service === "webhook",
  bad: (one) => !one.status || one.status >= 400,
};

// What a request is about, and whom: the kind of message or change, the customer.
function gist(exchange) {
  const body = exchange.request;
  if (typeof body !== "object" || !body) return [];
  const called = (id) => (typeof id === "string" ? nameOf({ id: id.replace(/[+() .-]/g, "") }) : null);
  if (exchange.service !== "webhook") return [body.status === "read" ? "mark as read" : body.type, called(body.to)];
  const change = body.entry?.[0]?.changes?.[0];
  const status = change?.value?.statuses?.[0];
  const message = change?.value?.messages?.[0];
  return [status?.status ?? message?.type ?? change?.field, called(status?.recipient_id ?? message?.from ?? message?.from_user_id)];
}

// "/whatsapp-business/v21.0/1234567890/messages" in little: "/…7890/messages".
const short = (path) => String(path).replace(/^\/?(?:whatsapp-business\/)?(?:v\d+\.\d+\/)?/, "/").replace(/\d+(\d{4})\b/g, "…$1");

class Traffic {
  constructor() {
    this.filter = "all";
    this.open = new Set();
    this.shown = SHOWN;
    this.chips = el("div.chips", { role: "group", "aria-label": "Which" }, SERVICES.map(([name, label]) =>
      el("button.chip", { type: "button", data: { name }, "aria-pressed": String(name === this.filter), onclick: () => this.choose(name) }, label)));
    this.rows = el("div.exchanges");
    this.drawn = new Map(); // by serial: what was drawn, and its node
    this.node = el("div.panel-body", null, this.chips, this.rows);
  }

  choose(name) {
    this.filter = name;
    this.shown = SHOWN;
    for (const chip of this.chips.children) chip.setAttribute("aria-pressed", String(chip.dataset.name === name));
    this.draw();
  }

  body(exchange) {
    const again = exchange.service === "webhook" ? el("button.small", { type: "button", onclick: async () => {
      if (await attempt(post(`api/exchanges/${exchange.serial}/redeliver`))) notice("Sent again, the same bytes and signature.");
    } }, icon("again"), "Redeliver") : null;
    const facts = [moment(exchange.time), exchange.duration != null ? `${Math.round(exchange.duration * 1000)} ms` : null,
      exchange.attempt > 1 ? `attempt ${exchange.attempt}` : null, exchange.error].filter(Boolean).join(" · ");
    return [el("div.exchange-facts", null, el("span", { dir: "auto" }, facts), again),
      ...(exchange.service === "webhook" ? [el("h4", null, "Webhook"), bodyView(exchange.request), this.answered(exchange)]
        : [el("h4", null, "Request"), bodyView(exchange.request), el("h4", null, "Response"), bodyView(exchange.response)])];
  }

  // Of the bot's answer only the status counts.
  answered(exchange) {
    return el("p.hint", null, exchange.status ? `answered with ${exchange.status}` : "not answered");
  }

  row(exchange) {
    const inside = el("div.exchange-body");
    const webhook = exchange.service === "webhook";
    const fill = () => inside.firstChild || replace(inside, this.body(exchange));
    const node = el("details.exchange", { data: { serial: exchange.serial }, open: this.open.has(exchange.serial), ontoggle: () => {
      if (node.open) fill();
      this.open[node.open ? "add" : "delete"](exchange.serial);
    } }, el("summary", null,
      el("span.arrow", { class: webhook ? "to-bot" : "to-meta", title: webhook ? "to the bot" : "from the bot" }, webhook ? "↙" : "↗"),
      el("span.method", null, exchange.method), el("span.path", { dir: "ltr", title: exchange.path }, short(exchange.path)),
      el("span.gist", null, gist(exchange).filter((word) => typeof word === "string").map((word, i) => [i ? " · " : null, el("bdi", null, word)])),
      el("span.status", { class: tone(exchange.status) }, exchange.status || "—"), el("time", null, timeOfSecond(exchange.time))), inside);
    if (node.open) fill();
    return node;
  }

  draw() {
    const all = state.exchanges.filter(fits[this.filter]);
    const seen = new Map();
    const rows = all.slice(-this.shown).reverse().map((exchange) => {
      const before = this.drawn.get(exchange.serial);
      const node = before?.exchange === exchange ? before.node : this.row(exchange);
      seen.set(exchange.serial, { exchange, node });
      return node;
    });
    this.drawn = seen;
    replace(this.rows, rows, all.length > this.shown ? el("button.more", { type: "button", onclick: () => {
      this.shown += SHOWN;
      this.draw();
    } }, `${all.length - this.shown} older`) : null,
    rows.length ? null : el("p.hint", null, "Requests and webhooks appear here as they happen."));
  }
}

// Templates -----------------------------------------------------------------------

const REVIEWS = [["APPROVED", "Approve", "check"], ["REJECTED", "Reject", "close"], ["PAUSED", "Pause", "pause"], ["DISABLED", "Disable", "ban"]];

class Templates {
  constructor() {
    this.open = new Set();
    this.node = el("div.panel-body");
  }

  review(template, status) {
    const send = (reason) => post(`api/templates/${encodeURIComponent(template.id)}/review`, { status, reason: reason || undefined });
    if (status !== "REJECTED") return attempt(send());
    return formSheet(`Reject ${template.name}`, [field("Reason", { name: "reason", value: "INVALID_FORMAT", autocomplete: "off" })],
      { button: "Reject", name: "slim", submit: (values) => send(values.reason) });
  }

  draw() {
    const all = [...state.templates.values()];
    const opened = ({ id }) => (event) => this.open[event.target.open ? "add" : "delete"](id);
    replace(this.node, all.map((template) => el("details.template", { open: this.open.has(template.id), ontoggle: opened(template) },
      el("summary", null, el("span.template-name", { dir: "auto" }, template.name), el("span.quiet", null, template.language),
        el("span.tag.state", { class: String(template.status).toLowerCase() }, template.status)),
      el("div.template-actions", null, REVIEWS.filter(([status]) => status !== template.status).map(([status, label, symbol]) =>
        el("button.small", { type: "button", onclick: () => this.review(template, status) }, icon(symbol), label))),
      bodyView(template.components))),
    all.length ? null : el("p.hint", null, "No templates yet."));
  }
}

// Faults --------------------------------------------------------------------------

const select = (label, name, options, more) => field(label, { name, ...more }, "select", options.map(([value, text]) => el("option", { value }, text)));

const WHERE = [["", "any"], ["graph", "Graph"], ["gateway", "gateway"], ["control", "connections"], ["files", "media files"], ["webhook", "webhooks"]];

const PRESETS = [
  ["Send fails: 131016", { path: "/messages$", code: 131016 }],
  ["Too fast: 130429", { path: "/messages$", code: 130429, retry_after: 2 }],
  ["Outside the window: 131047", { path: "/messages$", code: 131047 }],
  ["Sent, but never told", { path: "/messages$", handled: true, drop: true }],
  ["Gateway 502", { service: "gateway", status: 502, body: "<html>bad gateway</html>", content_type: "text/html" }],
  ["Webhook twice", { service: "webhook", duplicate: 2 }],
  ["Webhooks reversed by 2", { service: "webhook", reorder: 2 }],
  ["2 changes in one body", { service: "webhook", batch: 2 }],
  ["Webhook 5 s late", { service: "webhook", delay: 5 }],
];

const NUMBERS = ["status", "code", "subcode", "retry_after", "delay", "hang", "every", "times", "duplicate", "reorder", "batch", "cut"];
const FLAGS = ["drop", "handled"];

// What the form says, as `sandbox:fault` takes it.
function ruleOf(values) {
  const rule = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === "") continue;
    rule[name] = FLAGS.includes(name) ? true : NUMBERS.includes(name) ? Number(value) : value;
  }
  if (rule.always) rule.times = false;
  delete rule.always;
  return rule;
}

const COUNTED = ["id", "used", "seen", "times"];

const isUsedUp = (rule) => typeof rule.times === "number" && rule.used >= rule.times;

const usage = (rule) => (typeof rule.times === "number" ? `used ${rule.used ?? 0} of ${rule.times}` : `always · used ${rule.used ?? 0}`);

const describe = (rule) => [...Object.entries(rule).filter(([name, value]) => !COUNTED.includes(name) && !(name === "every" && value === 1))
  .map(([name, value]) => `${name} ${value === true ? "" : typeof value === "object" ? JSON.stringify(value) : value}`.trim()), usage(rule)].join(" · ");

class Faults {
  constructor() {
    this.list = el("div.rules");
    this.node = el("div.panel-body", null,
      el("p.hint", null, "Nothing fails by chance: a rule says what goes wrong, how often, and where."),
      el("div.chips", null, PRESETS.map(([label, rule]) => el("button.chip", { type: "button", onclick: () => this.add(rule) }, label)),
        el("button.chip.strong", { type: "button", onclick: () => this.form() }, icon("plus"), "Own rule")),
      this.list);
  }

  add(rule) {
    return attempt(post("api/faults", rule));
  }

  form() {
    const number = (label, name, more) => field(label, { name, type: "number", min: 0, step: "any", ...more });
    const check = (label, name) => el("label.option", null, el("input", { type: "checkbox", name, value: "1" }), label);
    formSheet("A fault", [
      el("h3", null, "Which requests"),
      el("div.pair", null, select("Service", "service", WHERE), select("Method", "method", [["", "any"], ["GET", "GET"], ["POST", "POST"], ["DELETE", "DELETE"]])),
      field("Path", { name: "path", placeholder: "/messages$", hint: "a Lua pattern", autocomplete: "off" }),
      el("div.pair", null, number("How often", "times", { placeholder: "1", step: 1 }), number("Every nth", "every", { placeholder: "1", step: 1 })), check("Always", "always"),
      el("h3", null, "What happens"),
      el("div.pair", null, number("Error code", "code", { placeholder: "131016", step: 1 }), number("HTTP status", "status", { placeholder: "502", step: 1 })),
      field("Body", { name: "body", autocomplete: "off" }),
      el("div.pair", null, number("Delay, s", "delay"), number("Hang, s", "hang")),
      number("Retry-After, s", "retry_after"), check("Drop the connection", "drop"), check("The work is done all the same", "handled"),
      el("h3", null, "Webhooks only"),
      el("div.pair", null, number("Duplicate", "duplicate", { step: 1 }), number("Reverse order of", "reorder", { step: 1 })), number("In one body", "batch", { step: 1 })],
    { button: "Add the rule", name: "wide", submit: (values) => post("api/faults", ruleOf(values)) });
  }

  draw() {
    const rules = [...state.faults.values()];
    const takeAway = (rule) => attempt(remove(`api/faults/${encodeURIComponent(rule.id)}`));
    const usedUp = rules.filter(isUsedUp);
    replace(this.list, rules.map((rule) => el("div.rule", { class: isUsedUp(rule) ? "used-up" : "" }, icon("bolt"), el("span", { dir: "auto" }, describe(rule)),
      el("button.round", { type: "button", "aria-label": "Take the rule away", onclick: () => takeAway(rule) }, icon("trash")))),
    usedUp.length ? el("button.small", { type: "button", onclick: () => Promise.all(usedUp.map(takeAway)) }, icon("trash"), "Take the used ones away") : null,
    rules.length ? el("button.small", { type: "button", onclick: () => attempt(remove("api/faults")) }, icon("trash"), "Take all away") : null);
  }
}

// Clock ---------------------------------------------------------------------------

const STEPS = [["+1 h", 3600], ["+25 h", 90000], ["+7 d", 604800]];

function span(seconds) {
  const days = Math.floor(seconds / 86400);
  const hours = Math.round((seconds % 86400) / 3600);
  return [days ? `${days} d` : "", hours ? `${hours} h` : ""].filter(Boolean).join(" ") || "0 h";
}

class Clock {
  constructor() {
    this.time = el("div.clock-time");
    this.offset = el("p.hint");
    this.node = el("div.panel-body", null, this.time, this.offset,
      el("div.chips", null, STEPS.map(([label, seconds]) => el("button.chip.strong", { type: "button",
        onclick: () => attempt(post("api/clock", { advance: seconds })) }, icon("clock"), label))),
      el("p.hint", null, "All of the sandbox's time follows: 24-hour windows, timestamps, what expires."),
      this.flows = el("div"));
    setInterval(() => this.tick(), 1000);
  }

  tick() {
    this.time.textContent = moment(now());
    const ahead = clockOffset();
    this.offset.textContent = ahead > 0 ? `${span(ahead)} ahead of this machine's clock` : "as this machine's clock";
  }

  draw() {
    this.tick();
    const { webhook_url: url, is_told: told, name, phone_numbers: numbers } = state.business;
    replace(this.flows, el("h4", null, "The business"), el("dl.facts", null,
      el("dt", null, "account"), el("dd", { dir: "auto" }, name ?? ""),
      numbers.map((one) => [el("dt", null, one.display_phone_number), el("dd", { dir: "auto" }, `${one.verified_name} (${one.id})`)]),
      el("dt", null, "webhook"), el("dd", { dir: "ltr" }, !url ? "none: nobody is told" : told ? url : `${url} (the app has unsubscribed: nothing is posted)`),
      [...state.flows.values()].map((flow) => [el("dt", null, "flow"), el("dd", { dir: "auto" }, `${flow.name} (${flow.status})`)])));
  }
}

// The panel -----------------------------------------------------------------------

const TABS = [["traffic", "Traffic", "exchange"], ["templates", "Templates", "template"], ["faults", "Faults", "fault"], ["clock", "Clock", "clock flow business"]];

export class Inspector {
  constructor({ onclose }) {
    this.parts = { traffic: new Traffic(), templates: new Templates(), faults: new Faults(), clock: new Clock() };
    this.tabs = el("div.tabs", { role: "tablist", onkeydown: (event) => this.key(event) }, TABS.map(([name, label]) =>
      el("button.tab", { type: "button", role: "tab", id: `tab-${name}`, data: { name }, "aria-controls": `panel-${name}`, onclick: () => this.choose(name) }, label)));
    for (const [name, part] of Object.entries(this.parts)) {
      part.node.id = `panel-${name}`;
      part.node.setAttribute("role", "tabpanel");
      part.node.setAttribute("aria-labelledby", `tab-${name}`);
    }
    this.node = el("aside.inspector", { "aria-label": "Inspector" },
      el("header.head-bar", null, this.tabs, el("button.round", { type: "button", "aria-label": "Close the inspector", onclick: onclose }, icon("close"))),
      Object.values(this.parts).map((part) => part.node));
    this.shown = false;
    this.request = perFrame(() => this.draw());
    for (const [name, , events] of TABS) on(`${events} reset`, () => this.shown && name === this.tab && this.request());
    this.choose("traffic");
  }

  show(shown) {
    this.shown = shown;
    if (shown) this.draw();
  }

  choose(name) {
    this.tab = name;
    for (const tab of this.tabs.children) {
      const chosen = tab.dataset.name === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const [other, part] of Object.entries(this.parts)) part.node.hidden = other !== name;
    this.draw();
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const names = TABS.map(([name]) => name);
    this.choose(names[(names.indexOf(this.tab) + step + names.length) % names.length]);
    this.tabs.querySelector("[aria-selected=true]").focus();
  }

  draw() {
    if (this.shown) this.parts[this.tab].draw();
  }
}
