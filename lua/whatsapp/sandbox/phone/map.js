// A map that nobody surveyed: streets, a park and water that follow from the coordinates, so that
// a place looks the same each time without a single tile from outside.

import { svg } from "./dom.js";

function dice(seed) {
  let n = seed >>> 0;
  return () => {
    n = (n + 0x6d2b79f5) >>> 0;
    let t = Math.imul(n ^ (n >>> 15), 1 | n);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const WIDTH = 320;
const HEIGHT = 160;

function street(random, name) {
  const upright = random() < 0.5;
  const at = random();
  const slant = (random() - 0.5) * 70;
  const d = upright
    ? `M${at * WIDTH} -10 C${at * WIDTH + slant} 50 ${at * WIDTH - slant} 110 ${at * WIDTH + slant} ${HEIGHT + 10}`
    : `M-10 ${at * HEIGHT} C90 ${at * HEIGHT + slant / 2} 220 ${at * HEIGHT - slant / 2} ${WIDTH + 10} ${at * HEIGHT + slant / 2}`;
  return svg("path", { class: name, d });
}

export function map(latitude, longitude) {
  const random = dice(Math.round((Number(latitude) || 0) * 1e4) * 73856093 ^ Math.round((Number(longitude) || 0) * 1e4) * 19349663);
  const drawing = svg("svg", { class: "map", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" },
    svg("rect", { class: "map-land", width: WIDTH, height: HEIGHT }),
    svg("ellipse", { class: "map-park", cx: 40 + random() * 240, cy: 20 + random() * 120, rx: 40 + random() * 40, ry: 24 + random() * 22 }),
    svg("path", { class: "map-water", d: `M${random() * 120 - 60} ${HEIGHT} Q${100 + random() * 80} ${70 + random() * 60} ${WIDTH} ${100 + random() * 70} V${HEIGHT} z` }));
  for (let i = 0; i < 9; i++) drawing.append(street(random, "map-lane"));
  for (let i = 0; i < 3; i++) drawing.append(street(random, "map-road"));
  drawing.append(svg("g", { class: "map-pin", transform: `translate(${WIDTH / 2} ${HEIGHT / 2})` },
    svg("ellipse", { class: "map-shade", rx: 7, ry: 2.5 }),
    svg("path", { d: "M0 0C-9 -11 -13 -16 -13 -23a13 13 0 0 1 26 0C13 -16 9 -11 0 0z" }),
    svg("circle", { cy: -23, r: 5 })));
  return drawing;
}
