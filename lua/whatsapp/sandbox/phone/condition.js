// What WhatsApp makes of the condition of an If, as whatsapp.flow.condition has it: read once, from
// left to right; && is worked out before a comparison, what is left from the right, and what is
// not known makes the whole false.

class Sign {
  constructor(text, apply) {
    this.text = text;
    this.apply = apply;
  }
}

const isNumber = (value) => typeof value === "number" || (typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value)));

// Numbers are compared as far as they are whole. What is not filled in is undefined.
function equal(a, b) {
  if (a === "" || b === "") return a === b || a === undefined || b === undefined;
  return isNumber(a) && isNumber(b) ? Math.trunc(a) === Math.trunc(b) : a === b;
}

const compared = (fn) => (a, b) => isNumber(a) && isNumber(b) && fn(Math.trunc(a), Math.trunc(b));

const SIGNS = Object.fromEntries(Object.entries({
  "(": null, "!": (_, b) => b === false, "&&": (a, b) => a === true && b === true, "||": (a, b) => a === true || b === true,
  "==": equal, "!=": (a, b) => !equal(a, b), ">": compared((a, b) => a > b), ">=": compared((a, b) => a >= b),
  "<": compared((a, b) => a < b), "<=": compared((a, b) => a <= b),
}).map(([text, apply]) => [text, new Sign(text, apply)]));

// Works out what is on top of the stack: ! and && at once, all else when a bracket or the
// condition ends.
function reduce(stack, ends) {
  const n = stack.length, value = stack[n - 1], sign = stack[n - 2];
  if (!(sign instanceof Sign)) return;
  if (sign === SIGNS["!"] || (sign === SIGNS["("] && ends)) {
    stack.splice(n - 2, 2, sign.apply ? sign.apply(undefined, value) : value);
  } else if (sign.apply && (ends || sign === SIGNS["&&"])) {
    const left = Math.max(n - 3, 0);
    stack.splice(left, n - left, sign.apply(n > 2 ? stack[left] : undefined, value));
  }
}

const TOKEN = /( )|\$\{\s*([^}]*?)\s*\}|(\$)|'(.*?)(?<!\\)'|('.*$)|(-?\d+|-)|(t.{0,3}|f.{0,4}).?|(\))|([!=&|><(])/sy;

// What a condition comes to; `lookUp` says what a reference stands for.
export function holds(text, lookUp) {
  const stack = [], open = [];
  const push = (value) => {
    stack.push(value);
    reduce(stack, false);
  };
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length;) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) return false;
    const [, , reference, , string, , number, word, close, char] = match;
    if (reference !== undefined) push(lookUp(reference));
    else if (string !== undefined) push(string);
    else if (number) push(number === "-" ? undefined : Number(number));
    else if (word) push(word === "true");
    else if (close && open.length) {
      const from = open.pop();
      for (let steps = stack.length - from; steps >= 0; steps -= 2) reduce(stack, true);
    } else if (char) {
      const sign = SIGNS[text.slice(at, at + 2)] ?? SIGNS[char] ?? new Sign(char);
      if (sign.text === "(") open.push(stack.length);
      stack.push(sign);
      TOKEN.lastIndex = at + sign.text.length;
    }
  }
  for (let steps = 100; steps > 0 && stack.length > 1; steps--) reduce(stack, true);
  return stack.at(-1) === true;
}
