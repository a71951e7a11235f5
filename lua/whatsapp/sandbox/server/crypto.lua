--- Digests, from the libcrypto that nginx itself uses.

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

return M
