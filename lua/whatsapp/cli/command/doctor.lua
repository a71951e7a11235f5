--- `whatsapp doctor`: what keeps this account from working, and what to do.

local Error = require "whatsapp.error"
local output = require "whatsapp.cli.output"
local words = require "whatsapp.cli.words"

-- A check is { name, function }: it returns what it found, or nil, what is wrong and
-- what to do. `needs` names the check without which it could say nothing; those of the
-- `gateway` are passed over where the way leads straight to Graph.

local RENEW = "whatsapp connections create, open its url in a browser, and delete the old one: "
  .. "whatsapp connections rm ID"

-- The gateway's addresses, of which the newer came in April 2026. Both are tried where
-- one does not answer.
local ADDRESSES = {
  { name = "gateway.maton.ai", base_url = "https://gateway.maton.ai/whatsapp-business",
    control_url = "https://ctrl.maton.ai" },
  { name = "api.maton.ai", base_url = "https://api.maton.ai/whatsapp-business", control_url = "https://api.maton.ai" },
}

local AGES = { ["gateway.maton.ai"] = "the older", ["api.maton.ai"] = "the newer" }

local function host_of(url) return url:match "^https?://([^/:]+)" end

-- The other address, where one of the two is set.
local function other_address(state)
  local name = host_of(state.config.base_url)
  for i, one in ipairs(ADDRESSES) do
    if state.config.mode == "gateway" and one.name == name then return ADDRESSES[3 - i], name end
  end
end

-- Whether anybody answers there, whatever it is.
local function answers(state, there)
  local client = state.call:client { base_url = there.base_url, control_url = there.control_url, timeout = 5,
                                     retries = 0 }
  local list, err = client.connections:list()
  client:close()
  return list ~= nil or err.status ~= nil
end

-- What an unanswered request stands for: the address may have been given up.
local function silence(state, err, url, variable)
  local there, name = other_address(state)
  if not there then
    return nil, ("%s does not answer (%s)"):format(url, err.message),
      ("check %s, the network and WHATSAPP_PROXY"):format(variable)
  end
  if answers(state, there) then
    return nil, ("%s does not answer (%s), but %s does"):format(host_of(url), err.message, there.name),
      ("set WHATSAPP_BASE_URL=%s and WHATSAPP_CONTROL_URL=%s"):format(there.base_url, there.control_url)
  end
  return nil, ("neither %s nor %s answers (%s)"):format(name, there.name, err.message), err.hint
end

-- The trouble that an error stands for.
local function trouble(state, err)
  if not err.status then return silence(state, err, state.config.base_url, "WHATSAPP_BASE_URL") end
  if err.kind == "gateway" and err.status == 500 then
    return nil, "the OAuth grant of the connection has expired (the gateway answers 500)", RENEW
  end
  local text = tostring(err.message)
  if err.code then text = ("%d %s"):format(err.code, text) end
  if err.details then text = ("%s (%s)"):format(text, err.details) end
  return nil, text, words.of_shell(err.hint)
end

-- The same of a call about an id, which is a variable's.
local function trouble_of_id(state, err, variable, hint)
  if err.kind ~= "not_found" and err.code ~= 100 then return trouble(state, err) end
  local _, text = trouble(state, err)
  return nil, ("%s is wrong: %s"):format(variable, text), hint
end

local function configuration(state)
  if not state.call:variable "MATON_API_KEY" and not state.call:variable "WHATSAPP_ACCESS_TOKEN" then
    return nil, "MATON_API_KEY is not set",
      "set it to the gateway's key, or WHATSAPP_ACCESS_TOKEN to go straight to Graph"
  end
  local ok, client = pcall(state.call.client, state.call, { timeout = 15 })
  if ok then
    state.client, state.config = client, client.config
    return client.config.mode == "gateway" and "MATON_API_KEY: through the gateway"
      or "WHATSAPP_ACCESS_TOKEN: straight to Graph"
  end
  if not Error.is(client) then error(client, 0) end
  return nil, (client.field and client.field .. ": " or "") .. client.message, words.of_shell(client.hint)
end

local function address(state)
  local url = state.config.base_url
  if state.config.mode == "gateway" and not url:find "/whatsapp%-business$" then
    return nil, ("the app name is missing in %s"):format(url), "end WHATSAPP_BASE_URL in /whatsapp-business"
  end
  local answer, err = state.client:request("GET", "me", nil, { retries = 1 })
  if not answer and not err.status then return silence(state, err, url, "WHATSAPP_BASE_URL") end
  local age = AGES[host_of(url)]
  return age and ("%s: %s of the gateway's addresses"):format(url, age) or url
end

