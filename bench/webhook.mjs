// The same bodies with Node's whatsapp-api-js.
//
//   node webhook.mjs PACKAGE_FOLDER COUNT
//
// A tenth goes ahead of the clock. Prints the seconds that COUNT bodies took.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, count] = process.argv.slice(2);
const { WhatsAppAPI } = await import(pathToFileURL(`${folder}/lib/index.js`));

const secret = '0123456789abcdef0123456789abcdef';
const names = ['messages/text', 'messages/button_reply', 'messages/image', 'statuses/sent'];
const bodies = names.map((name) =>
  readFileSync(`spec/webhook/fixtures/${name}.json`, 'utf8').replace(/\n */g, ''));
const signatures = bodies.map((body) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);

let handled = 0;
const api = new WhatsAppAPI({ token: 'x', appSecret: secret, v: 'v23.0' });
api.on.message = ({ from }) => { handled += from.length; };
api.on.status = ({ phone }) => { handled += phone.length; };

async function run(n) {
  for (let i = 0; i < n; i++) {
    const which = i % bodies.length;
    await api.post(JSON.parse(bodies[which]), bodies[which], signatures[which]);
  }
}

await run(count / 10);
const start = performance.now();
await run(Number(count));
console.log(((performance.now() - start) / 1000).toFixed(6));
if (handled < count) throw new Error('not handled');
