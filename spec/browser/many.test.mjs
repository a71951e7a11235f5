// 5,000 messages: what is in the page stays little, and all of them can be reached.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Box, openBrowser, openChat, openPage, row, until } from "./support.mjs";

const ANN = "15551234567";
const N = 5000;
const MOST = 120; // rows in the page at once

let box, browser, url;

before(async () => {
  [box, browser] = [new Box(), await openBrowser()];
  url = (await box.start({ message_rate: false, delivered_seconds: 0 })).phone_url;
  await box.receive({ from: "15557654321", name: "Bo", text: "Message 0" });
  await box.send_many({ to: ANN, n: N });
});

after(async () => {
  await browser.close();
  await box.close();
});

const frames = (page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

// The numbers in the page, in their order, and how the rows lie.
const state = (page) => page.evaluate(() => {
  const rows = [...document.querySelectorAll(".scroller .row[data-id]")];
  const { top, bottom } = document.querySelector(".scroller").getBoundingClientRect();
  const seen = rows.filter((one) => one.getBoundingClientRect().bottom > top && one.getBoundingClientRect().top < bottom);
  const number = (one) => Number(/Message (\d+)/.exec(one.querySelector(".lines").textContent)[1]);
  return { rows: rows.length, all: rows.map(number), seen: seen.map(number),
           covered: seen[0].getBoundingClientRect().top <= top + 60 && seen[seen.length - 1].getBoundingClientRect().bottom >= bottom - 60 };
});

const inOrder = (numbers) => numbers.every((n, i) => i === 0 || n === numbers[i - 1] + 1);

function check(found, where) {
  assert.ok(found.rows <= MOST, `${found.rows} rows ${where}`);
  assert.ok(inOrder(found.all), `a gap ${where}`);
  assert.ok(found.covered, `the view is not filled ${where}`);
}

const go = async (page, part) => {
  await page.locator(".scroller").evaluate((node, to) => node.scrollTo(0, to * node.scrollHeight), part);
  await frames(page);
};

test("opens at the end, and every part can be scrolled to", async () => {
  const page = await openPage(browser, url);
  await openChat(page, ANN);
  await row(page, `Message ${N}`).waitFor();
  check(await state(page), "at the end");
  for (const part of [0.75, 0.5, 0.25, 0.1]) {
    await go(page, part);
    const found = await state(page);
    check(found, `at ${part}`);
    assert.ok(Math.abs(found.seen[0] / N - part) < 0.15, `${found.seen[0]} at ${part}`);
  }
  await go(page, 0);
  await until("the first one", async () => (await state(page)).all[0] === 1);
  check(await state(page), "at the beginning");
  assert.equal(await page.locator(".row.day").count(), 1);

  // Step by step nothing is left out, and nothing jumps.
  let before = (await state(page)).seen;
  for (let i = 0; i < 30; i++) {
    await page.locator(".scroller").evaluate((node) => node.scrollBy(0, 300));
    await frames(page);
    const found = await state(page);
    check(found, `after step ${i}`);
    assert.ok(found.seen[0] >= before[0] && found.seen[0] <= before[before.length - 1] + 1, `${before[0]} to ${found.seen[0]}`);
    before = found.seen;
  }
  await page.end();
});

test("what comes in does not move what is being read", async () => {
  const page = await openPage(browser, url);
  await openChat(page, ANN);
  await row(page, `Message ${N}`).waitFor();
  await go(page, 0.5);
  const before = await state(page);
  await box.send({ to: ANN, text: `Message ${N + 1}` });
  await page.locator(".newer .badge").filter({ hasText: "1" }).waitFor();
  assert.deepEqual((await state(page)).seen, before.seen);
  await page.getByRole("button", { name: "To the latest message" }).click();
  await row(page, `Message ${N + 1}`).waitFor();
  assert.equal(await page.locator(".newer").isVisible(), false);

  // At the end it follows.
  await box.send({ to: ANN, text: `Message ${N + 2}` });
  await row(page, `Message ${N + 2}`).waitFor();
  await until("it is in view", async () => (await state(page)).seen.includes(N + 2));
  await page.end();
});

test("keeps up with many at once", async () => {
  const page = await openPage(browser, url);
  await openChat(page, "15557654321");
  await box.send_many({ to: "15557654321", n: 300 });
  await row(page, "Message 300").waitFor();
  check(await state(page), "after 300 at once");
  assert.ok((await state(page)).seen.includes(300));
  await page.end();
});

test("a quotation leads to its message, far away", async () => {
  const { id } = (await box.sent()).find((one) => one.to === ANN);
  const page = await openPage(browser, url);
  await openChat(page, ANN);
  await box.receive({ from: ANN, text: `Message ${N + 3}`, context: { id } });
  await page.locator(".row.mine .quote").last().click();
  await page.locator(`.row.lit[data-id="${id}"]`).waitFor();
  const found = await state(page);
  assert.ok(found.seen.includes(1) && found.rows <= MOST);
  await page.end();
});
