// Interactive messages of the business, and what a customer does with them.

import { el, link } from "./dom.js";
import { icon } from "./icons.js";
import { rich } from "./format.js";
import { isMedia, media } from "./media.js";
import { catalog, orderDetails, orderStatus, product, products } from "./commerce.js";
import * as act from "./actions.js";

// Parts -----------------------------------------------------------------------

export function header(message, part) {
  if (!part) return null;
  if (part.type === "text") return el("div.head", { dir: "auto" }, part.text);
  if (isMedia(part.type)) return media(part.type, message, part[part.type], { onopen: act.openPicture });
  return null;
}

export const body = (part) => (part?.text ? rich(part.text) : null);

export const footer = (part) => (part?.text ? el("div.foot", { dir: "auto" }, part.text) : null);

export function choice(symbol, title, onclick, more) {
  return el("button.choice", { type: "button", onclick, dir: "auto", ...more }, symbol ? icon(symbol) : null, el("span", null, title));
}

// A button that leads out of the page.
export function choiceLink(symbol, title, address) {
  return link(address, { class: "choice", title: address, dir: "auto" }, icon(symbol), el("span", null, title));
}

function whole(message, content, more) {
  return { nodes: [header(message, content.header), body(content.body), more, footer(content.footer)],
           flush: content.header && ["image", "video"].includes(content.header.type) };
}

// Replies ---------------------------------------------------------------------

const isChosen = (message, choice) => act.repliesTo(message).some((reply) => {
  const content = reply.payload?.interactive ?? {};
  const { id, response } = content[content.type] ?? {};
  return (id ?? response) === choice;
});

const chosen = (message, choice) => (isChosen(message, choice) ? { class: "chosen" } : null);

// Tapped once it is spent, as on WhatsApp; the others of its message are not.
export function onceButton(message, title, content, isSpent) {
  const button = choice("reply", title, async () => {
    button.closest(".row").focus({ preventScroll: true });
    button.disabled = true;
    button.disabled = await act.receive(message, content);
  }, isSpent ? { class: "chosen", disabled: true } : null);
  return button;
}

const replyButton = (message, { id, title }) => onceButton(message, title, { button_reply: { id, title } }, isChosen(message, id));

function sections(content) {
  return (content.action?.sections ?? []).map((section) => ({ title: section.title, rows: section.rows ?? [] }));
}

// Carousels -------------------------------------------------------------------

function oneCard(message, part) {
  const action = part.action ?? {};
  const buttons = (action.buttons ?? []).map((button) => replyButton(message, button.quick_reply ?? button.reply ?? {}));
  if (action.name === "cta_url") buttons.push(choiceLink("open", action.parameters?.display_text, action.parameters?.url));
  const inside = action.product_retailer_id ? product(message, { action, body: part.body }).nodes
    : [header(message, part.header), body(part.body)];
  return el("li.slide", null, el("div.slide-body", null, inside), buttons);
}

export function slides(cards) {
  return el("ul.slides", { tabindex: 0, "aria-label": "Cards, to be swiped through" }, cards);
}

// Kinds -----------------------------------------------------------------------

const kinds = {
  __proto__: null,
  button: (message, content) => ({ ...whole(message, content),
    choices: (content.action?.buttons ?? []).map((button) => replyButton(message, button.reply ?? {})) }),

  list: (message, content) => ({ ...whole(message, content),
    choices: [choice("list", content.action?.button ?? "Choose", () => act.chooseRow(message, content, sections(content)))] }),

  cta_url: (message, content) => ({ ...whole(message, content),
    choices: [choiceLink("open", content.action?.parameters?.display_text, content.action?.parameters?.url)] }),

  flow: (message, content) => ({ ...whole(message, content),
    choices: [choice("form", content.action?.parameters?.flow_cta ?? "Open", () => act.openFlow(message))] }),

  location_request_message: (message, content) => ({ ...whole(message, content),
    choices: [choice("place", "Send location", () => act.sendLocation(message))] }),

  request_contact_info: (message, content) => ({ ...whole(message, content),
    choices: [choice("person", "Share contact info", () => act.shareContact(message))] }),

  address_message: (message, content) => ({ ...whole(message, content),
    choices: [choice("place", "Provide address", () => act.giveAddress(message, content.action?.parameters ?? {}))] }),

  call_permission_request: (message, content) => ({
    nodes: [body(content.body) ?? el("div.text", null, "May this business call you?")],
    choices: [choice("check", "Allow calls", () => act.permitCalls(message, "accept"), chosen(message, "accept")),
              choice("close", "Not now", () => act.permitCalls(message, "reject"), chosen(message, "reject"))] }),

  voice_call: (message, content) => ({ ...whole(message, content),
    choices: [choice("phone", content.action?.parameters?.display_text ?? "Call Now", () => act.call(message, content.action?.parameters?.payload))] }),

  carousel: (message, content) => ({
    nodes: [body(content.body)], aside: slides((content.action?.cards ?? []).map((part) => oneCard(message, part))) }),

  product, product_list: products, catalog_message: catalog, order_details: orderDetails, order_status: orderStatus,
};

export function interactive(message, content) {
  const kind = kinds[content.type];
  if (kind) return kind(message, content);
  return { nodes: [header(message, content.header), body(content.body),
    el("details.card", null, el("summary", null, icon("braces"), `interactive: ${content.type}`),
      el("pre", { tabindex: 0 }, JSON.stringify(content, null, 2))), footer(content.footer)] };
}

// What a customer's choice says, in one line.
export function repliesOf(content) {
  const reply = content[content.type] ?? {};
  if (content.type === "nfm_reply") return `📋 ${reply.body || "Form"}`;
  if (content.type === "call_permission_reply") return reply.response === "accept" ? "📞 You may call me" : "📞 Please do not call me";
  return reply.title ?? content.type;
}
