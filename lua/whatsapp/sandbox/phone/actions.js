// What the customer can do: each becomes a webhook to the business.

import { post, upload } from "./api.js";
import { el, replace } from "./dom.js";
import { icon } from "./icons.js";
import { phone, rich } from "./format.js";
import { map } from "./map.js";
import { field, formSheet, notice, picture, sheet } from "./sheet.js";
import { bill, tile } from "./commerce.js";
import { nameOf, now, state } from "./store.js";
import { flowSheet } from "./flow.js";

const chatOf = (message) => [...state.chats.values()].find((chat) =>
  chat.id === message.customer && chat.phone_number_id === message.phone_number_id);

// What is said in answer to a message names it, and who wrote it.
function contextOf(message) {
  if (message.direction === "in") return { id: message.id, from: message.payload.from ?? message.customer };
  const number = state.business.phone_numbers.find((one) => one.id === message.phone_number_id);
  return { id: message.id, from: String(number?.display_phone_number ?? "").replace(/\D/g, "") || undefined };
}

// In a group one of those who are in it writes.
const writer = (chat) => (chat.members ? { from: (chat.members.find(({ id }) => id === chat.writer) ?? chat.members[0])?.id, group_id: chat.id }
  : { from: chat.id, name: state.names.get(chat.id) ?? undefined });

const deliver = (chat, content, replied) => post("api/receive", { ...writer(chat), phone_number_id: chat.phone_number_id, context: replied ? contextOf(replied) : undefined, ...content });

// Writes as the customer of a chat; what goes wrong is said, and false returned.
export async function write(chat, content, replied) {
  try {
    await deliver(chat, content, replied);
    return true;
  } catch (error) {
    notice(error.message, "bad");
    return false;
  }
}

export const receive = (message, content) => write(chatOf(message), content, message);

export const repliesTo = (message) => (chatOf(message)?.messages ?? []).filter((other) => other.reply_to === message.id);

export const openPicture = picture;

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    notice(`Copied: ${text}`);
  } catch {
    notice(`The code: ${text}`);
  }
}

// Has the customer do something that is told when it fails.
async function attempt(path, body) {
  try {
    await post(path, body);
  } catch (error) {
    notice(error.message, "bad");
  }
}

export const react = (message, emoji) => attempt("api/react", { ...writer(chatOf(message)), message_id: message.id, emoji });

export const call = (message, payload) => attempt("api/calls", { from: message.customer, phone_number_id: message.phone_number_id, cta_payload: payload });

export const callBusiness = (chat) => attempt("api/calls", { from: chat.id, name: state.names.get(chat.id) ?? undefined, phone_number_id: chat.phone_number_id });

export const answerCall = (message, action) => attempt(`api/calls/${message.id}`, { action });

export function showMessage(message) {
  document.dispatchEvent(new CustomEvent("show-message", { detail: message }));
}

// Lists -------------------------------------------------------------------------

export function chooseRow(message, content, groups) {
  let chosen = null;
  const send = el("button.primary", { type: "button", disabled: true, onclick: async () => {
    if (await receive(message, { list_reply: chosen })) open.close();
  } }, "Send");
  const row = ({ id, title, description }) => el("label.row-choice", null,
    el("span.row-text", null, el("span.row-title", { dir: "auto" }, title), description ? el("span.row-more", { dir: "auto" }, description) : null),
    el("input", { type: "radio", name: "row", onchange: () => {
      chosen = { id, title, description };
      send.disabled = false;
    } }));
  const open = sheet(content.action?.button ?? "Choose", {
    body: groups.map((group) => el("fieldset.rows", null, group.title ? el("legend", { dir: "auto" }, group.title) : null, group.rows.map(row))),
    foot: send });
}

// Flows -------------------------------------------------------------------------

export const openFlow = (message) => flowSheet(message);

// Places, people ------------------------------------------------------------------

const PLACES = [
  { name: "Copacabana", address: "Av. Atlântica, Rio de Janeiro", latitude: -22.9711, longitude: -43.1822 },
  { name: "Gateway of India", address: "Apollo Bandar, Mumbai", latitude: 18.922, longitude: 72.8347 },
  { name: "Museumsinsel", address: "Bodestraße, Berlin", latitude: 52.5169, longitude: 13.4019 },
];

