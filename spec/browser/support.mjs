// What the browser's specs share: a sandbox of their own, and Chromium in front of it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { chromium } = createRequire(new URL("../../build/browser/", import.meta.url))("playwright-core");

export const TOP = new URL("../../", import.meta.url).pathname;
export const SHOTS = `${TOP}build/browser/shots`;

const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

const TIMEOUT = 60000; // milliseconds, for what is waited for

// The sandbox -------------------------------------------------------------------

// A Lua program that takes an order a line, and answers it; see box.lua.
export class Box {
  constructor() {
    this.process = spawn("tools/in-tree", ["build/5.4", "lua5.4", "spec/browser/box.lua"], { cwd: TOP, stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async order(name, given = {}) {
    this.process.stdin.write(`${JSON.stringify([name, given])}\n`);
    const { value, done } = await this.lines.next();
    assert.ok(!done, "the sandbox has ended");
    const answer = JSON.parse(value);
    assert.equal(answer.error, undefined, `${name}: ${answer.error}`);
    return answer.value;
  }

  // It ends with its input, and takes its nginx along.
  async close() {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.stdin.end();
    await ended;
  }
}

for (const name of ["start", "restart", "send", "send_many", "receive", "set_status", "typing", "flow", "forms", "request", "sent", "deliveries", "scene", "picture",
  "make_directory", "remove_directory", "decrypt", "download"]) {
  Box.prototype[name] = function (given) {
    return this.order(name, given);
  };
}

// The bot of the specs, in a process of its own, on a port that the system chose.
export async function startBot() {
  const bot = spawn("tools/in-tree", ["build/5.4", "lua5.4", "spec/browser/bot.lua"], { cwd: TOP, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: bot.stdout })[Symbol.asyncIterator]();
  return { port: Number((await lines.next()).value), begin: (variables) => bot.stdin.write(`${JSON.stringify(variables)}\n`),
           close: () => bot.kill() };
}

// The browser -------------------------------------------------------------------

export async function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS, timeout: 2 * TIMEOUT });
}

// A page on the phone; whatever goes wrong in it fails the test that closes it.
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: "en-US", timezoneId: "UTC", colorScheme: "light", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error.stack ?? error)));
  page.on("console", (message) => message.type() === "error" && !/Failed to load resource|ERR_CONNECTION/.test(message.text()) && wrong.push(message.text()));
  // Nothing is asked of anybody but the sandbox.
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(url)) wrong.push(`asked for ${request.url()}`);
  });
  page.wrong = wrong;
  page.end = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  await page.goto(url);
  await page.locator("#app .chats").waitFor();
  return page;
}

export const chat = (page, id) => page.locator(`.chat[data-key^="${id} "]`);

export async function openChat(page, id) {
  await chat(page, id).click();
  await page.locator(".conversation .subtitle").waitFor();
}

// The row of a message by a part of its text, the latest one.
export const row = (page, text) => page.locator(".scroller .row").filter({ hasText: text }).last();

export async function until(what, fn) {
  const end = Date.now() + TIMEOUT;
  for (;;) {
    const value = await fn();
    if (value) return value;
    assert.ok(Date.now() < end, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function shot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${SHOTS}/${name}.png`, animations: "disabled" });
}
