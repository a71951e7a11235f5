// The page's drawings: strokes on a field of 24 by 24.

import { svg } from "./dom.js";

const PATHS = {
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20 20",
  plus: "M12 5v14M5 12h14",
  pencil: "M12 20h8M5 16.5 15.8 5.7a2 2 0 0 1 2.8 2.8L7.8 19.3 4 20z",
  back: "M14.5 5.5 8 12l6.5 6.5",
  down: "M5.5 9 12 15.5 18.5 9",
  send: "M4.5 12 3.5 4.5 21 12 3.5 19.5zM4.5 12H12",
  attach: "M18.5 11.5 12 18a4.2 4.2 0 0 1-6-6l7.5-7.5a2.8 2.8 0 0 1 4 4L10 16a1.4 1.4 0 0 1-2-2l6-6",
  smile: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8.5 14a4.2 4.2 0 0 0 7 0M9 9.5v.5M15 9.5v.5",
  reply: "M9 6 3.5 11.5 9 17M4 11.5h9a7 7 0 0 1 7 7",
  alert: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 8v5M12 16v.2",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  mic: "M12 3.5a2.8 2.8 0 0 0-2.8 2.8v5a2.8 2.8 0 0 0 5.6 0v-5A2.8 2.8 0 0 0 12 3.5zM6 11.5a6 6 0 0 0 12 0M12 17.5V21",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  file: "M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5M9 13h6.5M9 16.5h4.5",
  image: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9v.2",
  video: "M3.5 6.5h12v11h-12zM15.5 10.5l5-3v9l-5-3",
  place: "M12 21s6.5-6 6.5-11a6.5 6.5 0 0 0-13 0c0 5 6.5 11 6.5 11zM12 7.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20a7.5 6 0 0 1 15 0",
  open: "M10 5H5v14h14v-5M13.5 4.5h6v6M19 5l-8.5 8.5",
  list: "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5h.5M4 12h.5M4 17.5h.5",
  phone: "M5 4h4l1.7 4.5-2.2 1.7a12 12 0 0 0 5.3 5.3l1.7-2.2L20 15v4a1.5 1.5 0 0 1-1.6 1.5A15.5 15.5 0 0 1 3.5 5.6 1.5 1.5 0 0 1 5 4z",
  copy: "M9 8.5h10.5V20H9zM5 15.5H4.5V4H15v1",
  bag: "M5 8.5h14l1 12H4zM8.5 8.5V7a3.5 3.5 0 0 1 7 0v1.5",
  form: "M5 3.5h14v17H5zM8.5 8h7M8.5 12h7M8.5 16h4",
  close: "M6 6l12 12M18 6 6 18",
  more: "M12 5.5v.2M12 12v.2M12 18.5v.2",
  moon: "M19.5 14.5A8 8 0 1 1 10 4.3a6.5 6.5 0 0 0 9.5 10.2z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  panel: "M3.5 5h17v14h-17zM14.5 5v14M17 9h1M17 12h1",
  again: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4L19.5 9M19.5 4v5h-5",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l.8 13h8.4L17 7M10.5 11v5.5M13.5 11v5.5",
  bolt: "M13 3 5.5 13.5H11L10.5 21 18.5 10H13z",
  template: "M4 5h16v4H4zM4 13h7v6H4zM15 13h5M15 16h5M15 19h3",
  gift: "M4 9h16v4H4zM5.5 13v7.5h13V13M12 9v11.5M12 9S11 4 8.3 4.5 8.5 9 12 9zM12 9s1-5 3.7-4.5S15.5 9 12 9z",
  check: "M5 12.5 10 17.5 19.5 7",
  pin: "M9 3.5h6l-.7 6 3.2 3.5h-11l3.2-3.5zM12 13v7.5",
  ban: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 6l12 12",
  braces: "M9 4c-3 0-3 1.5-3 4s-.5 4-2.5 4c2 0 2.5 1.5 2.5 4s0 4 3 4M15 4c3 0 3 1.5 3 4s.5 4 2.5 4c-2 0-2.5 1.5-2.5 4s0 4-3 4",
};

export function icon(name, label) {
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }) },
    svg("path", { d: PATHS[name] ?? PATHS.more }));
}

const TICKS = {
  accepted: ["M4 9 8 13 15 4"], sent: ["M4 9 8 13 15 4"],
  delivered: ["M1 9 5 13 12 4", "M9.5 12.5 10 13 17 4"], read: ["M1 9 5 13 12 4", "M9.5 12.5 10 13 17 4"],
};

const SAYS = { accepted: "accepted", sent: "sent", delivered: "delivered", read: "read", failed: "failed", deleted: "deleted" };

// ✓ sent, ✓✓ delivered, blue read; a clock while it is only accepted.
export function ticks(status) {
  const paths = TICKS[status];
  if (!paths) return null;
  return svg("svg", { class: `ticks ${status}`, viewBox: "0 0 18 17", role: "img", "aria-label": SAYS[status] },
    ...paths.map((d) => svg("path", { d })));
}

export function logo() {
  return svg("svg", { class: "logo", viewBox: "0 0 32 32", "aria-hidden": "true" },
    svg("path", { class: "logo-bubble", d: "M16 3a13 13 0 1 1-6.2 24.4L3.5 29l1.7-6A13 13 0 0 1 16 3z" }),
    svg("path", { class: "logo-moon", d: "M19.5 9.2a7.4 7.4 0 1 0 3.6 11.3 6.2 6.2 0 0 1-3.6-11.3z" }));
}
