// What is in a bubble, by the message's type: { nodes, choices, bare }. Choices are the buttons
// below; a bare message has no bubble around it.

import { el, link } from "./dom.js";
import { icon } from "./icons.js";
import { duration, emojiCount, phone, plain, rich } from "./format.js";
import { isMedia, media } from "./media.js";
import { map } from "./map.js";
import { choice, interactive, repliesOf } from "./interactive.js";
import { bodyText, template } from "./template.js";
import { order } from "./commerce.js";
import { avatar } from "./avatar.js";
import * as act from "./actions.js";

export function card(title, value, symbol = "braces") {
  return el("details.card", null, el("summary", null, icon(symbol), el("span", { dir: "auto" }, title)),
    el("pre", { tabindex: 0 }, JSON.stringify(value, null, 2)));
}

// Kinds -----------------------------------------------------------------------

function text(message, content) {
  const big = emojiCount(content.body);
  if (big) return { nodes: [el(`div.emoji.emoji-${big}`, null, content.body.trim())], bare: true };
  return { nodes: [rich(content.body)] };
}

function withMedia(kind) {
  return (message, content) => ({
    nodes: [media(kind, message, content, { onopen: act.openPicture }), content.caption ? rich(content.caption) : null],
    bare: kind === "sticker", flush: kind === "image" || kind === "video",
  });
}

function location(message, content) {
  const { latitude, longitude, name, address } = content;
  return { flush: true, nodes: [
    el("div.media.place", { role: "img", "aria-label": `Map at ${latitude}, ${longitude}` }, map(latitude, longitude)),
    el("div.place-about", null,
      name ? link(content.url, { class: "place-name", dir: "auto" }, name) : null,
      address ? el("div.place-address", { dir: "auto" }, address) : null,
      el("div.place-at", null, `${latitude}, ${longitude}`)),
  ] };
}

const nameOfContact = (contact) => contact?.name?.formatted_name || contact?.name?.first_name || "Contact";

function oneContact(contact) {
  const about = [
    ...(contact.phones ?? []).map((item) => [phone(item.phone ?? item.wa_id), item.type]),
    ...(contact.emails ?? []).map((item) => [item.email, item.type]),
    ...(contact.urls ?? []).map((item) => [item.url, item.type]),
    ...(contact.addresses ?? []).map((item) => [[item.street, item.city, item.state, item.zip, item.country].filter(Boolean).join(", "), item.type]),
    [contact.org && [contact.org.title, contact.org.company].filter(Boolean).join(", "), null],
    [contact.birthday, "birthday"],
  ].filter(([value]) => value);
  return el("details.contact", null,
    el("summary", null, avatar(nameOfContact(contact)), el("span.contact-name", { dir: "auto" }, nameOfContact(contact))),
    el("dl", null, about.map(([value, type]) => [el("dd", { dir: "auto" }, value), el("dt", null, String(type ?? "").toLowerCase())])));
}

function contacts(message, content) {
  return { nodes: (Array.isArray(content) ? content : []).map(oneContact) };
}

const replies = {
  __proto__: null,
  button_reply: (reply) => reply.title,
  list_reply: (reply) => [reply.title, reply.description],
  call_permission_reply: (reply) => (reply.response === "accept" ? "You may call me" : "Please do not call me"),
};

// What a form was filled in with.
function formReply(message, reply) {
  let values;
  try {
    values = JSON.parse(reply.response_json);
  } catch {
    values = { response_json: reply.response_json };
  }
  // An address has its fields one level deeper.
  const rows = Object.entries({ ...values, ...values?.values }).filter(([name]) => name !== "flow_token" && name !== "values");
  return { nodes: [el("div.form-reply", null,
    el("div.form-reply-title", null, icon("form"), reply.body || "Sent"),
    el("dl", null, rows.map(([name, value]) => [el("dt", null, name),
      el("dd", { dir: "auto" }, typeof value === "object" ? JSON.stringify(value) : String(value))])))] };
}

function inInteractive(message, content) {
  if (content.type === "nfm_reply") return formReply(message, content.nfm_reply ?? {});
  const say = replies[content.type];
  if (!say) return { nodes: [card(`interactive: ${content.type}`, content)] };
  const [title, more] = [say(content[content.type] ?? {})].flat();
  return { nodes: [el("div.text", { dir: "auto" }, el("span.lines", null, title)), more ? el("div.reply-more", { dir: "auto" }, more) : null] };
}

