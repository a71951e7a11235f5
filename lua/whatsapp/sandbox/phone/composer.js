// Writing as the customer: text, files, places, people.

import { el, replace } from "./dom.js";
import { icon } from "./icons.js";
import { bytes } from "./format.js";
import { quoted } from "./bubble.js";
import * as act from "./actions.js";

const QUICK = ["👍", "❤️", "😂", "😊", "🎉", "🙏", "👋", "🤔", "😍", "😢", "🔥", "✅"];

export class Composer {
  constructor({ onwritten, onup }) {
    Object.assign(this, { onwritten, onup, chat: null, shown: null, replied: null, files: [], drafts: new Map() });
    this.input = el("textarea.writing", { rows: 1, "aria-label": "Message", dir: "auto", maxlength: 4096,
      oninput: () => this.changed(), onkeydown: (event) => this.key(event), onpaste: (event) => this.paste(event) });
    this.members = el("select.members", { "aria-label": "Who writes", hidden: true, onchange: () => {
      this.chat.writer = this.members.value;
    } });
    this.above = el("div.above");
    this.picker = el("input", { type: "file", hidden: true, multiple: true, onchange: () => {
      this.addFiles(this.picker.files);
      this.picker.value = "";
    } });
    this.menu = el("div.menu", { hidden: true, role: "menu", onkeydown: (event) => this.walk(event) }, this.entries());
    this.emoji = el("div.menu.emoji-menu", { hidden: true, onkeydown: (event) => this.walk(event) }, QUICK.map((emoji) =>
      el("button.emoji-choice", { type: "button", "aria-label": `Insert ${emoji}`, onclick: () => this.insert(emoji) }, emoji)));
    this.more = this.opener("plus", "Attach", this.menu);
    this.send = el("button.round.send", { type: "submit", "aria-label": "Send", disabled: true }, icon("send"));
    this.node = el("form.composer", { "aria-label": "Write a message", onsubmit: (event) => {
      event.preventDefault();
      this.submit();
    } }, this.above, this.menu, this.emoji,
    el("div.writing-row", null, this.more, this.members, el("div.writing-box", null, this.input, this.opener("smile", "Emoji", this.emoji)), this.send), this.picker);
    document.addEventListener("click", (event) => {
      if (!event.target.closest?.(".opener")) this.closeMenus();
    });
  }

