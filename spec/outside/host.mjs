// What the programs of this folder share: the steps of a client, one after another,
// each of which prints a line { step, value } or { step, error }; and a server that
// hands webhooks to the client and prints a line { event } for what it makes of each.
import { createServer } from "node:http";

export const env = {
  graph: process.env.WHATSAPP_BASE_URL,
  token: process.env.WHATSAPP_ACCESS_TOKEN,
  phone: process.env.WHATSAPP_PHONE_NUMBER_ID,
  account: process.env.WHATSAPP_BUSINESS_ACCOUNT_ID,
  secret: process.env.WHATSAPP_APP_SECRET,
  verifyToken: process.env.WHATSAPP_VERIFY_TOKEN,
  port: Number(process.argv[2]),
};

export const TO = "15551234567", REFUSED = "15550131026";
export const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCB3UNq9AAAAABJRU5ErkJggg==",
  "base64");

const print = (line) => process.stdout.write(JSON.stringify(line) + "\n");

// `get(url)` answers the challenge or throws; `post(text, signature)` tells the events
// of a body, or throws when the signature is wrong.
export function serve({ get, post }) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    try {
      if (request.method === "GET") return response.end(get(new URL(request.url, "http://localhost")));
      for (const event of await post(text, request.headers["x-hub-signature-256"])) print({ event });
    } catch (error) {
      response.statusCode = 401;
    }
    response.end();
  });
  return new Promise((resolve) => server.listen(env.port, "127.0.0.1", resolve));
}

// `steps[name](done)` with the values of the steps before; the last line is { done }.
export async function run(steps) {
  print({ ready: true });
  const done = {};
  for (const [step, go] of Object.entries(steps)) {
    try {
      done[step] = await go(done);
      print({ step, value: done[step] ?? null });
    } catch (error) {
      print({ step, error: { code: error.code, message: error.message } });
    }
  }
  print({ done: true });
}