local function key(state)
  local connections, err = state.client.connections:all()
  if not connections and err.kind == "auth" then
    return nil, ("the key in MATON_API_KEY is wrong (listing connections answers %d)"):format(err.status),
      "copy it again from the gateway's settings"
  elseif not connections and not err.status then
    return silence(state, err, state.config.control_url, "WHATSAPP_CONTROL_URL")
  elseif not connections then
    return trouble(state, err)
  end
  state.connections = connections
  return "accepted"
end

local function connection(state)
  local active, chosen = {}, state.call:variable "MATON_CONNECTION"
  for _, one in ipairs(state.connections) do
    if one.status == "ACTIVE" and (not chosen or one.connection_id == chosen) then active[#active + 1] = one end
  end
  if not active[1] and chosen then
    return nil, ("MATON_CONNECTION names no active connection: %s"):format(chosen), "see whatsapp connections ls"
  elseif not active[1] then
    return nil, "there is no active connection", "whatsapp connections create, and open its url in a browser"
  elseif active[2] then
    return ("%d are active and none is chosen: MATON_CONNECTION does it"):format(#active)
  end
  return active[1].connection_id
end

local NUMBER = "id,display_phone_number,verified_name,quality_rating,status,platform_type"

local NUMBER_IDS = "whatsapp phone ls shows the ids"

local function number(state)
  if not state.config.phone_number_id then
    return nil, "WHATSAPP_PHONE_NUMBER_ID is not set", NUMBER_IDS
  end
  local found, err = state.client.phone_numbers:get(nil, { fields = NUMBER })
  if not found then return trouble_of_id(state, err, "WHATSAPP_PHONE_NUMBER_ID", NUMBER_IDS) end
  state.number = found
  return ("%s %s"):format(found.display_phone_number or found.id, found.verified_name or "")
end

local REGISTER = [[whatsapp call POST '{phone_number_id}/register' '{"messaging_product":"whatsapp","pin":"…"}']]

local function registration(state)
  local found = state.number
  if found.status == "DISCONNECTED" or found.platform_type == "NOT_APPLICABLE" then
    return nil, "the number is not registered for the Cloud API", REGISTER
  end
  return ("%s, quality %s"):format(found.status or "registered", found.quality_rating or "unknown")
end

local ACCOUNT_ID = "it stands in WhatsApp Manager, under Account settings"

local function account(state)
  if not state.config.business_account_id then
    return nil, "WHATSAPP_BUSINESS_ACCOUNT_ID is not set", ACCOUNT_ID
  end
  local numbers, err = state.client.phone_numbers:all()
  if not numbers then return trouble_of_id(state, err, "WHATSAPP_BUSINESS_ACCOUNT_ID", ACCOUNT_ID) end
  for _, one in ipairs(numbers) do
    if one.id == state.config.phone_number_id then return ("%d numbers, this one among them"):format(#numbers) end
  end
  return nil, "the phone number is not one of this account", "compare the ids with whatsapp phone ls"
end

local function webhook(state)
  local apps, err = state.client.subscribed_apps:all()
  if not apps then return trouble(state, err) end
  if apps[1] then return ("%d subscribed"):format(#apps) end
  return nil, "no app is subscribed to the account's webhooks, so nothing is received",
    "whatsapp call POST '{business_account_id}/subscribed_apps'"
end

local CHECKS = {
  { "configuration", configuration },
  { "address", address, needs = "configuration" },
  { "key", key, needs = "address", gateway = true },
  { "connection", connection, needs = "key", gateway = true },
  { "number", number, needs = "connection" },
  { "registration", registration, needs = "number" },
  { "account", account, needs = "number" },
  { "webhook", webhook, needs = "account" },
}

local function examine(state, check)
  local name, needs = check[1], check.needs
  if needs and not state.passed[needs] then
    return { check = name, result = "skipped", finding = ("%s comes first"):format(needs) }
  end
  local finding, wrong, hint = check[2](state)
  state.passed[name] = finding ~= nil
  return { check = name, result = finding and "ok" or "wrong", finding = finding or wrong, hint = hint }
end

local function examine_all(call)
  local state, findings, well = { call = call, passed = {} }, {}, true
  for _, check in ipairs(CHECKS) do
    if check.gateway and state.config and state.config.mode == "direct" then
      state.passed[check[1]] = state.passed[check.needs]
    else
      local finding = examine(state, check)
      findings[#findings + 1], well = finding, well and finding.result == "ok"
    end
  end
  return findings, well
end

local function run(call)
  local findings, well = examine_all(call)
  call:show_list(findings, { "check", "result", "finding" })
  for _, finding in ipairs(findings) do
    if finding.hint and not call.json then output.line(("\n%s: %s"):format(finding.check, finding.hint)) end
  end
  return well or 1
end

return { summary = "what keeps this account from working, and what to do", run = run }
