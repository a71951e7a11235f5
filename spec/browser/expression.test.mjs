// The expressions of Flow JSON, as the page weighs them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

// As a module, whatever Node makes of the name's ending.
const source = readFileSync(new URL("../../lua/whatsapp/sandbox/phone/expression.js", import.meta.url), "utf8");
const { evaluate, resolve } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const scope = { data: { name: "Ana", n: 3, list: [{ id: "a" }], none: null }, form: { yes: true, age: "20", empty: "" },
                screen: { FIRST: { form: { day: "mon" } } } };

const expressions = [
  ["'How are you, ' ${data.name} '?'", "How are you, Ana?"], ["${data.n} + 2 * 3", 9], ["(${data.n} + 2) * 3", 15], ["10 / 4", 2.5], ["7 % 4", 3],
  ["${form.yes} && ${data.n} > 2", true], ["${data.n} < 2 || !${form.yes}", false], ["${form.age} >= 18", true], ["${data.name} == 'Ana'", true],
  ["${data.name} != 'Ana'", false], ["!(${data.none} == 'x')", true], ["'it\\'s'", "it's"], ["${data.missing} 'x'", "x"], ["-2 + 3", 1], ["${screen.FIRST.form.day}", "mon"],
  ["1 == 1 && (2 == 3 || true)", true], ["10 / 3", 3.33], ["${data.list[0].id}", "a"], ["${data.n} / 0", 0], ["${data.n} % ${form.empty}", 0], ["${data.n} + ${data.none}", 3], ["${data.constructor} ''", ""],
];

for (const [text, value] of expressions) {
  test(`weighs ${text}`, () => assert.deepEqual(evaluate(text, scope), value));
}

test("fills in references where they stand", () => {
  assert.deepEqual(resolve({ a: "${data.list}", b: ["Hello ${data.name}"], c: "`${data.n} + 1`", d: true, e: "${form.none}", f: "${data.none}" }, scope),
    { a: [{ id: "a" }], b: ["Hello Ana"], c: 4, d: true, e: undefined, f: undefined });
});

test("refuses what is no expression", () => {
  for (const text of ["alert(1)", "${data.n} +", "a b", "1 ; 2", "'open"]) assert.throws(() => evaluate(text, scope), text);
});
