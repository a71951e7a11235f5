// The references and expressions of Flow JSON: ${data.x}, ${form.x}, ${screen.NAME.form.x}, and
// what stands in backticks.

const TOKEN = /\s*(?:(\$\{[^}]*\})|('(?:[^'\\]|\\.)*')|(\d+(?:\.\d+)?)|(true|false|null)\b|(==|!=|<=|>=|&&|\|\||[-+*\/%<>!()]))/y;

const WHOLE = /^\$\{([^}]*)\}$/;

// What a reference stands for, without its braces.
export function lookUp(scope, text) {
  let value = scope;
  for (const name of text.split(/[.[\]\s]+/).filter(Boolean)) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value ?? undefined;
}

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`not an expression: ${text}`);
    const [, reference, string, number, word, sign] = match;
    found.push(reference ? { reference: reference.slice(2, -1) } : string ? { value: string.slice(1, -1).replace(/\\(.)/g, "$1") }
      : number ? { value: Number(number) } : word ? { value: { true: true, false: false, null: null }[word] } : { sign });
  }
  return found;
}

const plain = (value) => (value === undefined || value === null ? "" : String(value));

// What is empty counts as 0; there are two decimal places.
const calculated = (fn) => (a, b) => Math.round(fn(Number(a ?? 0), Number(b ?? 0)) * 100) / 100;

const LEVELS = [
  { "||": (a, b) => a || b }, { "&&": (a, b) => a && b },
  { "==": (a, b) => a === b || plain(a) === plain(b), "!=": (a, b) => plain(a) !== plain(b) },
  { "<": (a, b) => a < b, ">": (a, b) => a > b, "<=": (a, b) => a <= b, ">=": (a, b) => a >= b },
  { "+": calculated((a, b) => a + b), "-": calculated((a, b) => a - b) },
  { "*": calculated((a, b) => a * b), "/": calculated((a, b) => (b ? a / b : 0)), "%": calculated((a, b) => (b ? a % b : 0)) },
];

// The value of an expression, without its backticks.
export function evaluate(text, scope) {
  const list = tokens(text);
  let at = 0;
  const sign = () => list[at]?.sign;
  const begins = () => list[at] && (!sign() || sign() === "(");

  function atom() {
    const token = list[at++];
    if (!token) throw new Error(`an expression that ends too soon: ${text}`);
    if (token.sign === "(") {
      const value = joined();
      at++;
      return value;
    }
    if (token.sign === "!") return !atom();
    if (token.sign === "-") return -atom();
    return token.reference !== undefined ? lookUp(scope, token.reference) : token.value;
  }

  function level(n) {
    if (n === LEVELS.length) return atom();
    let value = level(n + 1);
    while (LEVELS[n][sign()]) value = LEVELS[n][list[at++].sign](value, level(n + 1));
    return value;
  }

  // What stands side by side is one text.
  function joined() {
    let value = level(0);
    while (begins()) value = plain(value) + plain(level(0));
    return value;
  }

  return joined();
}

// A property with what it refers to filled in.
export function resolve(value, scope) {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolve(item, scope)]));
  }
  if (typeof value !== "string") return value;
  const whole = WHOLE.exec(value);
  if (whole) return lookUp(scope, whole[1]);
  if (value.length > 1 && value.startsWith("`") && value.endsWith("`")) return evaluate(value.slice(1, -1), scope);
  return value.replace(/\$\{([^}]*)\}/g, (_, name) => plain(lookUp(scope, name)));
}
