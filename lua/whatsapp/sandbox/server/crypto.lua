--- Digests and random bytes, from the libcrypto that nginx itself uses.

local ffi = require "ffi"

local C = ffi.C

ffi.cdef [[
typedef struct evp_md_ctx_st EVP_MD_CTX;
typedef struct evp_md_st EVP_MD;
typedef struct engine_st ENGINE;
EVP_MD_CTX *EVP_MD_CTX_new(void);
void EVP_MD_CTX_free(EVP_MD_CTX *ctx);
const EVP_MD *EVP_sha256(void);
int EVP_DigestInit_ex(EVP_MD_CTX *ctx, const EVP_MD *type, ENGINE *engine);
int EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *data, size_t size);
int EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *digest, unsigned int *size);
unsigned char *HMAC(const EVP_MD *type, const void *key, int key_size, const char *data, size_t size,
                    unsigned char *digest, unsigned int *digest_size);
int RAND_bytes(unsigned char *buffer, int size);
]]

local M = {}

--- A SHA-256 to be fed piece by piece.
---@return { update: fun(data: string), final: fun(): string }
function M.sha256()
  local ctx = ffi.gc(C.EVP_MD_CTX_new(), C.EVP_MD_CTX_free)
  assert(C.EVP_DigestInit_ex(ctx, C.EVP_sha256(), nil) == 1)
  return {
    update = function(data) assert(C.EVP_DigestUpdate(ctx, data, #data) == 1) end,
    final = function()
      local digest = ffi.new("unsigned char[32]")
      assert(C.EVP_DigestFinal_ex(ctx, digest, nil) == 1)
      return ffi.string(digest, 32)
    end,
  }
end

--- HMAC-SHA256.
---@param key string
---@param data string
---@return string
function M.hmac_sha256(key, data)
  local digest = ffi.new("unsigned char[32]")
  assert(C.HMAC(C.EVP_sha256(), key, #key, data, #data, digest, nil) ~= nil)
  return ffi.string(digest, 32)
end

--- Random bytes; a forked process gets others.
---@param n integer
---@return string
function M.random(n)
  local buffer = ffi.new("unsigned char[?]", n)
  assert(C.RAND_bytes(buffer, n) == 1)
  return ffi.string(buffer, n)
end

--- Bytes in hexadecimal.
---@param bytes string
---@return string
function M.hex(bytes)
  return (bytes:gsub(".", function(char) return ("%02x"):format(char:byte()) end))
end

return M
