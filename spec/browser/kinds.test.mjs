// Each kind of message, as it is shown.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Box, openBrowser, openChat, openPage, row, shot, until } from "./support.mjs";

let box, browser, url, chats;

before(async () => {
  [box, browser] = [new Box(), await openBrowser()];
  url = (await box.start()).phone_url;
  chats = await box.scene();
});

after(async () => {
  await browser.close();
  await box.close();
});

const visible = (locator) => locator.first().waitFor();

// Looks at a chat from its first message on, so that all of it has been drawn.
async function from(page, name) {
  await openChat(page, chats[name]);
  const scroller = page.locator(".scroller");
  await until(`the end of ${name}`, () => scroller.evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight < 2));
}

const tall = { viewport: { width: 1280, height: 3200 } };

const checks = {
  async texts(page) {
    const hello = page.locator(".row.theirs").filter({ hasText: "Hello Ann!" });
    assert.equal(await hello.locator("strong").textContent(), "1234");
    assert.equal(await hello.locator("em").textContent(), "almost");
    assert.equal(await hello.locator(".reaction").textContent(), "👍");
    const hours = row(page, "We are here");
    assert.deepEqual(await hours.locator("ul li").allTextContents(), ["Monday to Friday, 9 to 18", "Saturday, 9 10 to 14"]);
    assert.deepEqual(await hours.locator("ol li").allTextContents(), ["Ring the bell", "Say 1234"]);
    assert.equal(await hours.locator("s").textContent(), "9");
    assert.equal(await hours.locator("blockquote").textContent(), "Closed on Sundays");
    assert.equal(await hours.locator("code.mono").textContent(), 'print "see you"');
    const link = hours.locator("a");
    assert.equal(await link.getAttribute("href"), "https://shop.example/hours?day=mon");
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
    await visible(page.locator(".emoji-1").filter({ hasText: "🎉" }));
    assert.match(await row(page, "that was quick").locator(".quote-text").textContent(), /Hello Ann/);
  },

  async media(page) {
    const photo = row(page, "The best seat").locator("img");
    await until("the picture is there", () => photo.evaluate((img) => img.naturalWidth === 640));
    await visible(page.locator(".elsewhere").filter({ hasText: "garden.jpg" }));
    await visible(page.locator(".elsewhere.video").filter({ hasText: "tour.mp4" }));
    const play = page.locator(".voice .sound-play");
    await until("the sound's length is known", async () => (await page.locator(".sound-time").textContent()) !== "0:00");
    assert.equal(await play.isEnabled(), true);
    const file = page.locator("a.file").filter({ hasText: "invoice.txt" });
    assert.equal(await file.getAttribute("download"), "invoice.txt");
    assert.match(await file.textContent(), /TXT.*2\.0 kB/);
    await until("the sticker is there", () => page.locator("img.sticker").evaluate((img) => img.naturalWidth === 512));
    await row(page, "The best seat").locator(".picture").click();
    await visible(page.locator("dialog.viewer img"));
    await page.keyboard.press("Escape");
    await until("it is closed", async () => !(await page.locator("dialog").count()));
  },

  async places(page) {
    const shop = row(page, "Bodestraße");
    assert.match(await shop.textContent(), /The shop.*Bodestraße 1, Berlin.*52\.5169, 13\.4019/);
    assert.equal(await page.locator(".map").count(), 2);
    const contact = page.locator(".contact");
    await contact.locator("summary").click();
    for (const text of ["+1 555 765 4321", "bo@shop.example", "Gardener, The shop"]) await visible(contact.getByText(text));
  },

  async interactive(page) {
    const asked = page.locator(".row.theirs").filter({ hasText: "Shall we keep it" });
    assert.deepEqual(await asked.locator(".choice").allTextContents(), ["Yes, please", "No", "Ask me later"]);
    assert.equal(await asked.locator(".head").textContent(), "Your visit");
    assert.equal(await asked.locator(".foot").textContent(), "until tonight");
    assert.match(await page.locator(".row.mine").filter({ hasText: "Yes, please" }).textContent(), /Shall we keep it/);
    assert.equal(await row(page, "Your parcel").locator("a.choice").getAttribute("href"), "https://shop.example/t/1234");
    for (const [text, button] of [["Where shall we deliver?", "Send location"], ["And the address?", "Provide address"],
      ["May we call you", "Allow calls"], ["Questions?", "Call us"], ["How can we reach you?", "Share contact info"]]) {
      await visible(row(page, text).locator(".choice").filter({ hasText: button }));
    }
    assert.deepEqual(await page.locator(".slide .text").allTextContents(), ["Apples", "Pears", "Plums"]);
    await row(page, "How can we reach you?").locator(".choice").click();
    await visible(page.locator(".row.mine .contact"));
    await row(page, "And the address?").locator(".choice").click();
    await page.getByLabel("City").fill("Mumbai");
    await page.getByRole("button", { name: "Send address" }).click();
    await visible(page.locator(".form-reply").filter({ hasText: "Mumbai" }));
    await page.locator(".row.theirs").filter({ hasText: "May we call you" }).locator(".choice").first().click();
    await visible(page.locator(".row.mine").filter({ hasText: "You may call me" }));
  },

  async shop(page) {
    await visible(row(page, "The whole catalogue"));
    assert.match(await row(page, "Review and pay").textContent(), /2 × Bread.*25\.00.*Express.*5\.00.*Total.*55\.70/);
    assert.match(await row(page, "It is on its way").textContent(), /shipped.*By tomorrow noon/);
    assert.match(await row(page, "As soon as you can").textContent(), /4 × apple\$2\.00/);
    await page.locator(".row.theirs").filter({ hasText: "3 products" }).locator(".choice").click();
    const sheet = page.getByRole("dialog");
    await sheet.locator(".basket-row").filter({ hasText: "pear" }).getByRole("button", { name: "More" }).click();
    await sheet.getByRole("button", { name: "Send order" }).click();
    await visible(row(page, "1 × pear"));
  },

  async templates(page) {
    const sale = row(page, "from today on");
    assert.match(await sale.textContent(), /Hello Ann, .*everything in our shop is 20 % off!Say stop and it stops/);
    await until("the header's picture", () => sale.locator("img").evaluate((img) => img.naturalWidth === 640));
    const [look, call] = await Promise.all([sale.locator("a.choice").nth(0), sale.locator("a.choice").nth(1)].map((one) => one.getAttribute("href")));
    assert.equal(look, "https://shop.example/sale");
    assert.equal(call, "tel:+15550001111");
    assert.equal(await page.locator(".slide").count(), 2);
    assert.equal(await page.locator(".slide a.choice").nth(1).getAttribute("href"), "https://shop.example/echeveria");
    assert.match(await page.locator(".offer").textContent(), /Ends soon!Ends/);
    assert.match(await row(page, "verification code").textContent(), /314159 is your verification code\. For your security.*Copy code/);
    await visible(row(page, "Hello Ann, we expect you on Monday at 10 o'clock."));
    await page.locator(".slide .choice").filter({ hasText: "Tell me more" }).first().click();
    await visible(page.locator(".row.mine").filter({ hasText: "Tell me more" }));
  },

  async forms(page) {
    const filled = await page.locator(".form-reply").first().textContent();
    for (const text of [/nameAnn/, /guests2/, /day2026-12-01/]) assert.match(filled, text);
    await visible(row(page, "Book a table").locator(".choice"));
  },

  async troubles(page) {
    assert.match(await row(page, "This one did not arrive.").locator(".failure").textContent(), /131026 Message undeliverable.*check the number/);
    await visible(row(page, "This message was deleted"));
    assert.equal(await page.getByText("a secret").count(), 0);
    assert.match(await row(page, "See you at four").textContent(), /edited/);
    await visible(page.locator(".row.note").filter({ hasText: "opened the chat" }));
    const card = row(page, "ephemeral_thing").locator(".card");
    await card.locator("summary").click();
    assert.match(await card.locator("pre").textContent(), /"seconds": 5/);
  },
};

