// A proxy that leads to one host alone, which it is itself: node tunnel.mjs FOLDER HOST
// prints its URL, and puts the certificate to trust into the folder.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as http } from "node:http";
import { createServer as https } from "node:https";
import { connect } from "node:net";

const [, , folder, host] = process.argv;
const [key, cert] = [`${folder}/key.pem`, `${folder}/ca.pem`];
execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
  "2", "-subj", "/CN=tunnel", "-addext", `subjectAltName=DNS:${host}`, "-keyout", key, "-out", cert], { stdio: "ignore" });

const listening = (server) => new Promise((resolve) => {
  server.listen(0, "127.0.0.1", () => resolve(server.address().port));
});
const origin = https({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
  response.setHeader("Content-Type", "application/json");
  response.end('{"connections":[]}');
});
const there = await listening(origin);

const proxy = http().on("connect", (request, socket) => {
  socket.on("error", () => {});
  if (request.url !== `${host}:443`) return socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  const onward = connect(there, "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    socket.pipe(onward).pipe(socket);
  });
  onward.on("error", () => socket.destroy());
});
console.log(`http://127.0.0.1:${await listening(proxy)}`);
