// The open chat: its head, its messages, what is being written.

import { el, perFrame, replace } from "./dom.js";
import { icon } from "./icons.js";
import { countdown, day, phone, sameDay } from "./format.js";
import { avatar } from "./avatar.js";
import { bubble, says } from "./bubble.js";
import { List } from "./list.js";
import { Composer } from "./composer.js";
import { nameOf, now, numberOf, on, state } from "./store.js";
import { post } from "./api.js";
import { callBusiness } from "./actions.js";

const TOGETHER = 300; // seconds: so soon after the one before, it needs no tail

const DAY = 86400; // seconds

const TYPING = { key: "typing", typing: true };

function itemsOf(chat) {
  const items = [];
  let before = null;
  for (const message of chat.messages) {
    const same = before && sameDay(before.time, message.time);
    if (!same) items.push({ key: `day ${items.length} ${message.id}`, day: message.time });
    items.push({ key: message.id, first: !same || before.direction !== message.direction || message.time - before.time > TOGETHER });
    before = message;
  }
  if (state.typing.has(chat.key)) items.push(TYPING);
  return items;
}

export class Conversation {
  constructor({ onback, onpanel }) {
    this.chat = null;
    this.title = el("div.title", { dir: "auto" });
    this.subtitle = el("div.subtitle");
    this.face = el("span");
    this.caller = el("button.round", { type: "button", "aria-label": "Call the business", title: "Call the business", onclick: () => callBusiness(this.chat) }, icon("phone"));
    this.window = el("button.window", { type: "button", onclick: onpanel });
    this.scroller = el("div.scroller", { role: "list", "aria-label": "Messages", tabindex: -1 });
    this.newer = el("button.newer", { type: "button", hidden: true, "aria-label": "To the latest message", onclick: () => this.list.toEnd() },
      el("span.badge", { hidden: true }), icon("down"));
    this.composer = new Composer({ onwritten: () => this.list.toEnd(), onup: () => this.focusLast() });
    this.list = new List(this.scroller, (item) => this.draw(item), (atEnd) => this.moved(atEnd));
    this.head = el("header.head-bar", null,
      el("button.round.back", { type: "button", "aria-label": "Back to the chats", onclick: onback }, icon("back")),
      this.face, el("div.titles", null, this.title, this.subtitle), this.window, this.caller,
      el("button.round.panel-toggle", { type: "button", "aria-label": "Inspector", title: "Inspector (I)", onclick: onpanel }, icon("panel")));
    this.pane = el("div.open", { hidden: true }, this.head, el("div.stage", null, this.scroller, this.newer), this.composer.node);
    this.nothing = el("div.nothing");
    this.spoken = el("div.spoken", { role: "status" }); // what has just come, for who listens to the page
    this.node = el("main.conversation", { "aria-label": "Conversation" }, this.nothing, this.pane, this.spoken);
    this.unseen = 0;
    this.request = perFrame(() => this.update());
    this.changed = new Set(); // messages to be drawn again
    this.listen();
  }

  listen() {
    on("message", ({ chat, message, added }) => this.told(chat, message, added));
    on("customer", (chat) => chat === this.chat && this.request());
    on("typing", (chat) => chat === this.chat && this.request());
    on("business", () => this.request());
    on("clock", () => this.chat && this.again(this.chat)); // days are named from now
    document.addEventListener("visibilitychange", () => this.look());
    this.scroller.addEventListener("keydown", (event) => this.arrows(event));
    setInterval(() => this.second(), 1000);
    const drop = (event) => {
      event.preventDefault();
      this.node.classList.toggle("dropping", event.type === "dragover");
      if (event.type === "drop" && this.chat) this.composer.addFiles(event.dataTransfer.files);
    };
    for (const name of ["dragover", "dragleave", "drop"]) this.node.addEventListener(name, drop);
  }

  // Which chat -----------------------------------------------------------------

  open(chat) {
    this.chat = chat;
    this.unseen = 0;
    this.nothing.hidden = !!chat;
    this.pane.hidden = !chat;
    this.changed.clear();
    if (!chat) return this.list.set([]);
    this.drawHead();
    this.list.set(itemsOf(chat), "end");
    this.composer.open(chat);
    this.moved(true);
    this.look();
  }

  // The state is another one: the same chat of it, where it was.
  again(chat) {
    if (!chat || chat.key !== this.chat?.key) return this.open(chat);
    this.chat = chat;
    this.drawHead();
    this.list.redraw(itemsOf(chat));
    this.composer.chat = chat;
    this.composer.drawMembers();
    this.look();
  }

