// Conditions, as the page reads them: as whatsapp.flow.condition does.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

// As modules, whatever Node makes of the names' endings.
const load = (name) => import(`data:text/javascript,${encodeURIComponent(read(`lua/whatsapp/sandbox/phone/${name}`))}`);

const { holds } = await load("condition.js");
const { lookUp } = await load("expression.js");
const { context, ...cases } = JSON.parse(read("spec/flow/fixtures/conditions.json"));
const comesTo = (text) => holds(text, (path) => lookUp(context, path));

for (const [what, texts] of Object.entries(cases)) {
  test(`a condition ${what}`, () => {
    for (const text of texts.true) assert.equal(comesTo(text), true, text);
    for (const text of texts.false) assert.equal(comesTo(text), false, text);
  });
}

test("a condition has an end, whatever it is", () => {
  for (const text of ["(", ")", "((((", "))))", "!", "!!!!", "&&", "== ==", "'", "'\\'", "$", "${", "-", "t", "f", "(!(", "&& ${form.yes}",
    "${form.yes} =", `${"(".repeat(1000)}\${form.yes}`]) assert.equal(typeof comesTo(text), "boolean", text);
});
