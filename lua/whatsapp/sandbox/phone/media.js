// Pictures, films, sounds, files, stickers: what a message or a template's header shows.

import { el, svg } from "./dom.js";
import { icon } from "./icons.js";
import { bytes, duration } from "./format.js";

// Where the sandbox keeps the file that `content` names by id or link, if it does.
export function fileOf(message, content) {
  const found = message.media?.[content?.id] ?? message.media?.[content?.link];
  return found && /^(api\/media|samples)\/[\w.-]+$/.test(found.url) ? found : null;
}

function nameOf(message, content) {
  if (content?.filename) return content.filename;
  const file = fileOf(message, content);
  if (file?.filename) return file.filename;
  try {
    return new URL(content.link).pathname.split("/").pop() || new URL(content.link).host;
  } catch {
    return content?.id ? `media ${content.id}` : "no file";
  }
}

function whereFrom(content) {
  try {
    return `from ${new URL(content.link).host}`;
  } catch {
    return "not in the sandbox";
  }
}

// A film that is none, or a sound, is told rather than played.
const isOf = (kind, file) => !file.mime_type || file.mime_type.startsWith(`${kind}/`);

const notOf = (kind, file) => el("div.gone", null, icon("alert"), `Not ${kind}: the file is ${file.mime_type}`);

// What lies on somebody else's server is not fetched: the page asks nobody but the sandbox.
function elsewhere(message, content, name) {
  return el(`div.media.elsewhere.${name}`, { title: content?.link },
    el("span.elsewhere-icon", null, icon(name === "video" ? "video" : "image")),
    el("span.elsewhere-name", { dir: "auto" }, nameOf(message, content)),
    el("span.elsewhere-from", null, whereFrom(content)));
}

function image(message, content, { onopen } = {}) {
  const file = fileOf(message, content);
  if (!file) return elsewhere(message, content, "image");
  const picture = el("img", { src: file.url, alt: content.caption || "Photo", loading: "lazy", decoding: "async" });
  const failed = () => frame.replaceWith(elsewhere(message, content, "image"));
  picture.addEventListener("error", failed);
  const frame = el("button.media.picture", { type: "button", "aria-label": "Open the picture", onclick: () => onopen?.(file.url, content.caption) }, picture);
  return frame;
}

function video(message, content) {
  const file = fileOf(message, content);
  if (!file) return elsewhere(message, content, "video");
  if (!isOf("video", file)) return notOf("video", file);
  return el("div.media.film", null, el("video", { src: file.url, controls: true, preload: "metadata", playsinline: true, "aria-label": "Video" }));
}

// A file's own sound is not looked at for its bars: they follow from its name, the same each time.
function bars(seed) {
  let n = 7;
  for (const c of String(seed)) n = (n * 31 + c.codePointAt(0)) >>> 0;
  const heights = [];
  for (let i = 0; i < 34; i++) {
    n = (n * 1664525 + 1013904223) >>> 0;
    heights.push(3 + (n >>> 24) / 255 * 15 * (0.35 + 0.65 * Math.sin((i + 1) / 35 * Math.PI)));
  }
  return heights;
}

function audio(message, content) {
  const file = fileOf(message, content);
  if (file && !isOf("audio", file)) return notOf("audio", file);
  const player = file ? new Audio() : null;
  const left = el("span.sound-time", null, "0:00");
  const lines = bars(content?.id ?? content?.link).map((height, i) =>
    svg("rect", { x: i * 5, y: 12 - height / 2, width: 2.6, height, rx: 1.3 }));
  const wave = svg("svg", { class: "wave", viewBox: "0 0 170 24", "aria-hidden": "true" }, ...lines);
  const button = el("button.sound-play", { type: "button", "aria-label": "Play", disabled: !file }, icon("play"));
  const show = () => {
    const part = player.duration ? player.currentTime / player.duration : 0;
    lines.forEach((line, i) => line.classList.toggle("heard", i / lines.length < part));
    left.textContent = duration(player.paused && !player.currentTime ? player.duration : player.currentTime);
    button.replaceChildren(icon(player.paused ? "play" : "pause"));
    button.setAttribute("aria-label", player.paused ? "Play" : "Pause");
  };
  if (player) {
    player.preload = "metadata";
    player.src = file.url;
    for (const name of ["loadedmetadata", "timeupdate", "play", "pause", "ended"]) player.addEventListener(name, show);
    button.addEventListener("click", () => (player.paused ? player.play().catch(() => {}) : player.pause()));
  }
  return el("div.sound", { class: content?.voice ? "voice" : "" },
    el("span.sound-kind", null, icon(content?.voice ? "mic" : "play")), button,
    el("div.sound-body", null, wave, left));
}

function fileDocument(message, content) {
  const file = fileOf(message, content);
  const name = nameOf(message, content);
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? file?.mime_type?.split("/").pop() ?? "file";
  const inside = [
    el("span.file-kind", null, ending.slice(0, 4).toUpperCase()),
    el("span.file-about", null, el("span.file-name", { dir: "auto" }, name),
      el("span.file-size", null, [file ? bytes(file.file_size) : whereFrom(content), file?.mime_type].filter(Boolean).join(" · "))),
  ];
  // The attribute keeps the browser from showing a page of somebody's as one of the sandbox's.
  return file ? el("a.file", { href: file.url, download: name, target: "_blank" }, inside) : el("div.file", null, inside);
}

function sticker(message, content) {
  const file = fileOf(message, content);
  if (!file) return elsewhere(message, content, "image");
  return el("img.sticker", { src: file.url, alt: "Sticker", loading: "lazy" });
}

const kinds = { __proto__: null, image, video, audio, document: fileDocument, sticker };

export const isMedia = (kind) => kind in kinds;

export function media(kind, message, content, options) {
  return kinds[kind](message, content ?? {}, options);
}