  // Arrows go from entry to entry.
  walk(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step || event.altKey) return;
    event.preventDefault();
    const entries = [...event.currentTarget.children];
    entries.at((entries.indexOf(document.activeElement) + step) % entries.length).focus();
  }

  opener(symbol, label, menu) {
    const button = el("button.round.opener", { type: "button", "aria-label": label, "aria-expanded": "false", onclick: () => {
      const open = menu.hidden;
      this.closeMenus();
      menu.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      if (open) menu.querySelector("button")?.focus();
    } }, icon(symbol));
    return button;
  }

  closeMenus() {
    const open = !this.menu.hidden || !this.emoji.hidden;
    const menu = document.activeElement?.closest(".menu");
    if (menu && this.node.contains(menu)) this.node.querySelector(".opener[aria-expanded=true]")?.focus();
    this.menu.hidden = this.emoji.hidden = true;
    for (const button of this.node.querySelectorAll(".opener")) button.setAttribute("aria-expanded", "false");
    return open;
  }

  entries() {
    const entry = (symbol, label, onclick) => el("button.menu-entry", { type: "button", role: "menuitem", onclick: () => {
      this.closeMenus();
      onclick();
    } }, icon(symbol), label);
    const pick = (accept, as) => () => {
      this.picker.accept = accept;
      this.as = as;
      this.picker.click();
    };
    return [entry("image", "Photo, video or sticker", pick("image/*,video/*")), entry("file", "Document", pick("", { plain: true })),
      entry("mic", "Voice message", pick("audio/*", { voice: true })), entry("place", "Location", () => act.sendLocation(this.chat)),
      entry("person", "Contact", () => act.sendContact(this.chat))];
  }

  // Each chat has a draft of its own.
  open(chat) {
    if (this.chat) this.drafts.set(this.chat.key, { text: this.input.value, files: this.files });
    const { text, files } = this.drafts.get(chat.key) ?? { text: "", files: [] };
    Object.assign(this, { chat, files, replied: null });
    this.input.value = text;
    this.drawAbove();
    this.drawMembers();
    this.changed();
  }

  // Of a group: who is in it, and writes.
  drawMembers() {
    const { members, writer } = this.chat;
    if (members === this.shown) return;
    this.shown = members;
    this.members.hidden = !members;
    this.input.placeholder = members ? "Write" : "Write as the customer";
    replace(this.members, members?.length ? members.map(({ id, name }) => el("option", { value: id, selected: id === writer }, name))
      : el("option", { value: "" }, "Nobody is in it"));
  }

  focus() {
    this.input.focus();
  }

  reply(message) {
    this.replied = message;
    this.drawAbove();
    this.focus();
  }

  addFiles(files) {
    this.files = [...this.files, ...[...files].map((file) => ({ file, ...this.as }))];
    this.as = null;
    this.drawAbove();
    this.changed();
    this.focus();
  }

  paste(event) {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    this.addFiles(event.clipboardData.files);
  }

  insert(text) {
    this.input.setRangeText(text, this.input.selectionStart, this.input.selectionEnd, "end");
    this.closeMenus();
    this.changed();
    this.focus();
  }

  // Takes back what is not sent yet; false when there was nothing.
  escape() {
    if (this.closeMenus()) return true;
    if (!this.replied && !this.files.length) return false;
    this.replied = null;
    this.files = [];
    this.drawAbove();
    this.changed();
    return true;
  }

  drawAbove() {
    const off = (label, onclick) => el("button.round", { type: "button", "aria-label": label, onclick }, icon("close"));
    replace(this.above,
      this.replied ? el("div.above-row", null, quoted(this.replied.id), off("Do not reply to it", () => this.escape())) : null,
      this.files.map((one) => el("div.above-row.above-file", null, icon(one.voice ? "mic" : "attach"),
        el("span.row-title", { dir: "auto" }, one.file.name), el("span.row-more", null, bytes(one.file.size)), off("Take it away", () => {
          this.files = this.files.filter((other) => other !== one);
          this.drawAbove();
          this.changed();
        }))));
  }

  changed() {
    this.send.disabled = !this.input.value.trim() && !this.files.length;
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.input.value) {
      event.preventDefault();
      this.onup();
    }
  }

  async submit() {
    const { chat, replied, files } = this;
    const text = this.input.value.trim();
    if (this.busy || (!text && !files.length)) return;
    this.busy = true;
    this.input.value = "";
    this.files = [];
    this.replied = null;
    this.drawAbove();
    this.changed();
    const failed = await this.deliver(chat, { text, files, replied });
    this.busy = false;
    if (!failed) return this.onwritten();
    if (chat !== this.chat) return this.drafts.set(chat.key, { text: failed.text, files: failed.files });
    Object.assign(this, { files: [...failed.files, ...this.files], replied: failed.replied });
    this.input.value = this.input.value || failed.text;
    this.drawAbove();
    this.changed();
  }

  // What could not be sent, to be tried again; nothing when all went. The text goes with the first
  // file that takes one, or after them.
  async deliver(chat, { text, files, replied }) {
    if (!files.length) return (await act.write(chat, { text }, replied)) ? null : { text, files, replied };
    for (let i = 0; i < files.length; i++) {
      const caption = act.takesCaption(files[i]) ? text : "";
      const done = await act.sendFile(chat, files[i], { caption, replied });
      if (done === "failed") return { text, files: files.slice(i), replied };
      if (done === "refused") continue;
      if (caption) text = "";
      replied = undefined;
    }
    return text ? this.deliver(chat, { text, files: [], replied }) : null;
  }
}
