// From Lua to the phone, from the phone to a bot, and back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Box, chat, openBrowser, openChat, openPage, row, startBot, TOP, until } from "./support.mjs";

const ANN = "15551234567";

const QUESTION = { to: ANN, type: "interactive", interactive: { type: "button", body: { text: "Tea or coffee?" }, action: { buttons: [
  { type: "reply", reply: { id: "tea", title: "Tea" } }, { type: "reply", reply: { id: "coffee", title: "Coffee" } }] } } };

const MENU = { to: ANN, type: "interactive", interactive: { type: "list", body: { text: "Which cake?" }, action: { button: "Cakes", sections: [
  { title: "Today", rows: [{ id: "plum", title: "Plum cake", description: "The last piece" }, { id: "apple", title: "Apple cake" }] }] } } };

let box, bot, browser, url;

before(async () => {
  [box, bot, browser] = [new Box(), await startBot(), await openBrowser()];
  const started = await box.start({ webhook_url: `http://127.0.0.1:${bot.port}/`, delivered_seconds: 0 });
  bot.begin(started.env);
  url = started.phone_url;
});

after(async () => {
  await browser.close();
  bot.close();
  await box.close();
});

test("what Lua sends appears, is read when it is looked at, and a tap is answered by the bot", async () => {
  const page = await openPage(browser, url);
  await box.receive({ from: "4917000000000", name: "Jo", type: "request_welcome" });
  await chat(page, "4917000000000").click();
  await box.send(QUESTION);

  // Another chat is open: it waits there, unread.
  await chat(page, ANN).locator(".badge").filter({ hasText: "1" }).waitFor();
  assert.equal(await chat(page, ANN).locator(".ticks.delivered").count(), 1);
  await openChat(page, ANN);
  await row(page, "Tea or coffee?").locator(".ticks.read").waitFor();
  await until("the badge goes", async () => !(await chat(page, ANN).locator(".badge").count()));

  await row(page, "Tea or coffee?").getByRole("button", { name: "Tea", exact: true }).click();
  await row(page, "You chose tea").waitFor();
  const mine = page.locator(".row.mine").last();
  assert.match(await mine.locator(".quote-text").textContent(), /Tea or coffee/);
  assert.match(await page.locator(".row.theirs .choice.chosen").textContent(), /Tea/);
  await page.end();
});

test("what comes while a button is pressed takes no click away", async () => {
  const page = await openPage(browser, url);
  const customer = "15550007778";
  await box.send({ ...MENU, to: customer });
  await openChat(page, customer);
  await row(page, "Which cake?").locator(".ticks.read").waitFor();
  const button = await row(page, "Which cake?").getByRole("button", { name: "Cakes" }).boundingBox();
  await page.mouse.move(button.x + button.width / 2, button.y + button.height / 2);
  await page.mouse.down();
  await box.send({ to: customer, text: "It moves what stands above" });
  await page.locator(".spoken").filter({ hasText: "It moves" }).waitFor({ state: "attached" });
  await page.waitForTimeout(400); // more than a frame: nothing of it is drawn
  await page.mouse.up();
  await page.getByRole("dialog").getByText("Plum cake").waitFor();
  await row(page, "It moves what stands above").waitFor({ state: "attached" });
  await page.end();
});

test("a reply button is spent once it is tapped, the others of its message are not", async () => {
  const page = await openPage(browser, url);
  const customer = "15550007777";
  await box.send({ to: customer, type: "interactive", interactive: QUESTION.interactive });
  await box.send({ to: customer, template: { name: "promo", language: "en_US", header: { image: "https://shop.example/a.jpg" },
    body: ["Ann"], buttons: [{ url: "summer" }, { payload: "stop" }] } });
  await openChat(page, customer);
  const question = page.locator(".row.theirs").filter({ hasText: "Tea or coffee?" });
  for (const [title, id] of [["Tea", "tea"], ["Coffee", "coffee"]]) {
    const button = question.getByRole("button", { name: title, exact: true });
    await button.click();
    await row(page, `You chose ${id}`).waitFor();
    await until("it is spent", () => button.isDisabled());
  }
  const reply = page.locator(".row.theirs .choice").filter({ hasText: "Stop" });
  await reply.click();
  await page.locator(".row.theirs .choice.chosen:disabled").filter({ hasText: "Stop" }).waitFor();
  await page.end();
});

