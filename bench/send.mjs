// The same sends with Node's fetch.
//
//   NODE_EXTRA_CA_CERTS=CA_FILE node send.mjs URL HEADERS_FILE BODY_FILE COUNT [IN_FLIGHT]
//
// A hundred sends go ahead of the clock.
import { readFileSync } from 'node:fs';

const [url, headersFile, bodyFile, count, inFlight = '1'] = process.argv.slice(2);
const lines = readFileSync(headersFile, 'utf8').trim().split('\n');
const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2)));
const body = readFileSync(bodyFile);

async function send() {
  const answer = await fetch(url, { method: 'POST', headers, body });
  const text = await answer.text();
  if (answer.status !== 200 || !text.includes('wamid')) throw new Error(text);
}

async function sendMany(n, atOnce) {
  let left = n;
  const worker = async () => {
    while (left-- > 0) await send();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

await sendMany(100, Number(inFlight));
const start = performance.now();
await sendMany(Number(count), Number(inFlight));
console.log(((performance.now() - start) / 1000).toFixed(6));
process.exit(0);
