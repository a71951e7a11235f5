// Everything by keyboard; light, dark and narrow.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Box, chat, openBrowser, openChat, openPage, row, shot, until } from "./support.mjs";

const NAMES = { 15551000001: "Ann", 15551000002: "Bo", 15551000003: "Cid" };

let box, browser, url;

before(async () => {
  [box, browser] = [new Box(), await openBrowser()];
  url = (await box.start({})).phone_url;
  for (const [from, name] of Object.entries(NAMES)) {
    await box.receive({ from, name, text: `I am ${name}` });
    await box.send({ to: from, text: `Hello ${name}` });
  }
});

after(async () => {
  await browser.close();
  await box.close();
});

const who = (page) => page.locator(".subtitle bdi").textContent();
const focused = (page) => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.className);

test("arrows go from chat to chat, / searches, Esc leads back", async () => {
  const page = await openPage(browser, url);
  await openChat(page, "15551000003");
  assert.equal(await focused(page), "Message");
  await page.keyboard.press("Alt+ArrowDown");
  await until("the next chat", async () => (await who(page)) === "Bo");
  await page.keyboard.press("ArrowDown");
  assert.equal(await who(page), "Ann");
  await page.keyboard.press("ArrowUp");
  assert.equal(await who(page), "Bo");
  assert.equal(await chat(page, "15551000002").getAttribute("aria-selected"), "true");
  await page.keyboard.press("/");
  assert.equal(await focused(page), "Search the chats");
  await page.keyboard.type("ann");
  await page.keyboard.press("ArrowDown");
  assert.equal(await who(page), "Ann");
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "Message");

  // To the messages and back.
  await page.keyboard.press("ArrowUp");
  assert.match(await focused(page), /Hello Ann, read/);
  await page.keyboard.press("ArrowUp");
  assert.match(await focused(page), /I am Ann/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("r");
  assert.equal(await focused(page), "Message");
  await page.locator(".above .quote").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".above .quote").count(), 0);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("e");
  await page.getByRole("dialog", { name: "React" }).waitFor();
  await page.keyboard.press("Escape");
  await until("the sheet is closed", async () => !(await page.getByRole("dialog").count()));
  await page.keyboard.press("d");
  await page.getByRole("dialog", { name: "The message" }).getByText("As it was sent").waitFor();
  await page.keyboard.press("Escape");
  await page.end();
});

test("a message that changes keeps the focus", async () => {
  const page = await openPage(browser, url);
  await openChat(page, "15551000002");
  const id = await box.send({ to: "15551000002", text: "Watch me" });
  await row(page, "Watch me").locator(".ticks.read").waitFor();
  await page.keyboard.press("ArrowUp");
  await until("the message", async () => /Watch me, read/.test(await focused(page)));
  await box.send({ to: "15551000002", reaction: { message_id: id, emoji: "👍" } });
  await box.receive({ from: "15551000002", type: "reaction", reaction: { message_id: id, emoji: "🎉" } });
  await row(page, "Watch me").locator(".reaction").filter({ hasText: "🎉" }).waitFor();
  assert.match(await focused(page), /Watch me, read/);
  await page.keyboard.press("ArrowUp");
  assert.match(await focused(page), /Hello Bo/);
  await page.end();
});

test("what comes is said to who listens, and the title tells how much is unread", async () => {
  const page = await openPage(browser, url);
  for (const id of Object.keys(NAMES)) await openChat(page, id);
  await until("all is read", async () => (await page.title()) === "Sandbox Shop · the phone");
  await box.send({ to: "15551000003", text: "Can you hear me?" });
  await page.locator(".spoken").filter({ hasText: "Sandbox Shop" }).filter({ hasText: "Can you hear me?" }).waitFor({ state: "attached" });
  await box.send({ to: "15551000001", text: "And you?" });
  await until("one is unread", async () => (await page.title()) === "(1) Sandbox Shop · the phone");
  await openChat(page, "15551000001");
  await until("none is", async () => (await page.title()) === "Sandbox Shop · the phone");
  await page.end();
});

test("menus are gone through by arrows and left to where they were opened; Tab passes the messages by", async () => {
  const page = await openPage(browser, url);
  await openChat(page, "15551000001");
  await row(page, "Hello Ann").waitFor();
  await page.locator(".panel-toggle").focus();
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Attach");
  await page.keyboard.press("Enter");
  const entry = () => page.evaluate(() => document.activeElement.textContent);
  assert.equal(await entry(), "Photo, video or sticker");
  await page.keyboard.press("ArrowUp");
  assert.equal(await entry(), "Contact");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await entry(), "Document");
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "Attach");
  assert.equal(await page.getByRole("menu").isVisible(), false);
  await page.end();
});

test("what is written stays with its chat", async () => {
  const page = await openPage(browser, url);
  await openChat(page, "15551000001");
  await page.keyboard.type("for Ann");
  await openChat(page, "15551000002");
  assert.equal(await page.getByRole("textbox", { name: "Message" }).inputValue(), "");
  await openChat(page, "15551000001");
  assert.equal(await page.getByRole("textbox", { name: "Message" }).inputValue(), "for Ann");
  await page.end();
});

test("where the focus is can be seen, and everything has a name", async () => {
  const page = await openPage(browser, url);
  await openChat(page, "15551000001");
  await page.keyboard.press("i");
  await page.keyboard.press("Escape");
  for (let i = 0; i < 14; i++) {
    await page.keyboard.press("Tab");
    const { name, seen } = await page.evaluate(() => {
      const node = document.activeElement;
      const style = getComputedStyle(node);
      return { name: node.outerHTML.slice(0, 90),
               seen: node === document.body || style.outlineStyle !== "none" || node.matches("textarea") };
    });
    assert.ok(seen, name);
  }
  const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input, textarea, [role=listbox], dialog")]
    .filter((node) => !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length || node.hidden)).map((node) => node.outerHTML.slice(0, 90)));
  assert.deepEqual(nameless, []);
  await page.end();
});

test("one column on a narrow screen, with a way back", async () => {
  const page = await openPage(browser, url, { viewport: { width: 390, height: 844 }, hasTouch: true });
  assert.equal(await page.locator(".conversation").isVisible(), false);
  await shot(page, "narrow-chats");
  await chat(page, "15551000001").click();
  assert.equal(await page.locator(".chats").isVisible(), false);
  await row(page, "Hello Ann").waitFor();
  await page.locator(".panel-toggle").click();
  await page.getByRole("tab", { name: "Traffic" }).waitFor();
  await shot(page, "narrow-inspector");
  await page.getByRole("button", { name: "Close the inspector" }).click();
  await page.getByRole("button", { name: "Back to the chats" }).click();
  assert.equal(await page.locator(".chats").isVisible(), true);
  await page.end();
});

test("light or dark as the system has it, until it is said otherwise", async () => {
  const page = await openPage(browser, url, { colorScheme: "dark", reducedMotion: "reduce" });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await background();
  await page.getByRole("button", { name: "Light or dark" }).click();
  assert.notEqual(await background(), dark);
  const light = await background();
  await page.reload();
  await page.locator(".chat").first().waitFor();
  assert.equal(await background(), light);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await page.end();
});
