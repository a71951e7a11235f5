// One row of a conversation.

import { hueOf } from "./avatar.js";
import { el } from "./dom.js";
import { icon, ticks } from "./icons.js";
import { moment, time } from "./format.js";
import { card, content, oneLine } from "./content.js";
import { nameOf, state } from "./store.js";
import { sheet } from "./sheet.js";
import * as act from "./actions.js";

export const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

function who(message) {
  const chat = state.chats.get(`${message.customer} ${message.phone_number_id}`);
  if (message.direction === "in") return message.sender ?? (chat ? nameOf(chat) : message.customer);
  return state.business.phone_numbers.find((one) => one.id === message.phone_number_id)?.verified_name ?? state.business.name;
}

export function quoted(id, { onclick } = {}) {
  const original = state.messages.get(id);
  const inside = original
    ? [el("span.quote-who", { dir: "auto" }, who(original)), el("span.quote-text", { dir: "auto" }, oneLine(original))]
    : [el("span.quote-text", null, "A message that is not here")];
  return el("button.quote", { type: "button", class: original?.direction === "in" ? "of-customer" : "of-business", onclick, disabled: !original || !onclick }, inside);
}

// Failures ----------------------------------------------------------------------

export function explain(error) {
  const { code, title, message, error_data: data, details, hint } = error;
  return el("div.failure", null,
    el("div.failure-title", null, `${code ?? ""} ${title ?? message ?? "failed"}`.trim()),
    [data?.details ?? details, hint].filter((text) => text && text !== title).map((text) => el("div.failure-more", { dir: "auto" }, text)));
}

// Details of a message: times, status, and its JSON -------------------------------

export function details(message) {
  const rows = [["id", message.id], ["type", message.type], ["status", message.status], ["time", moment(message.time)], ["number", message.phone_number_id]];
  sheet("The message", { name: "wide", body: [
    el("dl.facts", null, rows.map(([name, value]) => [el("dt", null, name), el("dd", null, value)])),
    message.error ? explain(message.error) : null,
    el("h3", null, message.type === "call" ? "How it stands" : message.direction === "out" ? "As it was sent" : "As the webhook has it"),
    el("pre.json-text", { tabindex: 0 }, JSON.stringify(message.payload, null, 2)),
    message.template ? [el("h3", null, "The template"), el("pre.json-text", { tabindex: 0 }, JSON.stringify(message.template, null, 2))] : null] });
}

// Tools: what can be done to a message ---------------------------------------------

export function pickEmoji(message) {
  const mine = message.reactions?.find((one) => one.from === "customer")?.emoji;
  const send = (emoji) => {
    act.react(message, emoji === mine ? "" : emoji);
    open.close();
  };
  const other = el("input", { type: "text", maxlength: 12, placeholder: "another", "aria-label": "Another emoji" });
  const open = sheet("React", { name: "slim", body: [
    el("div.emoji-row", null, EMOJI.map((emoji) => el("button.emoji-choice", { type: "button", class: emoji === mine ? "chosen" : "", "aria-pressed": String(emoji === mine), onclick: () => send(emoji) }, emoji))),
    el("form.inline", { onsubmit: (event) => {
      event.preventDefault();
      if (other.value.trim()) send(other.value.trim());
    } }, other, el("button.primary", { type: "submit" }, "React"))] });
}

// What is gone, and a call, can be looked at only.
const isAnswerable = (message) => message.status !== "deleted" && message.type !== "call";

function tools(message, onreply) {
  if (!isAnswerable(message)) return null;
  // By keyboard the row has keys for them, and Tab does not stop at each.
  return el("div.tools", null,
    el("button.round", { type: "button", tabindex: -1, "aria-label": "Reply", title: "Reply (R)", onclick: () => onreply(message) }, icon("reply")),
    el("button.round", { type: "button", tabindex: -1, "aria-label": "React", title: "React (E)", onclick: () => pickEmoji(message) }, icon("smile")),
    el("button.round", { type: "button", tabindex: -1, "aria-label": "Details", title: "Details (D)", onclick: () => details(message) }, icon("braces")));
}

function keys(message, onreply) {
  const at = { d: () => details(message), ...(isAnswerable(message) ? { r: () => onreply(message), e: () => pickEmoji(message) } : null) };
  return (event) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const found = at[event.key.toLowerCase()];
    if (!found) return;
    event.preventDefault();
    found();
  };
}

// The row -----------------------------------------------------------------------

function reactions(message) {
  if (!message.reactions?.length) return null;
  return el("div.reactions", null, message.reactions.map((one) =>
    el("button.reaction", { type: "button", title: one.from === "business" ? "by the business" : "by the customer", onclick: () => pickEmoji(message) }, one.emoji)));
}

function meta(message) {
  return el("span.meta", { title: moment(message.time) }, message.edited ? el("span", null, "edited ") : null, el("time", null, time(message.time)),
    message.status === "failed" ? icon("alert", "failed") : ticks(message.status));
}

export const says = (message) => `${who(message)}, ${time(message.time)}: ${oneLine(message)}${message.direction === "out" ? `, ${message.status}` : ""}`;

function drawn(message, { first, onreply, onquote }) {
  const { nodes, choices, aside, bare, flush, note } = content(message);
  if (note) return el("div.row.note", { data: { id: message.id }, role: "listitem" }, el("span.pill", null, nodes));
  const side = message.direction === "in" ? "mine" : "theirs";
  const failed = message.status === "failed";
  const body = el("div.bubble", { class: [bare ? "bare" : "", flush ? "flush" : "", choices?.length ? "with-choices" : ""].join(" ") },
    message.sender ? el("div.sender", { dir: "auto", style: { "--hue": hueOf(message.sender) } }, message.sender) : null,
    message.reply_to ? quoted(message.reply_to, { onclick: () => onquote(message.reply_to) }) : null,
    el("div.inside", null, nodes, meta(message)),
    choices?.length ? el("div.choices", null, choices) : null,
    reactions(message));
  const row = el(`div.row.${side}`, { class: [first ? "first" : "", failed ? "failed" : "", message.reactions?.length ? "reacted" : ""].join(" "),
    data: { id: message.id, type: message.type }, role: "listitem", tabindex: -1, "aria-label": says(message) },
    el("div.beside", null, body, tools(message, onreply)), aside, failed ? explain(message.error ?? {}) : null);
  row.addEventListener("keydown", keys(message, onreply));
  return row;
}

// A message that cannot be drawn is shown as it is: it costs no other its place.
export function bubble(message, options) {
  try {
    return drawn(message, options);
  } catch (error) {
    console.error(error);
    return el(`div.row.${message.direction === "in" ? "mine" : "theirs"}`, { data: { id: message.id }, role: "listitem", tabindex: -1 },
      el("div.beside", null, el("div.bubble", null, el("div.inside", null, card("This message cannot be shown", message)))));
  }
}
