// Templates: the definition with the message's parameters filled in.

import { el } from "./dom.js";
import { day, rich, time } from "./format.js";
import { icon } from "./icons.js";
import { isMedia, media } from "./media.js";
import { map } from "./map.js";
import { choice, choiceLink, onceButton, slides } from "./interactive.js";
import { now } from "./store.js";
import * as act from "./actions.js";

const lower = (text) => String(text ?? "").toLowerCase();

function valueOf(parameter) {
  if (!parameter) return undefined;
  return parameter.text ?? parameter.currency?.fallback_value ?? parameter.date_time?.fallback_value ?? parameter.payload ?? parameter.coupon_code;
}

// {{1}} and {{name}}; one without a value stays as it is.
function fill(text, parameters = []) {
  return String(text ?? "").replace(/\{\{\s*([\w]+)\s*\}\}/g, (whole, name) => {
    const found = parameters.find((parameter) => parameter.parameter_name === name) ?? (/^\d+$/.test(name) ? parameters[name - 1] : undefined);
    return valueOf(found) ?? whole;
  });
}

const sent = (components, type) => components.find((part) => lower(part.type) === type)?.parameters ?? [];

function sentButton(components, index) {
  return components.find((part) => lower(part.type) === "button" && Number(part.index) === index)?.parameters?.[0];
}

// Header ----------------------------------------------------------------------

function header(message, part, parameters) {
  const format = lower(part?.format);
  if (!part || !format) return null;
  if (format === "text") return el("div.head", { dir: "auto" }, fill(part.text, parameters));
  const given = parameters[0] ?? {};
  if (format === "location") {
    const place = given.location ?? {};
    return el("div.media.place", null, map(place.latitude, place.longitude),
      place.name ? el("div.place-about", null, el("div.place-name", { dir: "auto" }, place.name),
        place.address ? el("div.place-address", { dir: "auto" }, place.address) : null) : null);
  }
  const kind = isMedia(given.type) ? given.type : isMedia(format) ? format : null;
  return kind ? media(kind, message, given[kind], { onopen: act.openPicture }) : null;
}

const AUTHENTICATION = "*{{1}}* is your verification code.";

function body(part, parameters, category) {
  if (!part) return null;
  const text = part.text ?? (category === "AUTHENTICATION" ? AUTHENTICATION : "");
  const advice = part.add_security_recommendation && !part.text ? " For your security, do not share this code." : "";
  return rich(fill(text, parameters) + advice);
}

function footer(part) {
  if (!part) return null;
  const text = part.text ?? (part.code_expiration_minutes ? `This code expires in ${part.code_expiration_minutes} minutes.` : "");
  return text ? el("div.foot", { dir: "auto" }, text) : null;
}

function offer(part, parameters) {
  if (!part) return null;
  const { text, has_expiration } = part.limited_time_offer ?? {};
  const until = Number(parameters[0]?.limited_time_offer?.expiration_time_ms) / 1000;
  const left = until - now();
  const says = !has_expiration || !until ? "" : left <= 0 ? "This offer has ended"
    : left < 86400 ? `Ends ${day(until, now()) === "Today" ? "today" : "tomorrow"} at ${time(until)}` : `Ends in ${Math.floor(left / 86400)} days`;
  return el("div.offer", null, icon("gift"), el("span.offer-text", { dir: "auto" }, text), says ? el("span.offer-end", null, says) : null);
}

// Buttons ---------------------------------------------------------------------

const code = (button, given) => String(valueOf(given) ?? [button.example].flat()[0] ?? "");

