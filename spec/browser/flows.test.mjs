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

test("a flow sends what a phone does: not what was never touched, but what was, shown or not", async () => {
  const page = await openPage(browser, url);
  const on_click = { name: "complete", payload: { a: "${form.a}", b: "${form.b}", c: "${form.c}", d: "${form.d}", e: "${form.e}", f: "${form.f}" } };
  const list = [{ id: "1", title: "One thing" }, { id: "2", title: "Two things" }];
  const children = [
    { type: "TextInput", name: "a", label: "Never touched" },
    { type: "OptIn", name: "b", label: "Ticked and unticked" },
    { type: "CheckboxGroup", name: "c", label: "Things", "data-source": list, "on-select-action": { name: "update_data", payload: { first: "${form.c}" } } },
    { type: "Dropdown", name: "d", label: "Emptied", "data-source": [{ id: "x", title: "X" }] },
    { type: "If", condition: "${form.b}", then: [{ type: "TextInput", name: "e", label: "For a while" }], else: [{ type: "TextInput", name: "f", label: "Else", "init-value": "first" }] },
    { type: "TextCaption", text: "`'Chosen: ' ${data.first[0]}`" },
    { type: "Footer", label: "Send it", "on-click-action": on_click },
  ];
  const data = { first: { type: "array", items: { type: "string" }, __example__: ["1"] } };
  const to = "15553330000";
  await box.receive({ from: to, name: "Kim", text: "hello" });
  await box.flow({ to, name: "Kept", screen: "ONE", data: { first: ["none"] }, text: JSON.stringify({ version: "7.1", screens: [{ id: "ONE", title: "Kept", terminal: true, data, layout: { type: "SingleColumnLayout", children } }] }) });
  await openChat(page, to);
  await row(page, "A form").getByRole("button", { name: "Open it" }).click();
  const form = page.locator(".flow-sheet");
  await form.getByLabel("Ticked and unticked").check();
  await form.getByLabel("For a while").fill("typed");
  await form.getByLabel("Ticked and unticked").uncheck();
  await form.getByLabel("Else").waitFor();
  await form.getByLabel("One thing").check();
  await form.getByLabel("Two things").check();
  await form.getByLabel("One thing").uncheck();
  await form.getByText("Chosen: 2").waitFor();
  await form.getByLabel("Two things").uncheck();
  await form.getByText("Chosen: 2").waitFor({ state: "detached" });
  await form.getByLabel("Emptied").selectOption("x");
  await form.getByLabel("Emptied").selectOption("");
  await form.getByRole("button", { name: "Send it" }).click();
  const reply = await until("the webhook has it", async () => (await box.deliveries())
    .map((one) => one.body.entry[0].changes[0].value.messages?.[0]?.interactive?.nfm_reply?.response_json).find((text) => text?.includes("typed")));
  assert.deepEqual(JSON.parse(reply), { c: [], d: "", e: "typed", f: "first", flow_token: "t" });
  await page.end();
});

const next = (action) => ({ type: "Footer", label: "Next", "on-click-action": action });

const PICKER = { version: "7.1", screens: [
  { id: "FILES", title: "Your papers", layout: { type: "SingleColumnLayout", children: [
    { type: "DocumentPicker", name: "papers", label: "Papers", "min-uploaded-documents": 1, "max-uploaded-documents": 2,
      "max-file-size-kb": 1, "allowed-mime-types": ["text/plain", "application/pdf"] },
    next({ name: "navigate", next: { type: "screen", name: "END" }, payload: {} })] } },
  { id: "END", title: "Sure?", terminal: true, layout: { type: "SingleColumnLayout", children: [
    next({ name: "complete", payload: { papers: "${screen.FILES.form.papers}" } })] } }] };

