// README's first minute: the demo on a terminal, its phone in a browser, an answer, its bot's reply.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { openBrowser, openChat, openPage, row, TOP } from "./support.mjs";

const open = []; // what ends what was begun, should the test fail

after(async () => {
  for (const end of open) await end();
});

test("the demo stays on a terminal until Ctrl-C, and its bot answers the phone", async () => {
  const terminal = spawn("script", ["-qec", "exec tools/in-tree build/5.4 lua5.4 examples/demo.lua", "/dev/null"], { cwd: TOP, stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => terminal.once("exit", resolve));
  open.push(() => terminal.stdin.end("\x03"));
  let url;
  for await (const line of createInterface({ input: terminal.stdout })) {
    url = /^The phone: (http:\S+)/.exec(line)?.[1];
    if (url) break;
  }
  assert.ok(url);
  terminal.stdout.resume();

  const browser = await openBrowser();
  open.push(() => browser.close());
  const page = await openPage(browser, url);
  await openChat(page, "15551234567");
  await row(page, "What can I do for you?").getByRole("button", { name: "Cakes of today" }).click();
  await row(page, "from this morning").getByRole("button", { name: "Today's cakes" }).click();
  await page.getByRole("dialog").getByText("Plum cake").click();
  await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
  await row(page, "Plum cake, very well").waitFor();
  await page.locator(".row.mine .reaction").filter({ hasText: "👍" }).waitFor();
  await page.end();

  terminal.stdin.write("\x03");
  assert.equal(await ended, 0);
});
