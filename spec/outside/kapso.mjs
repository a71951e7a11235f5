// Kapso's client (@kapso/whatsapp-cloud-api), straight to Graph.
import { WhatsAppClient } from "@kapso/whatsapp-cloud-api";
import { normalizeWebhook, verifySignature } from "@kapso/whatsapp-cloud-api/server";
import { PICTURE, REFUSED, TO, env, run, serve } from "./host.mjs";

const client = new WhatsAppClient({ accessToken: env.token, baseUrl: env.graph, graphVersion: "v23.0" });
const from = { phoneNumberId: env.phone }, to = { ...from, to: TO };
const sent = async (answer) => (await answer).messages[0].id;

await serve({
  get: (url) => {
    if (url.searchParams.get("hub.verify_token") !== env.verifyToken) throw new Error("another token");
    return url.searchParams.get("hub.challenge");
  },
  post: (rawBody, signatureHeader) => {
    if (!verifySignature({ appSecret: env.secret, rawBody, signatureHeader })) throw new Error("another signature");
    const { messages, statuses } = normalizeWebhook(JSON.parse(rawBody));
    return [
      ...messages.map(({ id, from: writer, type, text, image, interactive }) => ({
        id, from: writer, type, text: text?.body ?? image?.caption ?? interactive?.buttonReply?.title,
      })),
      ...statuses.map(({ id, status }) => ({ id, status })),
    ];
  },
});

await run({
  text: () => sent(client.messages.sendText({ ...to, body: "Good day — Grüße 👋" })),
  upload: async () => (await client.media.upload({
    ...from, type: "image", file: new Blob([PICTURE], { type: "image/png" }), fileName: "dot.png",
  })).id,
  image: ({ upload }) => sent(client.messages.sendImage({ ...to, image: { id: upload, caption: "A dot" } })),
  media: async ({ upload }) => (await client.media.get({ mediaId: upload })).mimeType,
  download: async ({ upload }) => {
    const bytes = await client.media.download({ mediaId: upload, auth: "always" });
    return Buffer.from(bytes).equals(PICTURE);
  },
  delete: async ({ upload }) => (await client.media.delete({ mediaId: upload })).success,
  document: () => sent(client.messages.sendDocument({
    ...to, document: { link: "https://shop.example/a.pdf", filename: "a.pdf", caption: "An invoice" },
  })),
  location: () => sent(client.messages.sendLocation({ ...to, location: { latitude: 52.5, longitude: 13.4, name: "Here" } })),
  contacts: () => sent(client.messages.sendContacts({
    ...to, contacts: [{ name: { formattedName: "John Doe", firstName: "John" }, phones: [{ phone: "+15551234567" }] }],
  })),
  reaction: ({ text }) => sent(client.messages.sendReaction({ ...to, reaction: { messageId: text, emoji: "👍" } })),
  buttons: () => sent(client.messages.sendInteractiveButtons({
    ...to, bodyText: "Well?", buttons: [{ id: "yes", title: "Yes" }, { id: "no", title: "No" }],
  })),
  list: () => sent(client.messages.sendInteractiveList({
    ...to, bodyText: "Choose", buttonText: "Options", sections: [{ title: "All", rows: [{ id: "1", title: "One" }] }],
  })),
  template: () => sent(client.messages.sendTemplate({ ...to, template: {
    name: "order_confirmation", language: { code: "en_US" },
    components: [{ type: "body", parameters: [{ type: "text", text: "John" }, { type: "text", text: "#1234" }] }],
  } })),
  mark_read: async ({ text }) => (await client.messages.markRead({
    ...from, messageId: text, typingIndicator: { type: "text" },
  })).success,
  templates: async () => (await client.templates.list({ businessAccountId: env.account, limit: 3 })).data.length,
  create_template: async () => (await client.templates.create({
    businessAccountId: env.account, name: "made_outside", language: "en_US", category: "UTILITY",
    components: [{ type: "BODY", text: "Hello, here we are." }],
  })).status,
  delete_template: async () => (await client.templates.delete({
    businessAccountId: env.account, name: "made_outside",
  })).success,
  profile: async () => (await client.phoneNumbers.businessProfile.get(from)).data[0].email,
  flow: async () => (await client.flows.deploy({
    version: "7.1",
    screens: [{ id: "HELLO", title: "Hello", terminal: true, layout: { type: "SingleColumnLayout", children: [
      { type: "TextHeading", text: "Hello" },
      { type: "Footer", label: "Done", onClickAction: { name: "complete", payload: {} } },
    ] } }],
  }, { wabaId: env.account, name: "made outside", publish: true, preview: true })).flowId.length,
  refused: () => sent(client.messages.sendText({ ...to, to: REFUSED, body: "Hello" })),
  window: () => sent(client.messages.sendText({ ...to, to: "15550131047", body: "Hello" })),
  unknown: () => client.media.get({ mediaId: "300000000000999" }),
});