const buttons = {
  __proto__: null,
  quick_reply(message, { text }, given) {
    const payload = valueOf(given) ?? text;
    return onceButton(message, text, { type: "button", button: { payload, text } },
      act.repliesTo(message).some((reply) => reply.payload?.button?.payload === payload));
  },
  // Of a code to copy Meta makes an address of its own.
  url: (message, button, given) => (/\/otp\/code\b/.test(button.url) ? buttons.otp(message, button, given)
    : choiceLink("open", button.text, fill(button.url, given ? [given] : []))),
  phone_number: (message, button) => choiceLink("phone", button.text, `tel:${button.phone_number}`),
  copy_code: (message, button, given) => choice("copy", "Copy offer code", () => act.copy(code(button, given))),
  otp: (message, button, given) => choice("copy", button.text ?? "Copy code",
    () => act.copy(valueOf(given) ?? valueOf(sent(message.payload.template.components ?? [], "body")[0]) ?? "")),
  flow: (message, button) => choice("form", button.text, () => act.openFlow(message)),
  voice_call: (message, button, given) => choice("phone", button.text, () => act.call(message, valueOf(given))),
  request_contact_info: (message) => choice("person", "Share contact info", () => act.shareContact(message)),
  call_permission_request: (message) => choice("check", "Allow calls", () => act.permitCalls(message, "accept")),
  catalog: (message, button, given) => choice("bag", button.text ?? "View catalog", () => act.fillBasket(message, {
    catalogId: "catalog", title: "The catalogue", groups: [{ rows: [given?.action?.thumbnail_product_retailer_id].filter(Boolean) }] })),
  spm: (message, button) => choice("bag", button.text ?? "View", () => act.fillBasket(message, { catalogId: "catalog", title: "Product", groups: [] })),
  mpm: (message, button, given) => choice("list", button.text ?? "View items", () => act.fillBasket(message, {
    catalogId: "catalog", title: "Products",
    groups: (given?.action?.sections ?? []).map((section) => ({ title: section.title, rows: (section.product_items ?? []).map((item) => item.product_retailer_id) })) })),
};

function row(message, part, components) {
  return (part?.buttons ?? []).map((button, i) => {
    const make = buttons[lower(button.type)];
    return make ? make(message, button, sentButton(components, i)) : choice("braces", button.text ?? button.type, () => act.showMessage(message));
  });
}

// Whole -----------------------------------------------------------------------

function parts(message, definition, components, category) {
  const part = (type) => definition.find((one) => lower(one.type) === type);
  const head = part("header");
  return {
    nodes: [header(message, head, sent(components, "header")), offer(part("limited_time_offer"), sent(components, "limited_time_offer")),
            body(part("body"), sent(components, "body"), category), footer(part("footer"))],
    choices: row(message, part("buttons"), components),
    flush: ["image", "video", "gif", "location"].includes(lower(head?.format)),
    carousel: part("carousel"),
  };
}

function cards(message, carousel, components) {
  const given = components.find((part) => lower(part.type) === "carousel")?.cards ?? [];
  return slides((carousel.cards ?? []).map((one, i) => {
    const filled = given.find((item) => Number(item.card_index) === i) ?? given[i] ?? {};
    const { nodes, choices } = parts(message, one.components ?? [], filled.components ?? []);
    return el("li.slide", null, el("div.slide-body", null, nodes), choices);
  }));
}

// What its body says, for one line.
export function bodyText(message) {
  const { name, components = [] } = message.payload.template;
  const body = (message.template?.components ?? []).find((part) => lower(part.type) === "body");
  const text = body?.text ?? (message.template?.category === "AUTHENTICATION" ? AUTHENTICATION : null);
  return text ? fill(text, sent(components, "body")) : `Template ${name}`;
}

// A bare parameter list, when what the template says is not known.
function unknown(content) {
  return { nodes: [el("div.head", { dir: "auto" }, `Template ${content.name}`),
    el("pre.card-json", null, JSON.stringify(content.components ?? [], null, 2))] };
}

export function template(message, content) {
  const definition = message.template?.components;
  const components = content.components ?? [];
  if (!Array.isArray(definition)) return unknown(content);
  const { carousel, ...found } = parts(message, definition, components, message.template.category);
  return { ...found, aside: carousel ? cards(message, carousel, components) : null };
}
