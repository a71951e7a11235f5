// What the page knows: the sandbox's state, brought up to date by its events.

import { phone } from "./format.js";

const MOST_EXCHANGES = 500;
const TYPING_SECONDS = 25;

export const state = {
  business: { name: "", phone_numbers: [], webhook_url: null },
  chats: new Map(), messages: new Map(),
  templates: new Map(), faults: new Map(), flows: new Map(), exchanges: [],
  names: new Map(), // of customers
  typing: new Map(), // of a chat: until when, by the sandbox's clock
  online: true, loaded: false,
};

let ahead = 0; // the sandbox's clock before ours, in seconds

export const now = () => Date.now() / 1000 + ahead;
export const clockOffset = () => state.offset ?? 0;

// Listeners ---------------------------------------------------------------------

const listeners = new Map();

export function on(names, fn) {
  for (const name of names.split(" ")) listeners.set(name, [...(listeners.get(name) ?? []), fn]);
}

export function tell(name, value) {
  for (const fn of listeners.get(name) ?? []) {
    try {
      fn(value);
    } catch (error) {
      console.error(error); // one part that fails leaves the others
    }
  }
}

// Chats -------------------------------------------------------------------------

export const chatKey = (customer, number) => `${customer} ${number ?? ""}`;

function chatOf(customer, number) {
  const key = chatKey(customer, number);
  let chat = state.chats.get(key);
  if (!chat) {
    chat = { key, id: customer, phone_number_id: number, window_until: null, unread: 0, messages: [] };
    state.chats.set(key, chat);
  }
  return chat;
}

// What to call a customer: by name, else by number.
export function nameOf(chat) {
  const name = state.names.get(chat.id);
  return name && name !== `+${chat.id}` ? name : phone(chat.id);
}

export const lastOf = (chat) => chat.messages[chat.messages.length - 1];

export const numberOf = (chat) => state.business.phone_numbers.find((number) => number.id === chat.phone_number_id);

// Reactions show at what they are to, not in the row of messages.
export const isHidden = (message) => message.type === "reaction";

function place(chat, message) {
  const list = chat.messages;
  let i = list.length;
  while (i > 0 && list[i - 1].serial > message.serial) i--;
  list.splice(i, 0, message);
}

// Events --------------------------------------------------------------------------

const apply = {
  message(message) {
    const chat = chatOf(message.customer, message.phone_number_id);
    const before = state.messages.get(message.id);
    state.messages.set(message.id, message);
    if (isHidden(message)) return { chat, message };
    if (before) chat.messages[chat.messages.indexOf(before)] = message;
    else place(chat, message);
    if (message.direction === "out" && !before) state.typing.delete(chat.key);
    return { chat, message, added: !before };
  },

  customer(customer) {
    const chat = chatOf(customer.id, customer.phone_number_id);
    state.names.set(customer.id, customer.name);
    Object.assign(chat, { window_until: customer.window_until, window_applies: customer.window_applies, members: customer.members, unread: customer.unread ?? 0 });
    return chat;
  },

  typing(typing) {
    const chat = chatOf(typing.customer, typing.phone_number_id);
    if (typing.on === false) state.typing.delete(chat.key);
    else state.typing.set(chat.key, typing.until ?? now() + TYPING_SECONDS);
    return chat;
  },

  exchange(exchange) {
    const at = state.exchanges.findIndex((known) => known.serial === exchange.serial);
    if (at >= 0) state.exchanges[at] = exchange;
    else state.exchanges.push(exchange);
    if (state.exchanges.length > MOST_EXCHANGES) state.exchanges.splice(0, state.exchanges.length - MOST_EXCHANGES);
    return exchange;
  },

  clock(clock) {
    ahead = clock.now - Date.now() / 1000;
    state.offset = clock.offset;
  },

  template: (template) => keep(state.templates, template),
  fault: (fault) => keep(state.faults, fault),
  flow: (flow) => keep(state.flows, flow),
  connection() {},

  business(business) {
    state.business = business;
  },
};

// One thing, all of them, or that one is gone.
function keep(map, thing) {
  if (Array.isArray(thing)) {
    map.clear();
    for (const one of thing) map.set(String(one.id), one);
  } else if (thing.deleted) map.delete(String(thing.id));
  else map.set(String(thing.id), thing);
  return thing;
}

// The whole state takes the place of the one before.
export function reset(whole) {
  state.chats.clear();
  state.messages.clear();
  state.typing.clear();
  state.business = whole.business;
  state.exchanges = whole.exchanges ?? [];
  apply.clock(whole.clock);
  keep(state.templates, whole.templates ?? []);
  keep(state.faults, whole.faults ?? []);
  keep(state.flows, whole.flows ?? []);
  for (const customer of whole.customers ?? []) apply.customer(customer);
  for (const message of whole.messages ?? []) apply.message(message);
  state.loaded = true;
  tell("reset");
}

export function take(name, value) {
  if (name === "state") return reset(value);
  tell(name, apply[name](value));
}

export const setEnded = () => tell("ended");

export function setOnline(online) {
  if (state.online === online) return;
  state.online = online;
  tell("online", online);
}
