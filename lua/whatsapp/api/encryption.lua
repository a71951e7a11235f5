--- `wa.encryption`: the public key that the data of Flows is encrypted with: RSA of
-- 2048 bits, PEM. Meta's page: "Business encryption".

local PATH = "{phone_number_id}/whatsapp_business_encryption"

return {
  get = { "GET", PATH, operation = "getBusinessEncryptionPublicKey",
    does = "The public key and whether its signature is valid; an empty table when there is none.", query = true,
    returns = "first" },
  set = { "POST", PATH, operation = "setBusinessEncryptionPublicKey", does = "Sets the public key.", parts = true,
    short = "business_public_key", closed = true, idempotent = true, returns = "success", fields = {
      business_public_key = { type = "string", required = true, pattern = "^%s*%-%-%-%-%-BEGIN PUBLIC KEY%-%-%-%-%-",
        form = "-----BEGIN PUBLIC KEY----- …" },
    } },
}