// A call: how it stands, and what the customer can do to it.
const GOING = { ringing: "Ringing …", accepted: "In progress" };
const CALLS = { in: { ...GOING, rejected: "Not taken", ended: "No answer" }, out: { ...GOING, rejected: "Declined", ended: "Missed" } };

const standing = (message, content) => (Number.isFinite(content.duration) ? duration(content.duration) : CALLS[message.direction][content.state]);

function call(message, content) {
  const can = (symbol, title, action) => choice(symbol, title, () => act.answerCall(message, action));
  const rings = content.state === "ringing" && message.direction === "out";
  return {
    nodes: [el("div.call", null, el("span.call-sign", { class: content.state }, icon("phone")),
      el("span.row-text", null, el("span.row-title", null, rings ? "Incoming voice call" : "Voice call"), el("span.row-more", null, standing(message, content))))],
    choices: rings ? [can("check", "Answer", "accept"), can("close", "Decline", "reject")]
      : GOING[content.state] ? [can("close", "Hang up", "terminate")] : [] };
}

const system = (words) => ({ nodes: [el("span", { dir: "auto" }, words)], note: true });

// Types are other people's words: none of them may find what every object has.
const kinds = {
  __proto__: null,
  text, location, contacts, template,
  image: withMedia("image"), video: withMedia("video"), audio: withMedia("audio"),
  document: withMedia("document"), sticker: withMedia("sticker"),
  interactive: (message, content) => (message.direction === "in" ? inInteractive : interactive)(message, content),
  button: (message, content) => ({ nodes: [el("div.text", { dir: "auto" }, el("span.lines", null, content.text ?? content.payload))] }),
  order, call,
  system: (message, content) => system(content.body ?? "Something changed"),
  request_welcome: () => system("The customer opened the chat"),
  pin: (message, content) => system(content.type === "unpin" ? "A message was unpinned" : "A message was pinned"),
  unsupported: () => ({ nodes: [el("div.gone", null, icon("alert"), "A message of a kind that businesses cannot receive")] }),
};

const NOTHING = Object.freeze({});

export function content(message) {
  if (message.status === "deleted") {
    return { nodes: [el("div.gone", null, icon("ban"), "This message was deleted")] };
  }
  const kind = kinds[message.type];
  const value = message.payload?.[message.type] ?? NOTHING;
  try {
    if (kind) return kind(message, value);
  } catch (error) {
    console.error(error); // a payload that is not as Graph has it: shown as it is
  }
  return { nodes: [card(message.type, message.payload)] };
}

// In one line, for the list of chats and for quotations ------------------------

const symbols = { image: "Photo", video: "Video", audio: "Audio", document: "Document", sticker: "Sticker" };

const lines = {
  __proto__: null,
  text: (content) => content.body,
  location: (content) => `📍 ${content.name || "Location"}`,
  contacts: (content) => `👤 ${nameOfContact(content[0])}${content.length > 1 ? ` and ${content.length - 1} more` : ""}`,
  audio: (content) => (content.voice ? "🎤 Voice message" : "🎵 Audio"),
  interactive: (content) => content.body?.text ?? repliesOf(content),
  button: (content) => content.text,
  order: (content) => `🛒 Order: ${(content.product_items ?? []).map((item) => `${item.quantity} × ${item.product_retailer_id}`).join(", ")}`,
  call: () => "📞 Voice call",
  system: (content) => content.body,
  pin: (content) => (content.type === "unpin" ? "A message was unpinned" : "📌 A message was pinned"),
};

const marks = { image: "📷", video: "🎬", document: "📄", sticker: "✨" };

export function oneLine(message) {
  if (message.status === "deleted") return "🚫 deleted";
  const value = message.payload?.[message.type] ?? NOTHING;
  try {
    if (message.type === "template") return plain(bodyText(message));
    if (lines[message.type]) return plain(lines[message.type](value) ?? message.type);
  } catch {
    return message.type;
  }
  if (isMedia(message.type)) return `${marks[message.type]} ${plain(value.caption || value.filename || symbols[message.type])}`;
  return message.type.replace(/_/g, " ");
}

