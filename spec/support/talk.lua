--- A bot that has conversations through a sandbox, and its customer. Its clock stands
--- still; what goes wrong is told, what no conversation takes is heard.

local meta = require "spec.support.meta"
local whatsapp = require "whatsapp"

---@class spec.Talk
---@field now number what time it is for the bot
---@field told any[] the errors that it told of
---@field heard string[] what was left to its handlers
---@field bot whatsapp.Bot
---@field store whatsapp.Store
local Talk = {}
Talk.__index = Talk

local M = {}

--- With a client and a store of its own.
---@param sandbox whatsapp.Sandbox
---@param loop? string how the client waits
---@return spec.Talk
function M.new(sandbox, loop)
  local options = sandbox:options()
  options.rate, options.loop = false, loop
  meta.phone_number_id = sandbox.phone_number_id
  return setmetatable({ sandbox = sandbox, wa = whatsapp.new(options), store = whatsapp.store.memory(),
    now = os.time(), told = {}, heard = {}, seen = #sandbox:sent() }, Talk)
end

--- A bot as another process would make it, on the same store.
---@param prepare? fun(bot: whatsapp.Bot)
---@param options? table
---@return whatsapp.Bot
function Talk:new_bot(prepare, options)
  options = options or {}
  options.client, options.webhook, options.store = self.wa, whatsapp.webhook(meta.hook()), options.store or self.store
  options.clock = options.clock or function() return self.now end
  local bot = whatsapp.bot(options)
  bot:on_error(function(err) self.told[#self.told + 1] = err end)
  bot:otherwise(function(event) self.heard[#self.heard + 1] = event.text or event.type end)
  if prepare then prepare(bot) end
  return bot
end

--- Has a new bot with one conversation, which "go" opens.
---@param fn whatsapp.Talk
---@param options? table
---@return whatsapp.Conversation
function Talk:opens(fn, options)
  local made = whatsapp.conversation("talk", fn, options)
  self.bot = self:new_bot(function(bot) bot:on("text", "^go$", made) end)
  return made
end

--- The customer writes.
---@param ... string|table texts, or what Graph has in a message
function Talk:deliver(...)
  local items = {}
  for i, item in ipairs { ... } do items[i] = meta.message(type(item) == "string" and { text = item } or item) end
  assert(meta.deliver(self.bot, items) == 200)
end

--- A status of a message that the sandbox has taken.
---@param message table
---@param status string
---@param more? table
function Talk:tell(message, status, more)
  local fields = { biz_opaque_callback_data = message.payload.biz_opaque_callback_data }
  for name, value in pairs(more or {}) do fields[name] = value end
  assert(meta.deliver(self.bot, { meta.status(message.id, status, fields) }) == 200)
end

--- Time passes, and the bot looks at the clock.
---@param seconds number
function Talk:advance(seconds)
  self.now = self.now + seconds
  self.bot:tick()
end

--- What was sent since the last look.
---@return table[] payloads
function Talk:sent()
  local list, new = self.sandbox:sent(), {}
  for i = self.seen + 1, #list do new[#new + 1] = list[i].payload end
  self.seen, self.last = #list, list[#list]
  return new
end

--- The same in words.
---@return string[]
function Talk:said()
  local texts = {}
  for i, payload in ipairs(self:sent()) do
    texts[i] = payload.text and payload.text.body or payload.interactive and payload.interactive.body.text
      or payload.type
  end
  return texts
end

--- Takes the first error that was told; whether it says so.
---@param words string
---@return boolean
function Talk:was_told(words)
  local err = table.remove(self.told, 1)
  return err ~= nil and tostring(err):find(words, 1, true) ~= nil
end

--- A tap on a button or row.
---@param id string
---@param kind? "button_reply"|"list_reply"
---@param context? string the id of the message that has it
---@return table
function M.tap(id, kind, context)
  kind = kind or "button_reply"
  return { type = "interactive", interactive = { type = kind, [kind] = { id = id, title = "x" } },
           context = context and { id = context } }
end

function Talk:close() self.wa:close() end

return M