// `from`: a message that asked for it, or a chat.
export function sendLocation(from) {
  const preview = el("div.media.place");
  const inputs = ["name", "address", "latitude", "longitude"];
  const show = () => {
    const values = new FormData(open.form);
    replace(preview, map(values.get("latitude"), values.get("longitude")));
  };
  const presets = PLACES.map((place) => el("button.chip", { type: "button", onclick: () => {
    for (const name of inputs) open.form.elements[name].value = place[name];
    show();
  } }, place.name));
  const number = { type: "number", step: "any", required: true, oninput: () => show() };
  const open = formSheet("Send a location", [preview, el("div.chips", null, presets),
    field("Name", { name: "name", maxlength: 100, autocomplete: "off" }), field("Address", { name: "address", maxlength: 200, autocomplete: "off" }),
    el("div.pair", null, field("Latitude", { ...number, name: "latitude", min: -90, max: 90, value: PLACES[2].latitude }),
      field("Longitude", { ...number, name: "longitude", min: -180, max: 180, value: PLACES[2].longitude }))], {
    submit: async (values) => {
      const location = { latitude: Number(values.latitude), longitude: Number(values.longitude),
                         name: values.name || undefined, address: values.address || undefined };
      const done = await (from.payload ? receive(from, { type: "location", location }) : write(from, { type: "location", location }));
      if (!done) throw new Error("It was not sent.");
    } });
  show();
}

function contact(name, number) {
  const words = name.trim().split(/\s+/);
  return { name: { formatted_name: name, first_name: words[0], last_name: words.slice(1).join(" ") || undefined },
           phones: [{ phone: phone(number.replace(/\D/g, "")), wa_id: number.replace(/\D/g, ""), type: "CELL" }] };
}

export function sendContact(chat) {
  formSheet("Send a contact", [field("Name", { name: "name", required: true, autocomplete: "off" }),
    field("Phone", { name: "phone", type: "tel", required: true, autocomplete: "off", placeholder: "+1 555 000 1234" })], {
    submit: async (values) => {
      if (!await write(chat, { type: "contacts", contacts: [contact(values.name, values.phone)] })) throw new Error("It was not sent.");
    } });
}

// The customer's own.
export function shareContact(message) {
  const chat = chatOf(message);
  return receive(message, { type: "contacts", contacts: [contact(nameOf(chat), chat.id)] });
}

const ADDRESS = [["name", "Name"], ["phone_number", "Phone"], ["in_pin_code", "PIN code"], ["house_number", "House number"],
  ["building_name", "Building"], ["address", "Address"], ["landmark_area", "Landmark or area"], ["city", "City"], ["state", "State"]];

export function giveAddress(message, parameters) {
  const values = parameters.values ?? {};
  const wrong = parameters.validation_errors ?? {};
  const saved = (parameters.saved_addresses ?? []).map((one) => el("button.chip", { type: "button", onclick: () => {
    for (const [name] of ADDRESS) if (one.value?.[name]) open.form.elements[name].value = one.value[name];
  } }, one.value?.name ?? one.id));
  const open = formSheet("Your address", [saved.length ? el("div.chips", null, saved) : null,
    ADDRESS.map(([name, label]) => field(label, { name, value: values[name] ?? "", hint: wrong[name], autocomplete: "off" }))], {
    button: "Send address",
    submit: (given) => {
      const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
      return receive(message, { type: "interactive", interactive: { type: "nfm_reply", nfm_reply: { name: "address_message",
        body: Object.values(filled).join(", "), response_json: JSON.stringify({ values: filled }) } } });
    } });
}

export function permitCalls(message, response) {
  return receive(message, { type: "interactive", interactive: { type: "call_permission_reply",
    call_permission_reply: { response, expiration_timestamp: response === "accept" ? Math.floor(now()) + 7 * 86400 : undefined,
                             response_source: "user_action" } } });
}

// Orders ------------------------------------------------------------------------

const PRICE = "10.00"; // a sandbox has no catalogue that would know it

