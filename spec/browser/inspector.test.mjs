// The inspector: what went over the wire, reviews, faults, the clock.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Box, openBrowser, openChat, openPage, row, shot, until } from "./support.mjs";

const ANN = "15551234567";

let box, browser, url, env, webhook;
const bodies = [];

before(async () => {
  webhook = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part)).on("end", () => {
      bodies.push({ body, signature: request.headers["x-hub-signature-256"] });
      response.end();
    });
  }).listen(0, "127.0.0.1");
  await until("the webhook listens", () => webhook.address());
  [box, browser] = [new Box(), await openBrowser()];
  ({ phone_url: url, env } = await box.start({ webhook_url: `http://127.0.0.1:${webhook.address().port}/hook` }));
  await box.receive({ from: ANN, name: "Ann", text: "Hello" });
});

after(async () => {
  await browser.close();
  await box.close();
  webhook.close();
});

async function inspect(page, tab) {
  await page.keyboard.press("Escape");
  await page.locator(".panel-toggle").click();
  await page.getByRole("tab", { name: tab }).click();
}

test("has each request and webhook with its JSON, and delivers a webhook again", async () => {
  const page = await openPage(browser, url, { viewport: { width: 1400, height: 900 } });
  await openChat(page, ANN);
  await inspect(page, "Traffic");
  await box.send({ to: ANN, text: "From Lua" });
  const sent = page.locator(".exchange").filter({ hasText: "/messages" }).first();
  await sent.locator("summary").first().click();
  await sent.getByText('"From Lua"').waitFor();
  await sent.getByText(/"wamid\./).first().waitFor();
  assert.match(await sent.locator(".status").textContent(), /200/);
  for (const secret of [env.WHATSAPP_ACCESS_TOKEN, env.WHATSAPP_APP_SECRET]) assert.ok(!(await page.content()).includes(secret));

  await page.getByRole("button", { name: "Webhooks" }).click();
  const hook = page.locator(".exchange").filter({ hasText: "text" }).last();
  await hook.locator("summary").first().click();
  await hook.getByText("answered with 200").waitFor();
  const before = bodies.filter(({ body }) => body.includes("Hello"));
  await hook.getByRole("button", { name: "Redeliver" }).click();
  const after = await until("it comes again", () => {
    const found = bodies.filter(({ body }) => body.includes("Hello"));
    return found.length > before.length && found;
  });
  assert.deepEqual(after[after.length - 1], before[0]);

  // Objects fold.
  const node = hook.locator(".j-node").first();
  await node.locator("summary").first().click();
  assert.equal(await hook.getByText('"entry"').isVisible(), false);
  await shot(page, "light-traffic");
  await page.end();
});

test("reviews templates", async () => {
  const page = await openPage(browser, url, { viewport: { width: 1400, height: 900 } });
  await inspect(page, "Templates");
  const template = page.locator(".template").filter({ hasText: "order_confirmation" });
  await template.locator("summary").first().click();
  await template.getByRole("button", { name: "Pause" }).click();
  await template.locator(".state").filter({ hasText: "PAUSED" }).waitFor();
  await until("the webhook is told", () => bodies.some(({ body }) => body.includes("message_template_status_update") && body.includes("PAUSED")));
  await template.getByRole("button", { name: "Reject" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
  await page.locator(".state.rejected").waitFor();
  await shot(page, "light-templates-panel");
  await page.end();
});

test("adds rules that make things fail, and takes them away", async () => {
  const page = await openPage(browser, url, { viewport: { width: 1400, height: 900 } });
  await openChat(page, ANN);
  await inspect(page, "Faults");
  await page.getByRole("button", { name: "Send fails: 131016" }).click();
  await page.locator(".rule").filter({ hasText: "131016" }).waitFor();
  await assert.rejects(box.send({ to: ANN, text: "Too busy" }), /131016/);
  await page.locator(".rule.used-up").filter({ hasText: "used 1 of 1" }).waitFor();
  await page.getByRole("button", { name: "Take the used ones away" }).click();
  await until("it is gone", async () => !(await page.locator(".rule").count()));

  await page.getByRole("button", { name: "Own rule" }).click();
  const sheet = page.getByRole("dialog", { name: "A fault" });
  await sheet.getByLabel("Path").fill("/messages$");
  await sheet.getByLabel("Error code").fill("131047");
  await sheet.getByLabel("How often").fill("2");
  await shot(page, "light-fault");
  await sheet.getByRole("button", { name: "Add the rule" }).click();
  await page.locator(".rule").filter({ hasText: "131047" }).waitFor();
  await assert.rejects(box.send({ to: ANN, text: "Too late" }), /131047/);

  await page.getByRole("tab", { name: "Traffic" }).click();
  await page.getByRole("button", { name: "Failures" }).click();
  assert.equal(await page.locator(".exchange").count(), 2);
  await page.getByRole("tab", { name: "Faults" }).click();
  await page.getByRole("button", { name: "Take all away" }).click();
  await until("no rule is left", async () => !(await page.locator(".rule").count()));
  await box.send({ to: ANN, text: "All is well" });
  await row(page, "All is well").waitFor();
  await page.end();
});

test("moves the clock on, and the window closes", async () => {
  const page = await openPage(browser, url, { viewport: { width: 1400, height: 900 } });
  await openChat(page, ANN);
  assert.match(await page.locator(".window").textContent(), /^2[34]:\d\d:\d\d$/);
  await inspect(page, "Clock");
  await page.getByRole("button", { name: "+1 h" }).click();
  await until("an hour is gone", async () => /^2[23]:/.test(await page.locator(".window").textContent()));
  await page.getByRole("button", { name: "+25 h" }).click();
  await page.locator(".window.closed").waitFor();
  await page.getByText("1 d 2 h ahead").waitFor();
  await page.getByRole("textbox", { name: "Message" }).fill("Are you still there?");
  await page.keyboard.press("Enter");
  await row(page, "Are you still there?").waitFor();
  await until("the window is open again", async () => /^2[34]:/.test(await page.locator(".window").textContent()));
  // Late in the evening 26 hours lead over two midnights.
  const [before, now, ...rest] = await page.locator(".row.day").allTextContents();
  assert.match(before, /^(Yester|Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day$/);
  assert.deepEqual([now, ...rest], ["Today"]);
  await shot(page, "light-clock");
  await page.end();
});