for (const [name, check] of Object.entries(checks)) {
  test(`shows ${name}`, async () => {
    const page = await openPage(browser, url, tall);
    await from(page, name);
    await check(page);
    await page.end();
  });
}

for (const [name, options] of Object.entries({ light: {}, dark: { colorScheme: "dark" }, narrow: { viewport: { width: 390, height: 844 }, hasTouch: true },
  small: { viewport: { width: 390, height: 844 } } })) {
  test(`keeps within the window, ${name}`, async () => {
    const page = await openPage(browser, url, { viewport: { width: 1280, height: 1100 }, ...options });
    for (const chatName of Object.keys(checks)) {
      if (options.viewport && await page.locator(".back").isVisible()) await page.locator(".back").click();
      await from(page, chatName);
      const wide = await page.evaluate(() => [...document.querySelectorAll(".bubble, .slides, .head-bar, .composer")]
        .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
        .map((node) => node.textContent.slice(0, 60)));
      assert.deepEqual(wide, [], chatName);
      const outside = await page.evaluate(() => [...document.querySelectorAll(".bubble:not(.bare) :is(.media, .file, .text)")]
        .filter((node) => node.getBoundingClientRect().right > node.closest(".bubble").getBoundingClientRect().right + 1)
        .map((node) => node.textContent.slice(0, 60)));
      assert.deepEqual(outside, [], `${chatName}: within its bubble`);
      await shot(page, `${name}-${chatName}`);
    }
    await page.end();
  });
}