export function fillBasket(message, { catalogId, title, groups }) {
  const counts = new Map();
  const send = el("button.primary", { type: "button", disabled: true, onclick: async () => {
    const items = [...counts].filter(([, n]) => n > 0).map(([id, quantity]) =>
      ({ product_retailer_id: id, quantity, item_price: Number(PRICE), currency: "USD" }));
    if (await receive(message, { type: "order", order: { catalog_id: String(catalogId ?? ""), text: "", product_items: items } })) open.close();
  } }, "Send order");
  const row = (id) => {
    const n = el("output", { "aria-label": `Number of ${id}` }, "0");
    const step = (by) => () => {
      counts.set(id, Math.max(0, (counts.get(id) ?? 0) + by));
      n.textContent = counts.get(id);
      send.disabled = ![...counts.values()].some((count) => count > 0);
    };
    return el("div.basket-row", null, tile(id), el("span.row-text", null, el("span.row-title", { dir: "auto" }, id), el("span.row-more", null, `$${PRICE}`)),
      el("span.stepper", null, el("button.round", { type: "button", "aria-label": `Less ${id}`, onclick: step(-1) }, "−"), n,
        el("button.round", { type: "button", "aria-label": `More ${id}`, onclick: step(1) }, icon("plus"))));
  };
  const any = groups.some((group) => group.rows.length);
  const open = sheet(title, { foot: any ? send : null,
    body: any ? groups.map((group) => el("section.rows", null, group.title ? el("h3", { dir: "auto" }, group.title) : null, group.rows.map(row)))
      : el("p.hint", null, "The message names no product, and a sandbox has no catalogue.") });
}

export function reviewOrder(message, parameters) {
  sheet(`Order ${parameters.reference_id ?? ""}`, { body: [bill(parameters), message.payload.interactive?.body ? rich(message.payload.interactive.body.text) : null,
    el("p.hint", null, "Payments are not part of the sandbox: an order_status message says what became of one.")] });
}

// Files ---------------------------------------------------------------------------

const KINDS = [[/^image\/(jpeg|png)$/, "image"], [/^image\/webp$/, "sticker"], [/^video\/(mp4|3gpp)$/, "video"], [/^audio\/(aac|amr|mpeg|mp4|ogg|opus)$/, "audio"]];

const kindOf = ({ file, plain }) => (!plain && KINDS.find(([of]) => of.test(file.type))?.[1]) || "document";

export const takesCaption = (one) => !["audio", "sticker"].includes(kindOf(one));

// Sends a file: { file, voice, plain }, the last where it goes as a document whatever it is. Returns
// "sent"; "refused" when it can never be sent; "failed" when it may be tried again.
export async function sendFile(chat, one, { caption, replied } = {}) {
  const kind = kindOf(one);
  const { file, voice } = one;
  try {
    const { id } = await upload(file);
    const content = { id, mime_type: file.type || "application/octet-stream" };
    if (kind === "document") content.filename = file.name;
    if (kind === "audio" && voice) content.voice = true;
    if (caption) content.caption = caption;
    await deliver(chat, { type: kind, [kind]: content }, replied);
    return "sent";
  } catch (error) {
    notice(`${file.name}: ${error.message}`, "bad");
    return error.final ? "refused" : "failed";
  }
}

// Chats -----------------------------------------------------------------------------

export function newChat(opened) {
  formSheet("A new customer", [
    field("Phone", { name: "id", required: true, type: "tel", placeholder: "+1 555 000 1234", autocomplete: "off", hint: "digits with the country code, or a user id" }),
    field("Name", { name: "name", autocomplete: "off", placeholder: "Ann Lee" }),
    field("Chats with", { name: "number" }, "select", state.business.phone_numbers.map((one) =>
      el("option", { value: one.id }, `${one.verified_name}, ${one.display_phone_number}`)))], {
    button: "Open the chat",
    submit: async (values) => {
      try {
        const { id } = await post("api/customers", { id: values.id.trim(), name: values.name || undefined, phone_number_id: values.number });
        opened(id, values.number);
      } catch (error) {
        throw new Error(error.message.replace(/^((from|id): )?(from|id)\b/, "The phone")); // as the form calls it
      }
    } });
}
