// Flows are filled in as forms, and their answer reaches the webhook.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Box, openBrowser, openChat, openPage, row, shot, until } from "./support.mjs";

let box, browser, url, chats, webhook;

before(async () => {
  webhook = createServer((request, response) => request.resume().on("end", () => response.end())).listen(0, "127.0.0.1");
  await until("the webhook listens", () => webhook.address());
  [box, browser] = [new Box(), await openBrowser()];
  url = (await box.start({ webhook_url: `http://127.0.0.1:${webhook.address().port}/` })).phone_url;
  chats = { forms: await box.forms() };
});

after(async () => {
  await browser.close();
  await box.close();
  webhook.close();
});

test("a flow is opened, checked, gone through, gone back in, and sent", async () => {
  const page = await openPage(browser, url);
  await openChat(page, chats.forms);
  await row(page, "Book a table").getByRole("button", { name: "Book" }).click();
  const sheet = page.getByRole("dialog", { name: "Book a table" });
  await sheet.getByText("When do you come?").waitFor();
  assert.equal(await sheet.locator("strong").textContent(), "every");

  // What is required holds it back.
  await sheet.getByRole("button", { name: "Next" }).click();
  assert.equal(await sheet.getByText("When do you come?").count(), 1);
  await sheet.getByLabel("Your name").fill("Ann <b>Lee</b>");
  await sheet.getByLabel("Day").fill("2026-12-24");
  await sheet.getByLabel("Time").selectOption("18:00");
  await shot(page, "light-flow");
  await sheet.getByRole("button", { name: "Next" }).click();

  await page.getByRole("heading", { name: "Details" }).waitFor();
  const second = page.locator(".flow-sheet");
  assert.equal(await second.locator(".flow-subheading").textContent(), "How many are you, Ann <b>Lee</b>?");
  await second.getByRole("button", { name: "Back" }).click();
  await page.getByRole("heading", { name: "Book a table" }).waitFor();
  assert.equal(await second.getByLabel("Your name").inputValue(), "Ann <b>Lee</b>");
  await second.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { name: "Details" }).waitFor();

  await second.getByRole("button", { name: "Book", exact: true }).click();
  await second.locator("fieldset.missing").waitFor();
  await second.getByText("Two").click();
  await second.getByText("A cake").click();
  await shot(page, "light-flow-2");
  await second.getByRole("button", { name: "Book", exact: true }).click();

  await page.locator(".row.mine .form-reply").filter({ hasText: "guests2" }).waitFor();
  await until("the sheet is closed", async () => !(await page.locator(".flow-sheet").count()));
  const reply = await until("the webhook has it", async () => (await box.deliveries())
    .map((one) => one.body.entry[0].changes[0].value.messages?.[0]?.interactive?.nfm_reply).find(Boolean));
  const values = JSON.parse(reply.response_json);
  assert.deepEqual([values.day, values.guests, values.name, values.flow_token], ["2026-12-24", "2", "Ann <b>Lee</b>", "table-1"]);
  await page.end();
});
