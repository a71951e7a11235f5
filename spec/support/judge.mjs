// A proxy before a Graph that holds each answer against Meta's OpenAPI description:
//   tools/referee PORT UPSTREAM
// What has no version in its path passes unjudged, but POST /webhook, whose body is
// held against what Meta posts. GET /__report tells { webhooks: { type or status: count },
// complaints: { text: where it was first seen } }.
import { createServer, request as plain } from "node:http";
import { request as secure } from "node:https";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/build/conformance/");
const { load, METHODS } = require("./fix-spec.js");
const Ajv = require("ajv/dist/2020").default;

const [, , file, port, upstream] = process.argv;
const spec = load(file, ["repair"]);
const ajv = new Ajv({ strict: false, allErrors: true, discriminator: false });
require("ajv-formats").default(ajv);
spec.$id = "spec";
spec.components.responses = { ...spec.components.responses, // for what has none
  none: { content: { "application/json": { schema: { $ref: "#/components/schemas/GraphAPIError" } } } } };
ajv.addSchema(spec, "spec");

const escape = (key) => encodeURIComponent(String(key).replace(/~/g, "~0").replace(/\//g, "~1"));
const at = (path) => path.reduce((node, key) => node[key], spec);
const pathOf = (reference) => reference.slice(2).split("/");
const resolved = (node) => (node && node.$ref ? at(pathOf(node.$ref)) : node);

// Operations ---------------------------------------------------------------------

// Of several with one path the first digits of the id say which is meant.
const KINDS = { 1: "Phone-Number-ID", 2: "WABA-ID", 3: "Media-ID", 4: "TEMPLATE_ID", 5: "Flow-ID", 6: "group_id",
  71: "Business-ID", 83: "User-ID", 85: "Solution-ID", 87: "Migration-Intent-ID", 88: "OBO-Mobility-Intent-ID",
  89: "Pre-Verified-Phone-Number-ID", 92: "WhatsApp-Business-Profile-ID", 93: "WABA-Bot-ID" };

const operations = [];
for (const [path, item] of Object.entries(spec.paths)) {
  for (const method of METHODS) {
    if (item[method]) operations.push({ path, method, segments: path.split("/").slice(1), ...item[method] });
  }
}

function find(method, path) {
  const segments = path.split("/").slice(1).map(decodeURIComponent);
  const fits = operations.filter((operation) => operation.method === method
    && operation.segments.length === segments.length
    && operation.segments.every((segment, i) => segment[0] === "{" || segment === segments[i]));
  const kind = `{${KINDS[segments[1]?.slice(0, 2)] ?? KINDS[segments[1]?.[0]]}}`;
  return fits.length > 1 ? fits.find((operation) => operation.segments[1] === kind) : fits[0];
}

// Judging ------------------------------------------------------------------------

// A schema and all that it is composed of.
function parts(schema) {
  schema = resolved(schema) || {};
  return [schema, ...["allOf", "anyOf", "oneOf"].flatMap((kind) => (schema[kind] || []).flatMap(parts))];
}

// Members that are nowhere in schemas that name some, nor in Meta's examples.
function unknown(schemas, examples, value, place, say) {
  const all = schemas.flatMap(parts);
  if (Array.isArray(value)) {
    const inner = all.flatMap((schema) => schema.items || []), shown = examples.filter(Array.isArray).flat();
    return value.forEach((item) => unknown(inner, shown, item, place + "[]", say));
  }
  if (!value || typeof value !== "object") return;
  const shown = examples.filter((example) => example && typeof example === "object");
  if (!shown.length && !all.some((schema) => schema.properties)) return;
  for (const [name, member] of Object.entries(value)) {
    const known = all.flatMap((schema) => schema.properties?.[name] || []);
    const inner = shown.filter((example) => name in example).map((example) => example[name]);
    if (known.length || inner.length) unknown(known, inner, member, `${place}.${name}`, say);
    else say(`${place}.${name} is not described`);
  }
}

// Members of all of Meta's examples that are not there.
function missing(examples, value, say) {
  for (const name of Object.keys(examples[0] || {})) {
    if (!(name in value) && examples.every((example) => name in example)) say(`body.${name} is missing`);
  }
}

function examplesOf(content) {
  if (content.example) return [content.example];
  return Object.values(content.examples || {}).map((example) => resolved(example).value);
}

// `path` leads to a content type's description.
function against(path, value, say) {
  const content = at(path), check = ajv.getSchema("spec#/" + [...path, "schema"].map(escape).join("/"));
  if (!check(value)) {
    for (const error of check.errors) {
      const more = error.params.allowedValues ? ": " + error.params.allowedValues.join(", ") : "";
      say(`body${error.instancePath.replace(/\/\d+/g, "[]").replace(/\//g, ".")} ${error.message}${more}`);
    }
  }
  unknown([content.schema], examplesOf(content), value, "body", say);
}

// Where an answer is described; a status without a description is an error as all others.
function described({ path, method, responses }, status, say) {
  const errors = Object.keys(responses).filter((code) => code >= 400);
  if (status >= 400 && errors.length && !responses[status]) say("the status is not described");
  const code = responses[status] ? status : status >= 400 && errors[0];
  if (!code) return ["components", "responses", "none"];
  const reference = responses[code].$ref;
  return reference ? pathOf(reference) : ["paths", path, method, "responses", String(code)];
}

const report = { webhooks: {}, complaints: {} };

function judge(operation, status, type, text, request) {
  const id = operation ? operation.operationId : "no operation";
  const say = (complaint) => {
    report.complaints[`${id} ${status}: ${complaint}`] ??= `${request}\n${text.slice(0, 2000)}`;
  };
  if (!/^application\/json\b/.test(type)) say(`the content type is ${type}`);
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return say("the body is no JSON");
  }
  const path = described(operation || { responses: {} }, status, say), content = at(path).content?.["application/json"];
  if (!content?.schema) return;
  against([...path, "content", "application/json"], value, say);
  if (!/[?&]fields=/.test(request)) missing(examplesOf(content), value, say);
}

// The description knows the webhooks about messages and groups; of the other fields it says nothing.
const DESCRIBED = /^(messages|group_\w+)$/;

function judgeWebhook(text) {
  const value = JSON.parse(text), change = value.entry?.[0]?.changes?.[0];
  const [item] = change?.value?.messages || change?.value?.statuses || [{}];
  const kind = item.type || item.status || change?.field;
  report.webhooks[kind] = (report.webhooks[kind] || 0) + 1;
  if (change?.field && !DESCRIBED.test(change.field)) return;
  const path = ["paths", "/whatsapp/webhooks", "post", "requestBody", "content", "application/json"];
  against(path, value, (complaint) => (report.complaints[`webhook ${kind}: ${complaint}`] ??= text));
}

// The proxy ----------------------------------------------------------------------

function read(stream, done) {
  const chunks = [];
  stream.on("data", (chunk) => chunks.push(chunk)).on("end", () => done(Buffer.concat(chunks)));
}

function forward(request, body, done) {
  const headers = { ...request.headers, host: new URL(upstream).host };
  delete headers["transfer-encoding"];
  delete headers["accept-encoding"];
  headers["content-length"] = body.length;
  const start = upstream.startsWith("https:") ? secure : plain;
  start(upstream + request.url, { method: request.method, headers }, (answer) => {
    read(answer, (bytes) => done(answer, bytes));
  }).on("error", (error) => done({ statusCode: 502, headers: {} }, Buffer.from(String(error)))).end(body);
}

const server = createServer((request, response) => read(request, (body) => {
  if (request.url === "/__report") return response.end(JSON.stringify(report));
  if (request.url === "/webhook") {
    judgeWebhook(body.toString());
    return response.end();
  }
  forward(request, body, (answer, bytes) => {
    const path = request.url.replace(/\?.*/, "");
    if (/^\/v\d/.test(path)) {
      const operation = find(request.method.toLowerCase(), path);
      judge(operation, answer.statusCode, answer.headers["content-type"], bytes.toString(),
        `${request.method} ${request.url} ${body.toString().slice(0, 500)}`);
    }
    const headers = { ...answer.headers, "content-length": bytes.length };
    delete headers["transfer-encoding"];
    delete headers.connection;
    response.writeHead(answer.statusCode, headers);
    response.end(bytes);
  });
}));

server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
