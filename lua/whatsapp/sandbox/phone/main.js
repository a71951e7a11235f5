// The page: chats, the open one, the inspector; keys; light and dark.

import { el, perFrame, replace } from "./dom.js";
import { logo } from "./icons.js";
import { follow } from "./api.js";
import { reset, setEnded, setOnline, state, take, on } from "./store.js";
import { Chats } from "./chats.js";
import { Conversation } from "./conversation.js";
import { Inspector } from "./inspector.js";
import { details } from "./bubble.js";

const page = document.documentElement;

// Light and dark: as the system has it, until it is said otherwise ---------------

const remembered = {
  get: (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  },
  set: (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // a browser that keeps nothing
    }
  },
};

function theme(name) {
  if (name) page.dataset.theme = name;
}

function otherTheme() {
  const dark = page.dataset.theme ? page.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  theme(dark ? "light" : "dark");
  remembered.set("theme", page.dataset.theme);
}

theme(remembered.get("theme"));

// Parts -----------------------------------------------------------------------

const app = document.getElementById("app");

function open(chat, { keep, at } = {}) {
  app.classList.toggle("in-chat", !!chat && !(keep && narrow.matches));
  conversation.open(chat);
  chats.select(chat);
  if (chat && !keep && !narrow.matches) conversation.composer.focus();
  if (at) conversation.show(at);
  drawTitle();
}

// Whoever looks at another tab sees that something came.
function drawTitle() {
  const unread = [...state.chats.values()].reduce((sum, chat) => sum + (chat.unread ?? 0), 0);
  document.title = `${unread ? `(${unread}) ` : ""}${conversation.chat ? `${conversation.title.textContent} · the phone` : "The phone"}`;
}

function back() {
  app.classList.remove("in-chat");
  chats.rows.querySelector("[aria-selected=true]")?.focus();
}

function togglePanel(wanted) {
  const shown = app.classList.toggle("with-panel", typeof wanted === "boolean" ? wanted : undefined);
  inspector.show(shown);
  if (!narrow.matches) remembered.set("panel", shown ? "open" : "closed");
}

const narrow = matchMedia("(max-width: 760px)");
const chats = new Chats({ onopen: open, ontheme: otherTheme });
const conversation = new Conversation({ onback: back, onpanel: () => togglePanel() });
const inspector = new Inspector({ onclose: () => togglePanel(false) });

replace(conversation.nothing, logo(), el("h2", null, "A phone for your bot"),
  el("p", null, "What your program sends appears here, and what you write goes to its webhook. Nothing leaves this machine."),
  el("pre", null, 'wa:send { to = "+1 555 123 4567", text = "Hello" }'),
  el("p.hint", null, el("kbd", null, "/"), " search  ", el("kbd", null, "N"), " new chat  ", el("kbd", null, "I"), " inspector"));
replace(app, chats.node, conversation.node, inspector.node);
if (remembered.get("panel") === "open" && matchMedia("(min-width: 1180px)").matches) togglePanel(true);

// The state is another one: the open chat is found again, or the first one opened.
on("reset", () => {
  const known = conversation.chat && state.chats.get(conversation.chat.key);
  if (known) {
    conversation.again(known);
    chats.select(known);
  } else if (narrow.matches) open(null);
  else open(chats.found()[0] ?? null, { keep: true });
});

// The first message opens its chat, when none is open.
on("message", ({ chat }) => {
  if (!conversation.chat && !narrow.matches) open(chat, { keep: true });
});

on("customer reset", perFrame(drawTitle));

document.addEventListener("show-message", (event) => details(event.detail));

// Keys ------------------------------------------------------------------------

const writing = (node) => node.matches?.("input, textarea, select, [contenteditable]");

const keys = {
  "/": () => chats.search.focus(),
  n: () => chats.create(),
  i: () => togglePanel(),
};

function escape() {
  if (conversation.composer.escape()) return;
  if (app.classList.contains("with-panel") && inspector.node.contains(document.activeElement)) togglePanel(false);
  else if (narrow.matches) back();
  else if (document.activeElement !== conversation.composer.input) conversation.composer.focus();
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") return escape();
  if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    return chats.step(event.key);
  }
  if (event.altKey || writing(event.target)) return;
  const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

follow({ onState: reset, onEvent: take, onLine: setOnline, onEnd: setEnded });
