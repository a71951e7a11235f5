// Files that a Flow's pickers take. Until they are sent a mark stands for each; then an endpoint gets
// them encrypted, as from a phone, and the end of a Flow as media of the chat.

import { upload } from "./api.js";

const subtle = globalThis.crypto?.subtle;
const MARK = "$picked";
const files = []; // by mark

// The value of a picker's field.
export const picked = (list) => [...list].map((file) => ({ [MARK]: files.push(file) - 1, file_name: file.name, mime_type: file.type }));

// The files themselves, for the field when it is drawn again.
export function filesOf(list) {
  const held = new DataTransfer();
  for (const { [MARK]: mark } of list) if (files[mark]) held.items.add(files[mark]);
  return held.files;
}

// What keeps such a value from being sent on; "" when nothing does.
export function trouble(list, { least, most, kilobytes, types }) {
  const count = (n) => `${n} ${n === 1 ? "file" : "files"}`;
  if (list.length < least) return `Choose at least ${count(least)}.`;
  if (list.length > most) return `Choose at most ${count(most)}.`;
  for (const { [MARK]: mark, file_name: name, mime_type: type } of list) {
    if (types && !types.includes(type)) return `${name} is of a type that is not asked for: ${type || "unknown"}.`;
    if (files[mark]?.size > kilobytes * 1024) return `${name} is larger than ${kilobytes} kB.`;
  }
  return "";
}

const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const sha256 = async (bytes) => base64(await subtle.digest("SHA-256", bytes));
const random = (n) => crypto.getRandomValues(new Uint8Array(n));
const joined = (...parts) => new Blob(parts).arrayBuffer();

// AES-256-CBC, and behind it the first ten bytes of an HMAC-SHA-256 over the IV and that.
async function sealed(file) {
  const [plain, key, mac, iv] = [await file.arrayBuffer(), random(32), random(32), random(16)];
  const cipher = await subtle.importKey("raw", key, "AES-CBC", false, ["encrypt"]);
  const signer = await subtle.importKey("raw", mac, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const secret = await subtle.encrypt({ name: "AES-CBC", iv }, cipher, plain);
  const tag = (await subtle.sign("HMAC", signer, await joined(iv, secret))).slice(0, 10);
  const whole = await joined(secret, tag);
  const { id, cdn_url: url } = await upload(new File([whole], file.name, { type: "application/octet-stream" }));
  return { media_id: id, cdn_url: url, file_name: file.name, encryption_metadata: { encryption_key: base64(key), hmac_key: base64(mac),
    iv: base64(iv), plaintext_hash: await sha256(plain), encrypted_hash: await sha256(whole) } };
}

async function plain(file) {
  const { id } = await upload(file);
  return { file_name: file.name, mime_type: file.type, sha256: await sha256(await file.arrayBuffer()), id };
}

const makers = { data_exchange: sealed, complete: plain };

// What a step sends: files in place of their marks, where it leads out of the phone.
export async function withFiles(value, action) {
  if (!makers[action] || typeof value !== "object" || value === null) return value;
  if (Number.isInteger(value[MARK]) && files[value[MARK]]) return makers[action](files[value[MARK]]);
  if (Array.isArray(value)) return Promise.all(value.map((item) => withFiles(item, action)));
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([name, item]) => [name, await withFiles(item, action)])));
}
