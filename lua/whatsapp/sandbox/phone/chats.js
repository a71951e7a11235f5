// The list of chats: one customer each.

import { el, perFrame, replace } from "./dom.js";
import { icon, logo, ticks } from "./icons.js";
import { listTime } from "./format.js";
import { avatar } from "./avatar.js";
import { oneLine } from "./content.js";
import { chatKey, lastOf, nameOf, now, numberOf, on, state } from "./store.js";
import { newChat } from "./actions.js";

const STEP = 200; // rows; more when asked for

export class Chats {
  constructor({ onopen, ontheme }) {
    this.onopen = onopen;
    this.shown = STEP;
    this.hits = new Map();
    this.search = el("input.search", { type: "search", placeholder: "Search names, numbers, texts", "aria-label": "Search the chats", autocomplete: "off", oninput: () => {
      this.shown = STEP;
      this.draw();
    }, onkeydown: (event) => this.key(event) });
    this.rows = el("div.chat-rows", { role: "listbox", "aria-label": "Chats", onkeydown: (event) => this.key(event) });
    this.line = el("div.line", { role: "status", hidden: true }, "The sandbox does not answer: trying again …");
    this.node = el("aside.chats", { "aria-label": "Chats" },
      el("header.head-bar", null, logo(), el("h1", null, "The phone"),
        el("button.round", { type: "button", "aria-label": "Light or dark", title: "Light or dark", onclick: ontheme }, icon("moon")),
        el("button.round", { type: "button", "aria-label": "New chat", title: "New chat (N)", onclick: () => this.create() }, icon("pencil"))),
      el("div.search-box", null, icon("search"), this.search), this.line, this.rows);
    this.request = perFrame(() => this.draw());
    on("message customer typing reset", this.request);
    on("customer", () => this.openWanted());
    on("online", (online) => {
      this.line.hidden = online;
    });
    on("ended", () => {
      this.line.textContent = "This sandbox has ended. The one that is here now has an address of its own: see where it was started.";
    });
    setInterval(this.request, 30000);
  }

  // The new chat is opened as soon as the sandbox tells of it.
  create() {
    newChat((id, number) => {
      this.wanted = chatKey(id, number);
      this.openWanted();
    });
  }

  openWanted() {
    const chat = state.chats.get(this.wanted);
    if (!chat) return;
    this.wanted = null;
    this.onopen(chat);
  }

  select(chat) {
    this.open = chat;
    this.draw();
  }

  // Those that fit what is searched for, the one that spoke last on top.
  found() {
    const words = this.search.value.trim().toLowerCase();
    const digits = words.replace(/[\s+()-]/g, "");
    const isNamed = (chat) => nameOf(chat).toLowerCase().includes(words) || (digits && chat.id.toLowerCase().includes(digits));
    this.hits = new Map(); // by chat: its latest message with the words, where its name has them not
    const fits = (chat) => {
      if (!words || isNamed(chat)) return true;
      const hit = chat.messages.findLast((message) => oneLine(message).toLowerCase().includes(words));
      if (hit) this.hits.set(chat, hit);
      return hit;
    };
    const at = (chat) => lastOf(chat)?.serial ?? Infinity;
    return [...state.chats.values()].filter(fits).sort((a, b) => at(b) - at(a));
  }

  // A text from shortly before what was searched for.
  around(text) {
    const at = text.toLowerCase().indexOf(this.search.value.trim().toLowerCase());
    return at > 20 ? `…${text.slice(at - 12)}` : text;
  }

  row(chat) {
    const hit = this.hits.get(chat);
    const last = hit ?? lastOf(chat);
    const typing = (state.typing.get(chat.key) ?? 0) > now();
    const line = typing ? el("span.is-typing", null, "typing …")
      : last ? [el("span.last", { dir: "auto" }, hit ? this.around(oneLine(hit)) : oneLine(last)),
          last.direction === "out" && last.status === "failed" ? icon("alert", "failed") : ticks(last.status)] : el("span.last.quiet", null, "nothing written yet");
    const several = state.business.phone_numbers.length > 1 && numberOf(chat) !== state.business.phone_numbers[0];
    return el("button.chat", { type: "button", role: "option", "aria-selected": String(chat === this.open), tabindex: chat === (this.open ?? null) ? 0 : -1,
      data: { key: chat.key }, onclick: () => this.onopen(chat, { at: hit?.id }) },
    avatar(nameOf(chat)),
    el("span.chat-about", null,
      el("span.chat-top", null, el("span.chat-name", { dir: "auto" }, nameOf(chat)), last ? el("time", null, listTime(last.time, now())) : null),
      el("span.chat-bottom", null, line, several ? el("span.tag", null, numberOf(chat)?.verified_name ?? "") : null,
        chat.unread ? el("span.badge", { "aria-label": `${chat.unread} unread` }, chat.unread > 99 ? "99+" : chat.unread) : null)));
  }

  draw() {
    const focused = this.rows.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const chats = this.found();
    const rows = chats.slice(0, this.shown).map((chat) => this.row(chat));
    if (rows.length && !rows.some((row) => row.tabIndex === 0)) rows[0].tabIndex = 0;
    replace(this.rows, rows, chats.length > this.shown ? el("button.more", { type: "button", onclick: () => {
      this.shown += STEP;
      this.draw();
    } }, `${chats.length - this.shown} more`) : null, rows.length ? null : this.nothing());
    if (focused) [...this.rows.children].find((row) => row.dataset.key === focused)?.focus({ preventScroll: true });
  }

  nothing() {
    return el("p.hint", null, !state.loaded ? "…" : this.search.value ? "No chat has that." : "No chats yet. Send something from Lua, or begin one with the pencil.");
  }

  // Arrows go from chat to chat, and open them.
  key(event) {
    if (event.key === "Escape" && event.target === this.search && this.search.value) {
      event.stopPropagation();
      this.search.value = "";
      return this.draw();
    }
    if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    this.step(event.key, event.target === this.search);
  }

  step(key, fromSearch) {
    const rows = [...this.rows.querySelectorAll(".chat")];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row === document.activeElement);
    const from = at >= 0 ? at : fromSearch ? -1 : rows.findIndex((row) => row.dataset.key === this.open?.key);
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: rows.length - 1 }[key];
    if (to < 0) return this.search.focus();
    const row = rows[Math.min(to, rows.length - 1)];
    const chat = state.chats.get(row.dataset.key);
    this.onopen(chat, { keep: true, at: this.hits.get(chat)?.id });
    [...this.rows.querySelectorAll(".chat")].find((one) => one.dataset.key === row.dataset.key)?.focus();
  }
}
