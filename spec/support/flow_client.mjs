// What WhatsApp's client does with a Flow's endpoint and its files, on Node's own
// crypto: an HTTP server on a free port of 127.0.0.1, which it prints. A call is
// POST /<name> with JSON and answers JSON; GET /file/<n> is an encrypted file.
// It ends by itself after so many seconds without a request.
import { createServer } from "node:http";
import * as crypto from "node:crypto";

const IDLE = 600;
const hash = (bytes) => crypto.createHash("sha256").update(bytes).digest();
const decode = (text) => Buffer.from(text, "base64");
const oaep = (key) => ({ ...key, padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" });
const flip = (iv) => Buffer.from(iv.map((byte) => byte ^ 0xff));

function gcmEncrypt(key, iv, text) {
  const cipher = crypto.createCipheriv("aes-128-gcm", key, iv);
  return Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

function gcmDecrypt(key, iv, bytes) {
  const decipher = crypto.createDecipheriv("aes-128-gcm", key, iv);
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8");
}

const files = [];

const calls = {
  // An AES key and IV of its own each time; `key_size` for keys that are none.
  seal({ public_key, text, key_size = 16, oaep_hash = "sha256" }) {
    const key = crypto.randomBytes(key_size), iv = crypto.randomBytes(16);
    const wrap = { ...oaep({ key: public_key }), oaepHash: oaep_hash };
    return {
      encrypted_flow_data: gcmEncrypt(key_size === 16 ? key : crypto.randomBytes(16), iv, text).toString("base64"),
      encrypted_aes_key: crypto.publicEncrypt(wrap, key).toString("base64"),
      initial_vector: iv.toString("base64"),
      aes_key: key.toString("base64"),
    };
  },
  read_answer({ answer, aes_key, iv }) {
    return { text: gcmDecrypt(decode(aes_key), flip(decode(iv)), decode(answer)) };
  },
  // The other way round: a request that was sealed elsewhere.
  open({ private_key, passphrase, body }) {
    const envelope = JSON.parse(body);
    const key = crypto.privateDecrypt(oaep({ key: private_key, passphrase }), decode(envelope.encrypted_aes_key));
    const iv = decode(envelope.initial_vector);
    const text = gcmDecrypt(key, iv, decode(envelope.encrypted_flow_data));
    return { text, answer: gcmEncrypt(key, flip(iv), "answer of " + text).toString("base64") };
  },
  sign({ body, secret }) {
    return { signature: "sha256=" + crypto.createHmac("sha256", secret).update(body, "utf8").digest("hex") };
  },
  // Meta's signature of a flow_token: a JSON Web Token.
  sign_token({ claims, secret, alg = "HS256", hash = "sha256" }) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg, typ: "JWT" })}.${part(claims)}`;
    return { signature: `${signed}.${crypto.createHmac(hash, secret).update(signed).digest("base64url")}` };
  },
  describe_key({ pem, passphrase }) {
    const key = pem.includes("PRIVATE") ? crypto.createPrivateKey({ key: pem, passphrase }) : crypto.createPublicKey(pem);
    return { type: key.type, kind: key.asymmetricKeyType, bits: key.asymmetricKeyDetails.modulusLength,
      public_key: crypto.createPublicKey(key.type === "private" ? key : pem).export({ type: "spki", format: "pem" }) };
  },
  make_key({ kind = "rsa", bits = 2048, type = "pkcs8", passphrase, cipher = "aes-256-cbc" }) {
    const options = kind === "rsa" ? { modulusLength: bits } : { namedCurve: "P-256" };
    const lock = passphrase ? { cipher, passphrase } : {};
    return crypto.generateKeyPairSync(kind, { ...options, publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type, format: "pem", ...lock } });
  },
  // What JavaScript makes of regular expressions: true, false, or "none" for what is none.
  match({ cases }) {
    const weigh = ([pattern, text]) => {
      try {
        return new RegExp(pattern).test(text);
      } catch {
        return "none";
      }
    };
    return { results: cases.map(weigh) };
  },
  // `spoil`: what is wrong with the file or its description.
  make_file({ size, spoil }) {
    const plain = Buffer.alloc(size, 1).map((_, i) => (i * 31 + (i >> 8)) & 0xff);
    // The same on each run, since one wrong key in 256 makes a right padding.
    const [key, hmac_key, iv] = ["key", "hmac", "iv"].map((name) => hash(`${name} ${size} ${spoil}`));
    const cipher = crypto.createCipheriv("aes-256-cbc", key, iv.subarray(0, 16));
    if (spoil === "padding") cipher.setAutoPadding(false);
    let sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    const tag = crypto.createHmac("sha256", hmac_key).update(iv.subarray(0, 16)).update(sealed).digest().subarray(0, 10);
    let file = Buffer.concat([sealed, tag]);
    if (spoil === "tag") file[file.length - 1] ^= 1;
    if (spoil === "ciphertext") file[0] ^= 1;
    if (spoil === "short") file = file.subarray(0, 20);
    if (spoil === "cut") file = Buffer.concat([file.subarray(0, -26), tag]);
    const encrypted_hash = hash(file), plaintext_hash = hash(plain);
    if (spoil === "encrypted_hash") encrypted_hash[0] ^= 1;
    if (spoil === "plaintext_hash") plaintext_hash[31] ^= 1;
    if (spoil === "encryption_key") key[0] ^= 1;
    if (spoil === "hmac_key") hmac_key[0] ^= 1;
    if (spoil === "iv") iv[15] ^= 1;
    files.push(file);
    const text = (bytes) => bytes.toString("base64");
    return {
      media: { media_id: "790aba14-5f4a-4dbd-b9eb-0d75401da14b", file_name: "a.jpg", cdn_url: `/file/${files.length}`,
        encryption_metadata: { encryption_key: text(key), hmac_key: text(hmac_key), iv: text(iv.subarray(0, 16)),
          plaintext_hash: text(plaintext_hash), encrypted_hash: text(encrypted_hash) } },
      sha256: hash(plain).toString("hex"),
    };
  },
};

const idle = setTimeout(() => process.exit(), IDLE * 1000);

const server = createServer((request, response) => {
  idle.refresh();
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const [, name, which] = request.url.split("/");
    if (name === "file") {
      const file = files[which - 1];
      response.writeHead(file ? 200 : 404).end(file);
      return;
    }
    try {
      response.end(JSON.stringify(calls[name](JSON.parse(Buffer.concat(parts).toString("utf8")))));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
