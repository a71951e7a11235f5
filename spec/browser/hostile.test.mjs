// What people write is never taken for markup or for a script's address, whatever the field.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Box, chat, openBrowser, openChat, openPage, TOP, until } from "./support.mjs";

const EVE = "15556660000";
const FOLDER = `${TOP}lua/whatsapp/sandbox/phone/`;

// Of each the page must show the text itself.
const EVIL = ["<img src=x onerror=window.owned=1>", "<script>window.owned=1</script>", '"><svg onload=window.owned=1>', "</textarea><b id=evil>b</b>",
  "javascript:window.owned=1", "{{constructor}} ${window.owned=1}", "*<i id=evil>bold</i>*", "\u202egnorw eht yaw\u202c", "data:text/html,<script>parent.owned=1</script>"];

const IMG = EVIL[0];
const ADDRESS = "javascript:window.owned=1";

let box, browser, url, account;

// Past our own client's checks, as any other client could.
async function graph(path, body) {
  const { env } = account;
  return box.request({ path: path.replace("{id}", env.WHATSAPP_PHONE_NUMBER_ID), body: { messaging_product: "whatsapp", to: EVE, ...body } });
}

const send = (type, value, more) => graph("{id}/messages", { type, [type]: value, ...more });
const receive = (type, value) => box.receive({ from: EVE, name: IMG, type, [type]: value });

before(async () => {
  [box, browser] = [new Box(), await openBrowser()];
  account = await box.start({});
  url = account.phone_url;
});

after(async () => {
  await browser.close();
  await box.close();
});

async function everything() {
  for (const text of EVIL) {
    await send("text", { body: text });
    await box.receive({ from: EVE, name: IMG, text });
  }
  const body = { text: IMG };
  const footer = { text: IMG };
  const header = { type: "text", text: IMG };
  const interactive = [
    { type: "button", header, body, footer, action: { buttons: [{ type: "reply", reply: { id: IMG, title: IMG } }] } },
    { type: "list", header, body, footer, action: { button: IMG, sections: [{ title: IMG, rows: [{ id: IMG, title: IMG, description: IMG }] }] } },
    { type: "cta_url", body, action: { name: "cta_url", parameters: { display_text: IMG, url: ADDRESS } } },
    { type: "flow", body, action: { name: "flow", parameters: { flow_message_version: "3", flow_id: "1", flow_cta: IMG } } },
    { type: "product", body, action: { catalog_id: IMG, product_retailer_id: IMG } },
    { type: "product_list", header, body, action: { catalog_id: IMG, sections: [{ title: IMG, product_items: [{ product_retailer_id: IMG }] }] } },
    { type: "catalog_message", body, action: { name: "catalog_message", parameters: { thumbnail_product_retailer_id: IMG } } },
    { type: "carousel", body, action: { cards: [{ card_index: 0, type: "cta_url", header: { type: "image", image: { link: ADDRESS } }, body,
      action: { name: "cta_url", parameters: { display_text: IMG, url: ADDRESS } } }] } },
    { type: "address_message", body, action: { name: "address_message", parameters: { country: "IN", values: { name: IMG }, validation_errors: { name: IMG } } } },
    { type: "order_details", header: { type: "image", image: { link: `https://${"x"}.example/"><img src=x>` } }, body, footer,
      action: { name: "review_and_pay", parameters: { reference_id: IMG, currency: IMG, total_amount: { value: 1, offset: 100 },
        order: { items: [{ name: IMG, quantity: 1, amount: { value: 1, offset: 100 } }], subtotal: { value: 1, offset: 100 } } } } },
    { type: "order_status", body, action: { name: "review_order", parameters: { reference_id: IMG, order: { status: IMG, description: IMG } } } },
    { type: IMG, body, action: { [IMG]: IMG } },
  ];
  for (const one of interactive) await send("interactive", one);
  await send("image", { link: `https://cdn.example/${encodeURIComponent(IMG)}`, caption: IMG });
  await send("document", { link: ADDRESS, filename: IMG, caption: IMG });
  await send("location", { latitude: IMG, longitude: IMG, name: IMG, address: IMG, url: ADDRESS });
  const name = { formatted_name: IMG, first_name: IMG };
  await send("contacts", [{ name, phones: [{ phone: IMG, type: IMG }], emails: [{ email: IMG, type: IMG }], urls: [{ url: ADDRESS, type: IMG }],
    org: { company: IMG, title: IMG }, addresses: [{ street: IMG }], birthday: IMG }]);
  await send("template", { name: "order_confirmation", language: { code: "en_US" }, components: [{ type: "body", parameters: [{ type: "text", text: IMG }, { type: "text", text: ADDRESS }] }] });
  await receive("interactive", { type: "nfm_reply", nfm_reply: { name: IMG, body: IMG, response_json: JSON.stringify({ [IMG]: IMG, constructor: IMG, __proto__: IMG }) } });
  await receive("interactive", { type: "list_reply", list_reply: { id: IMG, title: IMG, description: IMG } });
  await receive("button", { payload: IMG, text: IMG });
  await receive("order", { catalog_id: IMG, text: IMG, product_items: [{ product_retailer_id: IMG, quantity: IMG, item_price: IMG, currency: IMG }] });
  await receive("system", { body: IMG });
  await receive("location", { latitude: 1, longitude: 2, name: IMG, url: ADDRESS });
  await box.receive({ from: EVE, name: IMG, type: IMG, [IMG]: { [IMG]: IMG } });
  for (const type of ["constructor", "__proto__", "toString"]) {
    await box.receive({ from: EVE, name: IMG, type, [type]: { body: IMG } });
    await send("interactive", { type, body, action: {} });
  }
  const failed = await send("text", { body: "fails" });
  await box.set_status({ id: failed.messages[0].id, status: "failed", code: 131026 });
}

