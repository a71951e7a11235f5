--- Requests to a Flow's endpoint, encrypted as WhatsApp does it, by the libcrypto that
-- nginx itself uses.
-- Meta's page: "Implementing endpoints for Flows".

local ffi = require "ffi"
local json = require "whatsapp.json"

local C = ffi.C

ffi.cdef [[
typedef struct bio_st BIO;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct evp_pkey_ctx_st EVP_PKEY_CTX;
typedef struct evp_cipher_st EVP_CIPHER;
typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;
typedef struct engine_st ENGINE;
BIO *BIO_new_mem_buf(const void *data, int size);
int BIO_free(BIO *bio);
EVP_PKEY *PEM_read_bio_PUBKEY(BIO *bio, EVP_PKEY **key, void *callback, void *arg);
void EVP_PKEY_free(EVP_PKEY *key);
EVP_PKEY_CTX *EVP_PKEY_CTX_new(EVP_PKEY *key, ENGINE *engine);
void EVP_PKEY_CTX_free(EVP_PKEY_CTX *ctx);
int EVP_PKEY_encrypt_init(EVP_PKEY_CTX *ctx);
int EVP_PKEY_CTX_ctrl_str(EVP_PKEY_CTX *ctx, const char *name, const char *value);
int EVP_PKEY_encrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_size, const char *data, size_t size);
const EVP_CIPHER *EVP_aes_128_gcm(void);
EVP_CIPHER_CTX *EVP_CIPHER_CTX_new(void);
void EVP_CIPHER_CTX_free(EVP_CIPHER_CTX *ctx);
int EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *ctx, int what, int arg, void *data);
int EVP_CipherInit_ex(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *type, ENGINE *engine, const char *key,
                      const char *iv, int encrypt);
int EVP_CipherUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_size, const char *data, int size);
int EVP_CipherFinal_ex(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_size);
int RAND_bytes(unsigned char *out, int size);
void ERR_clear_error(void);
]]

local M = {}

local KEY_SIZE, IV_SIZE, TAG_SIZE = 16, 16, 16
local SET_IV_SIZE, GET_TAG, SET_TAG = 0x9, 0x10, 0x11

local function random(size)
  local bytes = ffi.new("unsigned char[?]", size)
  assert(C.RAND_bytes(bytes, size) == 1)
  return ffi.string(bytes, size)
end

local function read_public_key(pem)
  local bio = ffi.gc(C.BIO_new_mem_buf(pem, #pem), C.BIO_free)
  local no_passphrase = ffi.cast("void *", "") -- else a terminal would be asked for one
  local key = C.PEM_read_bio_PUBKEY(bio, nil, nil, no_passphrase)
  if key ~= nil then return ffi.gc(key, C.EVP_PKEY_free) end
  C.ERR_clear_error()
end

-- RSA-OAEP with SHA-256; nil where the key is no RSA.
local function wrap(key, secret)
  local ctx = ffi.gc(C.EVP_PKEY_CTX_new(key, nil), C.EVP_PKEY_CTX_free)
  if C.EVP_PKEY_encrypt_init(ctx) ~= 1 or C.EVP_PKEY_CTX_ctrl_str(ctx, "rsa_padding_mode", "oaep") ~= 1 then
    C.ERR_clear_error()
    return nil
  end
  assert(C.EVP_PKEY_CTX_ctrl_str(ctx, "rsa_oaep_md", "sha256") == 1)
  assert(C.EVP_PKEY_CTX_ctrl_str(ctx, "rsa_mgf1_md", "sha256") == 1)
  local size = ffi.new("size_t[1]", 1024)
  local out = ffi.new("unsigned char[?]", 1024)
  assert(C.EVP_PKEY_encrypt(ctx, out, size, secret, #secret) == 1)
  return ffi.string(out, size[0])
end

-- AES-128-GCM over a text; the tag is what stands behind it, or is checked. Nil where it is wrong.
local function crypt(secret, iv, text, tag)
  local ctx = ffi.gc(C.EVP_CIPHER_CTX_new(), C.EVP_CIPHER_CTX_free)
  local encrypt = tag and 0 or 1
  assert(C.EVP_CipherInit_ex(ctx, C.EVP_aes_128_gcm(), nil, nil, nil, encrypt) == 1)
  assert(C.EVP_CIPHER_CTX_ctrl(ctx, SET_IV_SIZE, IV_SIZE, nil) == 1)
  assert(C.EVP_CipherInit_ex(ctx, nil, nil, secret, iv, encrypt) == 1)
  local out, size = ffi.new("unsigned char[?]", #text + TAG_SIZE), ffi.new "int[1]"
  assert(C.EVP_CipherUpdate(ctx, out, size, text, #text) == 1)
  if tag then
    local expected = ffi.new("unsigned char[?]", TAG_SIZE)
    ffi.copy(expected, tag, TAG_SIZE) -- ffi.new would copy a NUL behind it, too
    assert(C.EVP_CIPHER_CTX_ctrl(ctx, SET_TAG, TAG_SIZE, expected) == 1)
    if C.EVP_CipherFinal_ex(ctx, out + #text, size) == 1 then return ffi.string(out, #text) end
    C.ERR_clear_error()
    return nil
  end
  assert(C.EVP_CipherFinal_ex(ctx, out + #text, size) == 1)
  assert(C.EVP_CIPHER_CTX_ctrl(ctx, GET_TAG, TAG_SIZE, out + #text) == 1)
  return ffi.string(out, #text + TAG_SIZE)
end

local function flip(iv)
  return (iv:gsub(".", function(char) return string.char(255 - char:byte()) end))
end

local function open(secret, iv, answer)
  local bytes = type(answer) == "string" and ngx.decode_base64(answer)
  if not bytes or #bytes < TAG_SIZE then return nil end
  return crypt(secret, flip(iv), bytes:sub(1, -TAG_SIZE - 1), bytes:sub(-TAG_SIZE))
end

--- What encrypts requests for the owner of a public key, as a Flow's player wants it.
---@param pem string
---@return (fun(text: string): string, { open: fun(self: table, answer: string): string|nil })|nil
---   sealer nil for what is no public key of RSA
function M.sealer(pem)
  local public = read_public_key(pem)
  if not public or not wrap(public, random(KEY_SIZE)) then return nil end
  return function(text)
    local secret, iv = random(KEY_SIZE), random(IV_SIZE)
    local body = json.encode {
      encrypted_flow_data = ngx.encode_base64(crypt(secret, iv, text)),
      encrypted_aes_key = ngx.encode_base64(wrap(public, secret)),
      initial_vector = ngx.encode_base64(iv),
    }
    return body, { open = function(_, answer) return open(secret, iv, answer) end }
  end
end

return M
