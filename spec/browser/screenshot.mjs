// docs/phone.png: the phone with a conversation, and what went over the wire.

import { createServer } from "node:http";
import { Box, openBrowser, openChat, openPage, row, TOP, until } from "./support.mjs";

const webhook = createServer((request, response) => request.resume().on("end", () => response.end("ok"))).listen(0, "127.0.0.1");
await until("the webhook listens", () => webhook.address());
const box = new Box();
const { phone_url: url } = await box.start({ webhook_url: `http://127.0.0.1:${webhook.address().port}/webhook`, delivered_seconds: 0 });
const browser = await openBrowser();
const page = await openPage(browser, url, { viewport: { width: 1360, height: 820 }, deviceScaleFactor: 1.5 });
await box.picture();
await openChat(page, "15551234567");
await row(page, "Shall we keep it").locator(".ticks.read").waitFor();
await until("the picture is there", () => page.locator(".picture img").evaluate((img) => img.naturalWidth > 0));
await page.locator(".panel-toggle").click();
const exchange = page.locator(".exchange").filter({ hasText: "/webhook" }).filter({ hasText: "text" }).first();
await exchange.locator("summary").click();
await exchange.evaluate((node) => node.scrollIntoView({ block: "start" }));
await page.mouse.move(180, 600);
await page.evaluate(() => document.activeElement.blur());
await page.waitForTimeout(500); // what slides in has slid
await page.screenshot({ path: `${TOP}docs/phone.png`, animations: "disabled" });
await page.end();
await browser.close();
await box.close();
webhook.close();
console.log("docs/phone.png");
