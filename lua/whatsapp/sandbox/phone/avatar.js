// Who is who: initials on a colour that follows from the name.

import { el } from "./dom.js";

export function hueOf(name) {
  let n = 11;
  for (const c of String(name)) n = (n * 33 + c.codePointAt(0)) >>> 0;
  return (n * 47) % 360;
}

function initials(name) {
  const all = String(name).trim().split(/\s+/).filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const words = all.filter((word, i) => i === 0 || !/^\d/.test(word)); // the 2 of "Ana 2" is none of hers
  const first = (word) => [...new Intl.Segmenter().segment(word.replace(/^[^\p{L}\p{N}\p{Extended_Pictographic}]+/u, ""))][0]?.segment ?? "";
  if (!words.length || /^\+?\d/.test(words[0])) return `#${String(name).replace(/\D/g, "").slice(-2)}`;
  return (first(words[0]) + (words.length > 1 ? first(words[words.length - 1]) : "")).toUpperCase();
}

export function avatar(name, more) {
  return el("span.avatar", { "aria-hidden": "true", style: { "--hue": hueOf(name) }, ...more }, initials(name));
}
