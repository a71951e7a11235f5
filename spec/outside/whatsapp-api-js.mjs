// whatsapp-api-js, whose requests to Graph are led to the sandbox.
import { Interactive, ActionButtons, ActionList, Body, Button, ListSection, Row, Image, Document, Location, Reaction,
  Template, Language, BodyComponent, BodyParameter, Text } from "whatsapp-api-js/messages";
import { WhatsAppAPI } from "whatsapp-api-js";
import { NodeNext } from "whatsapp-api-js/setup/node";
import { PICTURE, REFUSED, TO, env, run, serve } from "./host.mjs";

const client = new WhatsAppAPI(NodeNext({
  token: env.token, appSecret: env.secret, webhookVerifyToken: env.verifyToken, v: "v23.0",
  ponyfill: { fetch: (url, options) => fetch(String(url).replace("https://graph.facebook.com", env.graph), options) },
}));

// Its methods tell errors as values.
async function answer(promise) {
  const value = await promise;
  if (value.error) throw Object.assign(new Error(value.error.message), { code: value.error.code });
  return value;
}
const send = async (message, to = TO) => (await answer(client.sendMessage(env.phone, to, message))).messages[0].id;

let events = [];
client.on.message = ({ from, message }) => {
  const { id, type, text, image, interactive } = message;
  events.push({ id, from, type, text: text?.body ?? image?.caption ?? interactive?.button_reply?.title });
};
client.on.status = ({ id, status }) => { events.push({ id, status }); };

await serve({
  get: (url) => client.get(Object.fromEntries(url.searchParams)),
  post: async (text, signature) => {
    events = [];
    await client.post(JSON.parse(text), text, signature);
    return events;
  },
});

await run({
  text: () => send(new Text("Good day — Grüße 👋")),
  upload: async () => {
    const form = new FormData();
    form.set("file", new Blob([PICTURE], { type: "image/png" }), "dot.png");
    return (await answer(client.uploadMedia(env.phone, form))).id;
  },
  image: ({ upload }) => send(new Image(upload, true, "A dot")),
  media: async ({ upload }) => (await answer(client.retrieveMedia(upload, env.phone))).mime_type,
  download: async ({ upload }) => {
    const { url } = await answer(client.retrieveMedia(upload));
    return Buffer.from(await (await client.fetchMedia(url)).arrayBuffer()).equals(PICTURE);
  },
  delete: async ({ upload }) => (await answer(client.deleteMedia(upload))).success,
  document: () => send(new Document("https://shop.example/a.pdf", false, "An invoice", "a.pdf")),
  location: () => send(new Location(13.4, 52.5, "Here")),
  reaction: ({ text }) => send(new Reaction(text, "👍")),
  buttons: () => send(new Interactive(new ActionButtons(new Button("yes", "Yes"), new Button("no", "No")), new Body("Well?"))),
  list: () => send(new Interactive(new ActionList("Options", new ListSection("All", new Row("1", "One"))), new Body("Choose"))),
  template: () => send(new Template("order_confirmation", new Language("en_US"),
    new BodyComponent(new BodyParameter("John"), new BodyParameter("#1234")))),
  mark_read: async ({ text }) => (await answer(client.markAsRead(env.phone, text, "text"))).success,
  create_qr: async () => (await answer(client.createQR(env.phone, "Hello"))).code,
  qr: async ({ create_qr }) => (await answer(client.retrieveQR(env.phone, create_qr))).data[0].prefilled_message,
  qrs: async () => (await answer(client.retrieveQR(env.phone))).data.length,
  update_qr: async ({ create_qr }) => (await answer(client.updateQR(env.phone, create_qr, "Hi"))).prefilled_message,
  delete_qr: async ({ create_qr }) => (await answer(client.deleteQR(env.phone, create_qr))).success,
  block: async () => (await answer(client.blockUser(env.phone, TO))).block_users.added_users[0].wa_id,
  unblock: async () => (await answer(client.unblockUser(env.phone, TO))).block_users.removed_users[0].wa_id,
  refused: () => send(new Text("Hello"), REFUSED),
  window: () => send(new Text("Hello"), "15550131047"),
  unknown: () => answer(client.retrieveMedia("300000000000999")),
});
