--- A throw-away certificate authority and a server certificate signed by it, so
--- that a client verifies the sandbox as strictly as the real service.

local M = {}

--- Configuration for the `openssl` command; our own, because the system's may be
--- missing or ask questions.
M.config = [[
[req]
prompt = no
distinguished_name = name
[name]
O = WhatsApp sandbox
CN = localhost
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
]]

--- The shell commands that make `ca.pem`, `server.pem` and `server.key` from
--- `openssl.cnf` in the current directory. The authority's key is not kept.
M.script = [[
key() { "$openssl" ecparam -name prime256v1 -genkey -noout -out "$1"; }
key ca.key && key server.key &&
"$openssl" req -config openssl.cnf -x509 -new -sha256 -key ca.key -days 2 \
  -subj "/O=WhatsApp sandbox/CN=Sandbox authority" -extensions authority -out ca.pem &&
"$openssl" req -config openssl.cnf -new -sha256 -key server.key -out server.csr &&
"$openssl" x509 -req -sha256 -in server.csr -CA ca.pem -CAkey ca.key -set_serial 2 -days 2 \
  -extfile openssl.cnf -extensions server -out server.pem &&
rm -f ca.key server.csr openssl.cnf
]]

return M
