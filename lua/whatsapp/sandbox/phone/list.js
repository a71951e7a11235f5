// A long list of which only what is near the view is in the page. Heights of the rest are
// guessed until they have been seen; what is on the screen stays where it is.

import { el, perFrame } from "./dom.js";

const AROUND = 700;   // pixels drawn above and below the view
const GUESS = 62;     // pixels
const AT_END = 60;    // so near the end counts as there

export class List {
  // `draw(item)` makes a row; `scroller` is what scrolls; `onmove` hears whether the end is in view.
  constructor(scroller, draw, onmove) {
    Object.assign(this, { scroller, draw, onmove });
    this.items = [];
    this.index = new Map();   // key → place
    this.heights = new Map(); // key → pixels
    this.rows = new Map();    // key → node
    this.stick = true;
    this.top = 0;
    this.above = el("div.space");
    this.below = el("div.space");
    scroller.replaceChildren(this.above, this.below);
    this.request = perFrame(() => this.render());
    // Rows grow when their pictures arrive, all of them when the page is made narrower.
    this.sizes = new ResizeObserver(this.request);
    this.sizes.observe(scroller);
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
  }

  // Other items: `items` have a `key`. `at`: "end", or nothing to stay.
  set(items, at) {
    if (at === "end") {
      this.clear();
      this.stick = true;
    }
    this.items = items;
    this.index = new Map(items.map((item, i) => [item.key, i]));
    for (const key of [...this.rows.keys()]) if (!this.index.has(key)) this.drop(key);
    this.offsets = null;
    this.render();
  }

  // All that is drawn again.
  redraw(items) {
    for (const key of [...this.rows.keys()]) this.drop(key);
    this.set(items);
  }

  clear() {
    for (const key of [...this.rows.keys()]) this.drop(key);
    this.heights.clear();
  }

  // Draws one again.
  refresh(key) {
    const old = this.rows.get(key);
    const i = this.index.get(key);
    if (!old || i === undefined) return;
    const row = this.draw(this.items[i]);
    const focused = old.contains(document.activeElement);
    this.sizes.unobserve(old);
    old.replaceWith(row);
    this.rows.set(key, row);
    this.sizes.observe(row);
    if (focused) row.focus({ preventScroll: true });
    this.request();
  }

  // Brings one into view, and returns its row.
  show(key, place = 0.3) {
    const i = this.index.get(key);
    if (i === undefined) return null;
    this.stick = false;
    for (let round = 0; round < 3; round++) {
      this.scroller.scrollTop = this.offset(i) - this.scroller.clientHeight * place;
      this.render();
    }
    return this.rows.get(key) ?? null;
  }

  toEnd() {
    this.stick = true;
    this.render();
  }

  // ---------------------------------------------------------------------------

  drop(key) {
    const row = this.rows.get(key);
    this.sizes.unobserve(row);
    row.remove();
    this.rows.delete(key);
  }

  offset(i) {
    if (!this.offsets) {
      this.offsets = new Float64Array(this.items.length + 1);
      for (let n = 0; n < this.items.length; n++) {
        this.offsets[n + 1] = this.offsets[n] + (this.heights.get(this.items[n].key) ?? GUESS);
      }
    }
    return this.offsets[i];
  }

  // The last item that begins at or before `y`.
  at(y) {
    let low = 0;
    let high = Math.max(0, this.items.length - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.offset(middle) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  measure() {
    let changed = false;
    for (const [key, row] of this.rows) {
      const height = row.getBoundingClientRect().height;
      if (Math.abs((this.heights.get(key) ?? -1) - height) < 0.5) continue;
      this.heights.set(key, height);
      changed = true;
    }
    if (changed) this.offsets = null;
    return changed;
  }

  spaces(first, last) {
    const total = this.offset(this.items.length);
    this.above.style.height = `${this.offset(first)}px`;
    this.below.style.height = `${total - this.offset(last + 1)}px`;
  }

  fill(first, last) {
    for (const key of [...this.rows.keys()]) {
      const i = this.index.get(key);
      if (i < first || i > last) this.drop(key);
    }
    let before = this.above;
    for (let i = first; i <= last; i++) {
      const { key } = this.items[i];
      let row = this.rows.get(key);
      if (!row) {
        row = this.draw(this.items[i]);
        this.rows.set(key, row);
        this.sizes.observe(row);
      }
      if (before.nextSibling !== row) before.after(row);
      before = row;
    }
    this.spaces(first, last);
  }

  range() {
    const top = this.scroller.scrollTop;
    return [this.at(top - AROUND), this.at(top + this.scroller.clientHeight + AROUND)];
  }

  render() {
    if (!this.items.length) {
      this.clear();
      this.above.style.height = this.below.style.height = "0";
      return;
    }
    for (let round = 0; round < 4; round++) {
      if (this.stick) this.scroller.scrollTop = this.offset(this.items.length);
      const anchor = this.at(this.scroller.scrollTop);
      const into = this.scroller.scrollTop - this.offset(anchor);
      const [first, last] = this.range();
      this.fill(first, last);
      if (!this.measure()) break;
      this.spaces(first, last);
      if (!this.stick) this.scroller.scrollTop = this.offset(anchor) + into;
    }
    if (this.stick) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  fromEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }

  scrolled() {
    const gap = this.fromEnd();
    const { scrollTop } = this.scroller;
    // What grows below the view has not been scrolled away from.
    if (gap < AT_END) this.stick = true;
    else if (scrollTop < this.top - 1) this.stick = false;
    this.top = scrollTop;
    this.onmove?.(this.stick);
    this.request();
  }
}