test("a row of a list is chosen in a sheet", async () => {
  const page = await openPage(browser, url);
  await openChat(page, ANN);
  await box.send(MENU);
  await row(page, "Which cake?").getByRole("button", { name: "Cakes" }).click();
  const sheet = page.getByRole("dialog", { name: "Cakes" });
  assert.equal(await sheet.getByRole("button", { name: "Send" }).isDisabled(), true);
  await sheet.getByText("Plum cake").click();
  await sheet.getByRole("button", { name: "Send" }).click();
  await row(page, "From the list: plum").waitFor();
  await until("the sheet is closed", async () => !(await page.getByRole("dialog").count()));
  await page.end();
});

test("text, replies, reactions, files, places and people are sent as the customer", async () => {
  const page = await openPage(browser, url);
  await openChat(page, ANN);
  const input = page.getByRole("textbox", { name: "Message" });

  await input.fill("Hello *there*");
  await input.press("Shift+Enter");
  await input.pressSequentially("two lines");
  await input.press("Enter");
  const answer = row(page, "You wrote: Hello");
  await answer.waitFor();
  assert.equal(await answer.locator("strong").textContent(), "there");
  assert.equal(await input.inputValue(), "");

  await answer.hover();
  await answer.getByRole("button", { name: "Reply" }).click();
  await input.pressSequentially("And a reply");
  await input.press("Enter");
  await row(page, "You wrote: And a reply").waitFor();
  assert.match(await page.locator(".row.mine").last().locator(".quote-text").textContent(), /You wrote: Hello/);

  await answer.hover();
  await answer.getByRole("button", { name: "React" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "👍" }).click();
  await answer.locator(".reaction").filter({ hasText: "👍" }).waitFor();

  await page.locator("input[type=file]").setInputFiles(`${TOP}spec/browser/files/table.jpg`);
  await input.fill("A photo");
  await input.press("Enter");
  const photo = row(page, "A photo");
  await photo.locator("img").waitFor();
  await until("the picture is there", () => photo.locator("img").evaluate((img) => img.naturalWidth === 640));

  await page.getByRole("button", { name: "Attach" }).click();
  await page.getByRole("menuitem", { name: "Location" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Copacabana" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
  await row(page, "Copacabana").locator(".map").waitFor();

  await page.getByRole("button", { name: "Attach" }).click();
  await page.getByRole("menuitem", { name: "Contact" }).click();
  await page.getByLabel("Name").fill("Bo Berg");
  await page.getByLabel("Phone").fill("+1 555 765 4321");
  await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
  await row(page, "Bo Berg").waitFor();

  const kinds = (await box.deliveries()).map((one) => one.body.entry[0].changes[0].value.messages?.[0]?.type).filter(Boolean);
  for (const kind of ["text", "reaction", "image", "location", "contacts"]) assert.ok(kinds.includes(kind), kind);
  await page.end();
});

const CALLER = "15550008888";

const connect = () => box.request({ path: "{phone_number_id}/calls",
  body: { messaging_product: "whatsapp", to: CALLER, action: "connect", session: { sdp_type: "offer", sdp: "v=0" } } });

test("calls ring, are taken and refused, and are made", async () => {
  const page = await openPage(browser, url);
  await box.send({ to: CALLER, call_permission_request: "May we call you?" });
  await openChat(page, CALLER);
  await row(page, "May we call you?").getByRole("button", { name: "Allow calls" }).click();
  await page.locator(".choice.chosen").filter({ hasText: "Allow calls" }).waitFor();

  await connect();
  await row(page, "Incoming voice call").getByRole("button", { name: "Decline" }).click();
  await row(page, "Declined").waitFor();
  await connect();
  await row(page, "Incoming voice call").getByRole("button", { name: "Answer" }).click();
  await row(page, "In progress").getByRole("button", { name: "Hang up" }).click();
  await page.locator(".row.theirs .call").filter({ hasText: /\d+:\d\d$/ }).waitFor();

  await box.send({ to: CALLER, voice_call: { body: "Questions?", button: "Call us" } });
  await row(page, "Questions?").getByRole("button", { name: "Call us" }).click();
  await page.locator(".row.mine").filter({ hasText: "Ringing" }).getByRole("button", { name: "Hang up" }).click();
  await row(page, "No answer").waitFor();

  const caller = page.getByRole("button", { name: "Call the business" });
  assert.equal(await caller.isVisible(), false);
  await box.request({ path: "{phone_number_id}/settings", body: { calling: { status: "ENABLED" } } });
  await caller.click();
  await page.locator(".row.mine").filter({ hasText: "Ringing" }).getByRole("button", { name: "Hang up" }).click();
  await until("both were not answered", async () => (await page.locator(".row.mine").filter({ hasText: "No answer" }).count()) === 2);
  await box.request({ path: "{phone_number_id}/settings", body: { calling: { status: "DISABLED" } } });
  await caller.waitFor({ state: "hidden" });
  await page.end();
});

test("in a group one of those who are in it writes and reacts", async () => {
  const page = await openPage(browser, url);
  await box.request({ path: "{phone_number_id}/groups", body: { messaging_product: "whatsapp", subject: "Gardeners" } });
  const lifecycle = await until("the group is there", async () => (await box.deliveries())
    .map((one) => one.body.entry[0].changes[0].value.groups?.[0]).find((group) => group?.subject === "Gardeners"));
  const group = lifecycle.group_id;
  await box.receive({ from: "15557770001", name: "Gus", group_id: group, text: "Is it spring yet?" });
  await box.request({ path: `${group}/participants`, body: { messaging_product: "whatsapp", participants: [{ user: "15557770002" }] } });
  await openChat(page, group);
  await page.getByLabel("Who writes").selectOption("+15557770002");
  await page.getByRole("textbox", { name: "Message" }).fill("Nearly");
  await page.keyboard.press("Enter");
  await page.locator(".row.mine").filter({ hasText: "Nearly" }).locator(".sender").filter({ hasText: "+15557770002" }).waitFor();
  const asked = page.locator(".row.mine").filter({ hasText: "Is it spring" });
  await asked.hover();
  await asked.getByRole("button", { name: "React" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "❤️" }).click();
  await asked.locator(".reaction").waitFor();
  const sent = await until("the webhook has both", async () => {
    const messages = (await box.deliveries()).flatMap((one) => one.body.entry[0].changes[0].value.messages ?? [])
      .filter((one) => one.group_id === group && one.from === "15557770002");
    return messages.length === 2 && messages;
  });
  assert.deepEqual(sent.map((one) => one.type), ["text", "reaction"]);
  await openChat(page, ANN);
  assert.equal(await page.getByLabel("Who writes").isVisible(), false);
  await page.end();
});

test("a file that is refused is dropped, and what was written goes all the same", async () => {
  const page = await openPage(browser, url);
  await openChat(page, ANN);
  const input = page.getByRole("textbox", { name: "Message" });
  await page.locator("input[type=file]").setInputFiles({ name: "strange.bin", mimeType: "font/woff2", buffer: Buffer.from("x") });
  await page.route("**/api/media", (route) => route.fulfill({ status: 400, json: { error: { message: "not a media type that WhatsApp takes" } } }));
  await input.fill("Without the file");
  await input.press("Enter");
  await page.locator(".notice.bad").filter({ hasText: "strange.bin: not a media type" }).waitFor();
  await row(page, "You wrote: Without the file").waitFor();
  assert.equal(await page.locator(".above-file").count(), 0);
  assert.equal(await input.inputValue(), "");
  await page.end();
});

test("an answer names who wrote what it answers: the business, or the customer", async () => {
  const page = await openPage(browser, url);
  await openChat(page, ANN);
  const input = page.getByRole("textbox", { name: "Message" });
  await input.fill("A thought");
  await input.press("Enter");
  const theirs = row(page, "You wrote: A thought");
  await theirs.waitFor();
  const own = page.locator(".row.mine").filter({ hasText: "A thought" }).last();
  for (const [to, text] of [[own, "To myself"], [theirs, "To the shop"]]) {
    await to.hover();
    await to.getByRole("button", { name: "Reply" }).click();
    await input.fill(text);
    await input.press("Enter");
    await row(page, `You wrote: ${text}`).waitFor();
  }
  const messages = (await box.deliveries()).flatMap((one) => one.body.entry[0].changes[0].value.messages ?? []);
  const from = (text) => messages.find((one) => one.text?.body === text).context.from;
  assert.equal(from("To myself"), ANN);
  assert.notEqual(from("To the shop"), ANN);
  await page.end();
});

test("one message that cannot be drawn costs nothing else", async () => {
  const page = await openPage(browser, url);
  await page.route("**/api/state", async (route) => {
    const response = await route.fetch();
    const state = await response.json();
    const broken = state.messages.filter((one) => one.customer === ANN).slice(-2);
    broken[0].reactions = { length: 1 };
    broken[1].time = 1e300;
    await route.fulfill({ response, json: state });
  });
  await page.reload();
  await openChat(page, ANN);
  await page.getByText("This message cannot be shown").waitFor();
  await page.locator(".row.day").filter({ hasText: "—" }).waitFor();
  await box.send({ to: ANN, text: "Life goes on" });
  await row(page, "Life goes on").waitFor();
  assert.ok(page.wrong.length > 0 && page.wrong.every((text) => /TypeError/.test(text)), String(page.wrong));
  page.wrong.length = 0;
  await page.end();
});

test("many pages of one browser share a line", async () => {
  const first = await openPage(browser, url);
  const pages = [];
  for (let i = 0; i < 7; i++) {
    pages.push(await first.context().newPage());
    await pages[i].goto(url);
    await chat(pages[i], ANN).click();
  }
  await box.send({ to: ANN, text: "To all of them" });
  for (const page of pages) await row(page, "To all of them").waitFor();
  await pages[0].close();
  const input = pages[6].getByRole("textbox", { name: "Message" });
  await input.fill("From the last one");
  await input.press("Enter");
  await chat(first, ANN).filter({ hasText: "From the last one" }).waitFor();
  await first.end();
});

test("the business is seen typing until it writes", async () => {
  const page = await openPage(browser, url);
  const { id } = await box.receive({ from: "15550009999", name: "Dee", type: "location", location: { latitude: 1, longitude: 2 } });
  await openChat(page, "15550009999");
  await box.typing({ id });
  await page.locator(".bubble.typing").waitFor();
  await page.locator(".row.mine .ticks.read").waitFor();
  await box.send({ to: "15550009999", text: "There you are" });
  await row(page, "There you are").waitFor();
  assert.equal(await page.locator(".typing").count(), 0);
  await page.end();
});

test("a text from right to left begins at the right", async () => {
  const page = await openPage(browser, url);
  await box.send({ to: "972501234567", text: "רשימה:\n- אחת\n\nhttps://shop.example/an/address/that/is/longer" });
  await openChat(page, "972501234567");
  const gap = await row(page, "רשימה").locator(".lines").first().evaluate((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return node.closest(".inside").getBoundingClientRect().right - range.getBoundingClientRect().right;
  });
  assert.ok(gap < 30, `${gap} pixels from the right`);
  await page.end();
});

test("a new chat is opened, and searched for", async () => {
  const page = await openPage(browser, url);
  await page.getByRole("button", { name: "New chat" }).click();
  await page.getByLabel("Phone").fill("+55 21 99876-5432");
  await page.getByLabel("Name").fill("Cida Rocha");
  await page.getByRole("button", { name: "Open the chat" }).click();
  await page.locator(".subtitle").filter({ hasText: "Cida Rocha" }).waitFor();
  assert.equal(await page.locator(".window").textContent(), "no window");
  await page.getByRole("textbox", { name: "Message" }).fill("Oi!");
  await page.keyboard.press("Enter");
  await row(page, "You wrote: Oi!").waitFor();
  await page.locator(".search").fill("cida");
  await until("only she is there", async () => (await page.locator(".chat").count()) === 1);
  await page.locator(".search").fill("there you");
  await page.locator(".chat .last").filter({ hasText: "There you are" }).waitFor();
  await page.locator(".chat").click();
  await page.locator(".row.lit").filter({ hasText: "There you are" }).waitFor();
  await page.locator(".search").fill("nobody at all");
  await page.getByText("No chat has that.").waitFor();
  await page.end();
});

test("a sandbox that starts again with its data is found again; another one in its place is not taken for it", async () => {
  const own = new Box();
  const data = await own.make_directory();
  const { phone_url: kept } = await own.start({ delivered_seconds: 0, data });
  await own.send({ to: ANN, text: "Before" });
  const page = await openPage(browser, kept);
  await openChat(page, ANN);
  await own.restart({ delivered_seconds: 0, data });
  await own.send({ to: ANN, text: "Back again" });
  await row(page, "Back again").waitFor();
  assert.equal(await page.locator(".scroller .row[data-id]").count(), 2);
  const { phone_url: another } = await own.restart({ delivered_seconds: 0 });
  assert.notEqual(another, kept);
  await page.getByText("This sandbox has ended.").waitFor();
  assert.match(await (await fetch(new URL("/", another))).text(), /has a token/);
  await own.remove_directory({ path: data });
  await own.close();
  await page.end();
});