  // What is in front of the customer has been read.
  look() {
    if (!this.chat?.unread || this.looking || document.visibilityState !== "visible" || !this.node.offsetParent) return;
    this.looking = true;
    // What has come meanwhile is looked at a little later.
    post("api/look", { customer: this.chat.id, phone_number_id: this.chat.phone_number_id }).catch(() => {}).finally(() => {
      this.looking = false;
      setTimeout(() => this.look(), 500);
    });
  }

  // Head -----------------------------------------------------------------------

  drawHead() {
    const number = numberOf(this.chat);
    const business = number?.verified_name ?? state.business.name;
    replace(this.title, business || "The business");
    const name = nameOf(this.chat);
    replace(this.subtitle, this.chat.members ? ["the group ", el("bdi", null, name)]
      : [el("bdi", null, name), "’s phone", name === phone(this.chat.id) ? "" : `, ${phone(this.chat.id)}`],
      number ? ` · to ${number.display_phone_number}` : "");
    replace(this.face, avatar(business || "B", { class: "business" }));
    this.caller.hidden = !number?.takes_calls || !!this.chat.members;
    this.drawWindow();
    this.look();
  }

  drawWindow() {
    if (!this.chat) return;
    this.window.hidden = !!this.chat.members; // groups have none
    const left = (this.chat.window_until ?? 0) - now();
    const [name, words, title] = left > 0 ? ["", countdown(Math.min(left, DAY)), "The 24-hour window is open: until then the business may write freely"]
      : this.chat.window_applies === false ? ["free", "no window", "No 24-hour window is open, but the sandbox lets the business write freely here; WhatsApp itself would take templates only"]
        : ["closed", "window closed", "The 24-hour window is closed: the business may send templates only"];
    this.window.className = `window ${name}`;
    this.window.title = title;
    replace(this.window, icon("clock"), el("span", null, words));
  }

  second() {
    if (!this.chat) return;
    this.drawWindow();
    const until = state.typing.get(this.chat.key);
    if (until && until < now()) {
      state.typing.delete(this.chat.key);
      this.request();
    }
  }

  // Messages -------------------------------------------------------------------

  draw(item) {
    if (item.day) return el("div.row.day", { role: "separator" }, el("span.pill", null, day(item.day, now())));
    if (item.typing) return el("div.row.theirs.first", { role: "status", "aria-label": "The business is typing" }, el("div.bubble.typing", null, el("i"), el("i"), el("i")));
    const message = state.messages.get(item.key);
    return bubble(message, { first: item.first, onreply: (to) => this.composer.reply(to), onquote: (id) => this.show(id) });
  }

  told(chat, message, added) {
    if (chat !== this.chat) return;
    if (!added) this.changed.add(message.id);
    else if (message.direction === "in") this.list.stick = true;
    else if (!this.list.stick) this.unseen++;
    if (added && message.direction === "out") this.spoken.textContent = says(message);
    if (message.reply_to) this.changed.add(message.reply_to);
    this.request();
  }

  // All that was told since the last frame.
  update() {
    if (!this.chat) return;
    const changed = [...this.changed];
    this.changed.clear();
    for (const id of changed) this.list.refresh(id);
    this.list.set(itemsOf(this.chat));
    this.drawHead();
    this.composer.drawMembers();
    this.drawNewer();
  }

  moved(atEnd) {
    if (atEnd) this.unseen = 0;
    this.newer.hidden = atEnd;
    this.drawNewer();
  }

  drawNewer() {
    const badge = this.newer.firstChild;
    badge.hidden = !this.unseen;
    badge.textContent = this.unseen;
  }

  // Goes to a message, and lights it up.
  show(id) {
    const row = this.list.show(id);
    if (!row) return;
    row.classList.add("lit");
    row.focus({ preventScroll: true });
    setTimeout(() => row.classList.remove("lit"), 1600);
  }

  focusLast() {
    const rows = this.scroller.querySelectorAll(".row[tabindex]");
    rows[rows.length - 1]?.focus();
  }

  // Up and down from message to message; down from the last: back to writing.
  arrows(event) {
    const row = event.target.closest?.(".row");
    if (event.target !== row || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const step = event.key === "ArrowUp" ? "previousElementSibling" : "nextElementSibling";
    let next = row[step];
    while (next && !next.matches(".row[tabindex]")) next = next[step];
    if (next) {
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
    } else if (event.key === "ArrowDown") this.composer.focus();
  }
}
