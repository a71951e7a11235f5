--- What goes to and fro between WhatsApp and a Flow's endpoint, encrypted. An AES
--- key of its own comes with every request, and the answer is encrypted with it.
-- Meta's page: "Implementing endpoints for Flows".

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local json = require "whatsapp.json"

local M = {}

local IV_SIZE = 16

-- The answer's IV is the request's with every bit turned.
local FLIPPED = {}
for i = 0, 255 do FLIPPED[string.char(i)] = string.char(255 - i) end

local function flip(iv)
  return (iv:gsub(".", FLIPPED))
end

---@class whatsapp.flow.Session the key of one request and its answer
local Session = {}
Session.__index = Session

--- Encrypts an answer.
---@param text string
---@return string|nil base64
---@return table? err
function Session:seal(text)
  local bytes, err = self.cipher:encrypt(flip(self.iv), text)
  if not bytes then return nil, err end
  return core.base64(bytes)
end

--- Decrypts an answer.
---@param base64 string
---@return string|nil text
---@return table? err
function Session:open(base64)
  local bytes, err = core.unbase64(base64)
  if not bytes then return nil, err end
  return self.cipher:decrypt(flip(self.iv), bytes)
end

--- Wipes the key.
function Session:close()
  self.cipher:close()
end

local function session_of(cipher, iv)
  return setmetatable({ cipher = cipher, iv = iv }, Session)
end

-- Requests --------------------------------------------------------------------------

local FIELDS = { "encrypted_flow_data", "encrypted_aes_key", "initial_vector" }

-- The three texts of a body, or why it is no request.
local function take_apart(body)
  local envelope, why = json.decode_raw(body)
  if not envelope then return Error.invalid("body", "is not JSON that can be read: " .. why) end
  local texts = {}
  for i, name in ipairs(FIELDS) do
    if type(envelope[name]) ~= "string" then
      return Error.invalid("body." .. name, "must be a string", "is this a request to a Flow's endpoint?")
    end
    texts[i] = envelope[name]
  end
  return texts
end

local function unwrap(keys, bytes)
  for _, key in ipairs(keys) do
    local cipher = key:unwrap(bytes)
    if cipher then return cipher end
  end
end

-- Which of it was wrong is for nobody who sends it to know.
local function decrypt(keys, texts)
  local data, key, iv = core.unbase64(texts[1]), core.unbase64(texts[2]), core.unbase64(texts[3])
  if not (data and key and iv) or #iv ~= IV_SIZE then return nil end
  local cipher = unwrap(keys, key)
  local text = cipher and cipher:decrypt(iv, data)
  if text then return text, session_of(cipher, iv) end
end

--- Decrypts a request with the first of the keys that can.
---@param keys userdata[]
---@param body string
---@return string|nil text
---@return whatsapp.flow.Session|whatsapp.Error session or an error of kind `invalid`, or
---   `signature` when no key can
function M.open(keys, body)
  local texts, err = take_apart(body)
  if not texts then return nil, err end
  local text, session = decrypt(keys, texts)
  if text then return text, session end
  return nil, Error.new { kind = "signature", field = "body", message = "cannot be decrypted with a private key",
    hint = "give Meta the public key that belongs to it: wa.flows:set_public_key(endpoint:public_key())" }
end

--- Encrypts a request as WhatsApp does.
---@param key userdata the public key
---@param text string
---@return string body
---@return whatsapp.flow.Session session
function M.seal(key, text)
  local cipher, iv = assert(core.cipher()), core.random_bytes(IV_SIZE)
  local body = assert(json.encode {
    encrypted_flow_data = core.base64(assert(cipher:encrypt(iv, text))),
    encrypted_aes_key = core.base64(assert(key:wrap(cipher))),
    initial_vector = core.base64(iv),
  })
  return body, session_of(cipher, iv)
end

return M
