// Texts: WhatsApp's marks, links, times, sizes, money.

import { el, link } from "./dom.js";

// Marks -----------------------------------------------------------------------

const MARKS = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<>"]+/iy;

// Where the mark that opens at `at` closes, or -1.
function closing(text, at) {
  const mark = text[at];
  if (at > 0 && WORD.test(text[at - 1])) return -1;
  if (!text[at + 1] || /\s/.test(text[at + 1]) || text[at + 1] === mark) return -1;
  for (let i = at + 2; i < text.length && text[i] !== "\n"; i++) {
    if (text[i] === mark && !/\s/.test(text[i - 1]) && !(text[i + 1] && WORD.test(text[i + 1]))) return i;
  }
  return -1;
}

function address(text, at) {
  ADDRESS.lastIndex = at;
  const found = (at === 0 || !WORD.test(text[at - 1])) && ADDRESS.exec(text);
  return found ? found[0].replace(/[.,;:!?'")\]]+$/, "") : null;
}

function inline(text, marks, into) {
  let plain = "";
  const flush = () => {
    if (plain) into.append(plain);
    plain = "";
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "`") {
      const end = text.indexOf("`", i + 1);
      if (end > i + 1) {
        flush();
        into.append(el("code", null, text.slice(i + 1, end)));
        i = end;
        continue;
      }
    } else if (MARKS[c] && marks.includes(c)) {
      const end = closing(text, i);
      if (end > 0) {
        flush();
        into.append(inline(text.slice(i + 1, end), marks.replace(c, ""), el(MARKS[c])));
        i = end;
        continue;
      }
    } else if (c === "h" || c === "H" || c === "w" || c === "W") {
      const found = address(text, i);
      if (found) {
        flush();
        into.append(link(/^www/i.test(found) ? `https://${found}` : found, null, found));
        i += found.length - 1;
        continue;
      }
    }
    plain += c;
  }
  flush();
  return into;
}

const marked = (text, into) => inline(text, "*_~", into);

const BLOCKS = [
  { name: "quote", of: /^> (.*)$/ }, { name: "points", of: /^[-*•] (.*)$/ }, { name: "numbers", of: /^(\d{1,3})\. (.*)$/ },
];

function kindOf(line) {
  for (const { name, of } of BLOCKS) {
    const found = of.exec(line);
    if (found) return { name, text: found[found.length - 1], number: found.length > 2 ? Number(found[1]) : null };
  }
  return { name: "lines", text: line };
}

const wrappers = {
  quote: (lines) => marked(lines.map((line) => line.text).join("\n"), el("blockquote")),
  points: (lines) => el("ul", null, lines.map((line) => marked(line.text, el("li")))),
  numbers: (lines) => el("ol", { start: lines[0].number }, lines.map((line) => marked(line.text, el("li")))),
  lines: (lines) => marked(lines.map((line) => line.text).join("\n"), el("span.lines")),
};

function blocks(text, into) {
  let group = [];
  const flush = () => {
    if (group.length) into.append(wrappers[group[0].name](group));
    group = [];
  };
  for (const line of text.split("\n").map(kindOf)) {
    if (group.length && group[0].name !== line.name) flush();
    group.push(line);
  }
  flush();
}

// A text as WhatsApp shows it: *bold* _italic_ ~struck~ `code` ```monospaced```, lists, quotes, links.
export function rich(text) {
  const into = el("div.text", { dir: "auto" });
  String(text ?? "").split(/```([^`](?:[\s\S]*?[^`])?)```/).forEach((part, i) => {
    if (i % 2) into.append(el("code.mono", null, part.replace(/^\n|\n$/g, "")));
    else if (part) blocks(i > 0 ? part.replace(/^\n/, "") : part, into);
  });
  return into;
}

// One line of it, for lists and quotations.
export function plain(text) {
  return String(text ?? "").slice(0, 300).replace(/```/g, "").replace(/(^|[^\p{L}\p{N}])([*_~`])(\S(?:.*?\S)?)\2(?![\p{L}\p{N}])/gu, "$1$3")
    .replace(/\s+/g, " ");
}

const EMOJI = /^(?:\p{RI}{2}|[0-9#*]\uFE0F?\u20E3|\p{Extended_Pictographic}(?:\uFE0F|\p{EMod})?(?:\u200D\p{Extended_Pictographic}(?:\uFE0F|\p{EMod})?)*|\s)+$/u;

// How many emoji a text is, if it is nothing else and few; else 0.
export function emojiCount(text) {
  const short = String(text ?? "").trim();
  if (!short || short.length > 40 || !EMOJI.test(short)) return 0;
  const n = [...new Intl.Segmenter().segment(short)].filter((part) => part.segment.trim()).length;
  return n <= 3 ? n : 0;
}

// Times -----------------------------------------------------------------------

const clockTime = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const exactTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const fullDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const shortDate = new Intl.DateTimeFormat(undefined, { day: "2-digit", month: "2-digit", year: "2-digit" });

// A time that no calendar has is told as none.
function told(as, seconds) {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? "—" : as.format(date);
}

export const time = (seconds) => told(clockTime, seconds);
export const timeOfSecond = (seconds) => told(exactTime, seconds);
export const moment = (seconds) => `${told(fullDate, seconds)}, ${told(exactTime, seconds)}`;

const dayNumber = (seconds) => {
  const date = new Date(seconds * 1000);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86400000);
};

export const sameDay = (a, b) => dayNumber(a) === dayNumber(b);

// "Today", "Yesterday", a weekday, a date: seen from `now`.
export function day(seconds, now) {
  const ago = dayNumber(now) - dayNumber(seconds);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  return ago > 1 && ago < 7 ? told(weekday, seconds) : told(fullDate, seconds);
}

export function listTime(seconds, now) {
  const ago = dayNumber(now) - dayNumber(seconds);
  if (ago === 0) return time(seconds);
  return ago > 0 && ago < 7 ? day(seconds, now) : told(shortDate, seconds);
}

const two = (n) => String(Math.floor(n)).padStart(2, "0");

export function countdown(seconds) {
  return `${two(seconds / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
}

// How long it takes: 1:05.
export const duration = (n) => (Number.isFinite(n) ? `${Math.floor(n / 60)}:${two(n % 60)}` : "0:00");

// Sizes, numbers, money ---------------------------------------------------------

export function bytes(n) {
  n = Number(n);
  if (!Number.isFinite(n)) return "";
  if (n < 1000) return `${n} B`;
  const unit = n < 1e6 ? ["kB", 1e3] : ["MB", 1e6];
  return `${(n / unit[1]).toFixed(n / unit[1] < 10 ? 1 : 0)} ${unit[0]}`;
}

// A number of the North American plan is spaced as its readers do; others stay as they are.
export function phone(id) {
  const text = String(id ?? "");
  const american = /^\+?1(\d{3})(\d{3})(\d{4})$/.exec(text);
  if (american) return `+1 ${american[1]} ${american[2]} ${american[3]}`;
  return /^\d+$/.test(text) ? `+${text}` : text;
}

// Meta's { value, offset } or a plain number.
export function money(amount, currency) {
  const value = typeof amount === "object" && amount ? Number(amount.value) / Number(amount.offset || 100) : Number(amount);
  if (!Number.isFinite(value)) return "";
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(value);
  } catch {
    return `${value.toFixed(2)} ${currency ?? ""}`;
  }
}