test("files that are picked are uploaded: encrypted for an endpoint, as media at the end", async () => {
  const page = await openPage(browser, url);
  await box.flow({ to: chats.forms, name: "papers", text: JSON.stringify(PICKER), screen: "FILES" });
  await openChat(page, chats.forms);
  await row(page, "A form").getByRole("button", { name: "Open it" }).click();
  const sheet = page.locator(".flow-sheet");
  const text = (name, content) => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) });
  const picker = sheet.locator("input[type=file]");
  assert.equal(await picker.getAttribute("accept"), "text/plain,application/pdf");
  for (const [files, wrong] of [[[], "at least 1 file."], [[text("a", "a"), text("b", "b"), text("c", "c")], "at most 2 files."],
    [[text("long.txt", "a".repeat(1025))], "long.txt is larger"], [[{ ...text("a.png", "a"), mimeType: "image/png" }], "not asked for: image/png"]]) {
    if (files.length) await picker.setInputFiles(files);
    await until(wrong, async () => (await picker.evaluate((input) => input.validationMessage)).includes(wrong));
    await sheet.getByRole("button", { name: "Next" }).click();
    await page.getByRole("heading", { name: "Your papers" }).waitFor();
  }
  await picker.setInputFiles(text("plan é.txt", "a plan"));
  await until("it is taken", () => picker.evaluate((input) => input.validity.valid && input.files[0]?.name === "plan é.txt"));
  await sheet.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { name: "Sure?" }).waitFor();
  await sheet.getByRole("button", { name: "Next" }).click();
  const papers = await until("the webhook has them", async () => (await box.deliveries())
    .map((one) => one.body.entry[0].changes[0].value.messages?.[0]?.interactive?.nfm_reply?.response_json)
    .map((text) => text && JSON.parse(text).papers).find(Boolean));
  assert.deepEqual([papers[0].file_name, papers[0].mime_type], ["plan é.txt", "text/plain"]);
  assert.equal(await box.download({ id: papers[0].id }), "a plan");

  const [file] = await page.evaluate(async () => {
    const { picked, withFiles } = await import(new URL("phone/picker.js", location));
    return withFiles(picked([new File(["a secret"], "b.txt")]), "data_exchange");
  });
  assert.equal(await box.decrypt({ file }), "a secret");
  await page.end();
});

const STAY = { version: "7.1", screens: [
  { id: "STAY", title: "Your stay", layout: { type: "SingleColumnLayout", children: [
    { type: "CalendarPicker", name: "stay", mode: "range", title: "When?", label: { "start-date": "From", "end-date": "Until" },
      required: { "start-date": true, "end-date": true }, "include-days": ["Mon", "Tue", "Wed", "Thu", "Fri"], "min-days": 2, "max-days": 3 },
    { type: "TextInput", name: "guest", label: "Guest", required: true },
    next({ name: "navigate", next: { type: "screen", name: "END" }, payload: {} })] } },
  { id: "END", title: "Right?", terminal: true, layout: { type: "SingleColumnLayout", children: [
    next({ name: "complete", payload: { stay: "${screen.STAY.form.stay}", guest: "${screen.STAY.form.guest}" } })] } }] };

test("a calendar holds back what cannot be chosen, and the button is there for who just typed", async () => {
  const page = await openPage(browser, url);
  await box.flow({ to: chats.forms, name: "stay", text: JSON.stringify(STAY), screen: "STAY" });
  await openChat(page, chats.forms);
  await row(page, "A form").last().getByRole("button", { name: "Open it" }).click();
  const sheet = page.locator(".flow-sheet");
  await sheet.getByText("When?").waitFor();
  for (const [label, day, wrong] of [["From", "2026-03-07", "day of the week"], ["From", "2026-03-10", ""], ["Until", "2026-03-10", "At least 2 days."],
    ["Until", "2026-03-13", "At most 3 days."], ["Until", "2026-03-09", "before the start"], ["Until", "2026-03-12", ""]]) {
    await sheet.getByLabel(label).fill(day);
    await until(`${day}: ${wrong}`, () => sheet.getByLabel(label).evaluate((input, [value, text]) => input.value === value
      && (text ? input.validationMessage.includes(text) : input.validity.valid), [day, wrong]));
  }
  await sheet.getByLabel("Guest").fill("Ann");
  await sheet.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { name: "Right?" }).waitFor();
  await sheet.getByRole("button", { name: "Next" }).click();
  const reply = await until("the webhook has it", async () => (await box.deliveries())
    .map((one) => one.body.entry[0].changes[0].value.messages?.[0]?.interactive?.nfm_reply?.response_json)
    .map((text) => text && JSON.parse(text)).find((values) => values?.stay));
  assert.deepEqual([reply.stay, reply.guest], [{ "start-date": "2026-03-10", "end-date": "2026-03-12" }, "Ann"]);
  await page.end();
});