// Nothing ran, and nothing is there that the page does not make itself.
async function isClean(page, where) {
  const found = await page.evaluate(() => ({
    owned: window.owned ?? null,
    evil: document.querySelectorAll("#evil, #app script, iframe, object, embed, base, [onerror], [onload], [style*=expression]").length,
    images: [...document.images].map((img) => img.getAttribute("src")).filter((src) => !/^(\/api\/media\/|\/samples\/|data:image\/|blob:)/.test(src)),
    links: [...document.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")).filter((href) => !/^(https?:|mailto:|tel:|\/api\/media\/)/.test(href)),
  }));
  assert.deepEqual(found, { owned: null, evil: 0, images: [], links: [] }, where);
}

// Until what is there has been drawn.
async function scrollTo(scroller, top) {
  await scroller.evaluate((node, at) => {
    node.scrollTo(0, at);
    return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, top);
}

// Taps a message's first button, and returns its words. The list has the messages near to where it stands,
// and what an earlier tap has sent leads it to its end, at any time.
async function tap(scroller, id, top) {
  let tries = 0;
  return until(`a button of ${id}`, async () => {
    await scrollTo(scroller, top + [0, -600, 600][tries++ % 3]);
    return scroller.evaluate((node, wanted) => {
      const row = [...node.querySelectorAll(".row")].find((one) => one.dataset.id === wanted);
      const button = row?.querySelector("button.choice");
      button?.click();
      return button?.textContent;
    }, id);
  });
}

test("shows hostile texts as they are, in every kind of message", async () => {
  await everything();
  const page = await openPage(browser, url, { viewport: { width: 1500, height: 1200 } });
  page.on("dialog", (dialog) => assert.fail(`a dialog: ${dialog.message()}`));
  await openChat(page, EVE);
  assert.match(await chat(page, EVE).locator(".chat-name").textContent(), /<img src=x/);
  const seen = [];
  const scroller = page.locator(".scroller");
  for (let top = 0; ; top += 900) {
    await scrollTo(scroller, top);
    await page.locator(".scroller details").evaluateAll((all) => all.forEach((one) => (one.open = true)));
    seen.push(await scroller.textContent());
    await isClean(page, `at ${top}`);
    if (await scroller.evaluate((node) => node.scrollTop + node.clientHeight >= node.scrollHeight - 2)) break;
  }
  for (const text of EVIL) assert.ok(seen.join("").includes(text.replace(/^\*|\*$/g, "")), text);
  await page.end();
});

test("shows hostile texts as they are in sheets, the inspector and the chats", async () => {
  const page = await openPage(browser, url, { viewport: { width: 1500, height: 1200 } });
  await openChat(page, EVE);
  const scroller = page.locator(".scroller");
  const seen = new Set();
  for (let top = 0; ; top += 600) {
    await scrollTo(scroller, top);
    const ids = await page.locator(".row.theirs:has(button.choice)").evaluateAll((rows) => rows.map((row) => row.dataset.id));
    for (const id of ids.filter((one) => !seen.has(one))) {
      seen.add(id);
      await isClean(page, await tap(scroller, id, top));
      await page.keyboard.press("Escape");
    }
    if (await scroller.evaluate((node, at) => at + node.clientHeight >= node.scrollHeight, top)) break;
  }
  assert.ok(seen.size >= 8, `${seen.size} sheets`);
  await page.locator(".panel-toggle").click();
  for (const exchange of (await page.locator(".exchange > summary").all()).slice(0, 30)) await exchange.click();
  await isClean(page, "the traffic");
  assert.match(await page.locator(".exchanges").textContent(), /<img src=x onerror/);
  await page.locator(".search").fill("<img");
  await isClean(page, "the search");
  await page.end();
});

test("shows hostile texts as they are in a Flow", async () => {
  const children = [
    { type: "TextHeading", text: IMG }, { type: "TextBody", text: `**${IMG}** [link](${ADDRESS})`, markdown: true }, { type: "TextCaption", text: EVIL[2] },
    { type: "Image", src: "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9Indpbmdvdy5vd25lZD0xIi8+", "alt-text": IMG },
    { type: "TextInput", name: "constructor", label: "<b id=evil>b</b>", "helper-text": IMG, required: false },
    { type: "RadioButtonsGroup", name: "choice", label: "<b id=evil>b</b>", required: false,
      "data-source": [{ id: IMG, title: "<b id=evil>b</b>", description: IMG, image: "PHN2ZyBvbmxvYWQ9Indpbmdvdy5vd25lZD0xIi8+" }, { id: "2", title: "b" }] },
    { type: "EmbeddedLink", text: "<img src=x>", "on-click-action": { name: "open_url", url: "https://x.example/" } },
    { type: "Footer", label: "<b id=evil>b</b>", "on-click-action": { name: "complete", payload: { choice: "${form.choice}", constructor: "${form.constructor}" } } }];
  await box.flow({ to: EVE, name: IMG, text: JSON.stringify({ version: "7.1", screens: [{ id: "ONE", title: IMG, terminal: true, layout: { type: "SingleColumnLayout", children } }] }) });
  const page = await openPage(browser, url);
  await openChat(page, EVE);
  await page.getByRole("button", { name: "Open it" }).click();
  const form = page.locator(".flow-sheet");
  await form.locator(".flow-heading").waitFor();
  assert.equal(await form.locator(".flow-heading").textContent(), IMG);
  assert.equal(await form.locator("input[name=constructor]").inputValue(), "");
  await form.locator("input[name=constructor]").fill(IMG);
  await form.locator("input[type=radio]").first().check();
  await isClean(page, "the flow");
  await form.locator(".primary").click();
  assert.equal(await page.locator(".row.mine .form-reply").filter({ hasText: "function" }).count(), 0);
  await page.locator(".row.mine .form-reply").filter({ hasText: "<img" }).last().waitFor();
  await isClean(page, "its answer");
  await page.end();
});

test("the page's own files make no markup of texts, and ask nobody else", () => {
  for (const name of readdirSync(FOLDER)) {
    const text = readFileSync(FOLDER + name, "utf8");
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\beval\(|new Function|srcdoc|setHTML/, name);
    if (/\.(html|css)$/.test(name)) {
      assert.doesNotMatch(text.replaceAll("http://www.w3.org/2000/svg", ""), /https?:|\/\/\w+\.\w/, name);
      assert.doesNotMatch(text, /\son\w+=|style="|@import/, name);
    }
  }
});
