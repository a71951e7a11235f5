-- Options and environment: what is taken, what wins, and what is refused.

local config = require "whatsapp.config"
local whatsapp = require "whatsapp"

local KEY = "mk_live_0123456789abcdef"

local function read(given, env)
  return config.read(given, function(name) return env and env[name] end)
end

-- What is read from these options, with a key.
local function read_with(given, env)
  given.api_key = given.api_key or KEY
  return assert(read(given, env))
end

-- Returns the error after checking its kind, field and words.
local function assert_refused(field, words, settings, err)
  assert.is_nil(settings)
  local text = tostring(err)
  assert.are.equal(("config, %s"):format(tostring(field)),
    ("%s, %s"):format(err.kind, tostring(err.field)), text)
  assert.is_truthy(text:find(words, 1, true), ("no %q in: %s"):format(words, text))
  assert.are.equal("not_sent", err.outcome)
  assert.is_nil(text:find(KEY, 1, true))
  return err
end

describe("the defaults", function()
  it("of the gateway", function()
    local settings, secret = read { api_key = KEY }
    assert.are.equal(KEY, secret)
    assert.are.same({ mode = "gateway", base_url = "https://gateway.maton.ai/whatsapp-business",
      control_url = "https://ctrl.maton.ai", api_version = "v21.0", rate = 10, pair_rate = false, media_cache = false,
      timeout = 30, connect_timeout = 10, stall_timeout = 30, deadline = 120, retries = 3,
      user_agent = "whatsapp-lua/" .. whatsapp._VERSION }, settings)
  end)

  it("of Graph", function()
    local settings, secret = read { access_token = KEY }
    assert.are.equal(KEY, secret)
    assert.are.same({ mode = "direct", base_url = "https://graph.facebook.com",
      api_version = "v23.0", rate = 80, pair_rate = false, media_cache = false, timeout = 30, connect_timeout = 10,
      stall_timeout = 30, deadline = 120, retries = 3,
      user_agent = "whatsapp-lua/" .. whatsapp._VERSION }, settings)
  end)
end)

describe("the environment", function()
  local variables = {
    { "phone_number_id", "WHATSAPP_PHONE_NUMBER_ID", "106540352242922", "2" },
    { "business_account_id", "WHATSAPP_BUSINESS_ACCOUNT_ID", "102290129340398", "2" },
    { "connection", "MATON_CONNECTION", "21fd90f9-5935-43cd-b6c8-bde9d915ca80", "2" },
    { "base_url", "WHATSAPP_BASE_URL", "https://api.maton.ai/whatsapp-business", "https://a.b" },
    { "control_url", "WHATSAPP_CONTROL_URL", "https://api.maton.ai", "https://a.b" },
    { "api_version", "WHATSAPP_API_VERSION", "v24.0", "v1.0" },
    { "ca_file", "WHATSAPP_CA_FILE", "Makefile", "LICENSE" },
    { "proxy", "WHATSAPP_PROXY", "http://proxy:3128", "http://other:1" },
    { "user_agent", "WHATSAPP_USER_AGENT", "shop/1.0", "other" },
  }
  for _, row in ipairs(variables) do
    local name, variable, value, other = row[1], row[2], row[3], row[4]
    it(variable .. " stands for " .. name .. ", which beats it", function()
      assert.are.equal(value, read_with({}, { [variable] = value })[name])
      assert.are.equal(other, read_with({ [name] = other }, { [variable] = value })[name])
      assert.are.equal(read_with({})[name], read_with({}, { [variable] = "" })[name])
    end)
  end

  it("gives the credential, unless one is given", function()
    for _, case in ipairs {
      { "gateway", "a", {}, { MATON_API_KEY = "a" } },
      { "direct", "b", {}, { WHATSAPP_ACCESS_TOKEN = "b" } },
      { "gateway", "c", { api_key = "c" }, { MATON_API_KEY = "a" } },
      { "direct", "d", { access_token = "d" }, { MATON_API_KEY = "a" } },
      { "gateway", "e", { api_key = "e" }, { WHATSAPP_ACCESS_TOKEN = "b" } },
      { "direct", "f", { access_token = "f" }, { MATON_API_KEY = "a", WHATSAPP_ACCESS_TOKEN = "b" } },
      { "gateway", "a", {}, { MATON_API_KEY = "a", WHATSAPP_ACCESS_TOKEN = "" } },
    } do
      local settings, secret = read(case[3], case[4])
      assert.are.equal(case[1] .. " " .. case[2], settings.mode .. " " .. secret)
      assert.is_nil(settings.api_key or settings.access_token)
    end
  end)

  it("is named when it is wrong, and not looked at where an option is given", function()
    for variable, value in pairs { WHATSAPP_PHONE_NUMBER_ID = "../1", WHATSAPP_BASE_URL = "gateway",
      WHATSAPP_API_VERSION = "23", WHATSAPP_CA_FILE = "/no/such/file" } do
      assert_refused(variable, "", read({ api_key = KEY }, { [variable] = value }))
    end
    assert.are.equal("1", read_with({ phone_number_id = "1" },
      { WHATSAPP_PHONE_NUMBER_ID = "../1" }).phone_number_id)
  end)
end)

describe("the credential", function()
  it("is one", function()
    assert_refused("api_key", "api_key and access_token are both given",
      read { api_key = KEY, access_token = KEY })
    assert_refused("api_key", "MATON_API_KEY and WHATSAPP_ACCESS_TOKEN are both set",
      read({}, { MATON_API_KEY = KEY, WHATSAPP_ACCESS_TOKEN = KEY }))
    assert_refused("api_key", "env MATON_API_KEY;", read {})
    assert_refused("api_key", "api_key =", read({}, { MATON_API_KEY = "" }))
  end)

  it("is a visible string", function()
    assert_refused("api_key", "must be a string, not a number", read { api_key = 12 })
    assert_refused("api_key", "is empty", read { api_key = "" })
    assert_refused("access_token", "NUL", read { access_token = KEY .. "\0" })
    for _, bad in ipairs { KEY .. "\r\nX: y", KEY .. " ", KEY .. "ä", "\n" } do
      local ok, err = pcall(whatsapp.new, { api_key = bad })
      assert.is_false(ok)
      assert_refused("api_key", "has a space, a control or a non-ASCII character", nil, err)
    end
  end)
end)

describe("an option", function()
  -- { name, words, wrong values … }
  local wrong = {
    { "phone_number_id", "is not an id", "", "1/2", "..", "1 2", "1\n", "a?b" },
    { "phone_number_id", "below 2^53", 1.5, -1, 2 ^ 53 },
    { "phone_number_id", "must be an id", {}, true },
    { "business_account_id", "is not an id", "x/y" },
    { "connection", "must be a string", 12, {} }, { "connection", "is empty", "" },
    { "api_version", 'must look like "v23.0"', "23.0", "v23", "V23.0", "v23.0/x", 23, "" },
    { "base_url", "must be a URL", "graph.facebook.com", "ftp://a.b", "https://", "https:///x", 12, "" },
    { "base_url", "no query", "https://a.b/c?d=e", "https://a.b/#c" },
    { "base_url", "character", "https://a.b/c d", "https://a.b/\0", "https://ä.b" },
    { "base_url", "must end before the version; give the version as api_version",
      "https://a.b/whatsapp-business/v21.0", "https://graph.facebook.com/v23.0/" },
    { "base_url", "lacks the app name; write https://gateway.maton.ai/whatsapp-business",
      "https://gateway.maton.ai", "https://gateway.maton.ai/" },
    { "base_url", "write https://api.maton.ai/whatsapp-business", "https://api.maton.ai" },
    { "control_url", "must be a URL", "ctrl", 12 },
    { "ca_file", "cannot be read", "/no/such/file" }, { "ca_file", "must be a string", 12 },
    { "proxy", "must be a string", 12 }, { "user_agent", "must be a string", {} },
    { "timeout", "seconds from 0.001 to 86400", 0, -1, 86401, math.huge, 0 / 0, "30", true },
    { "connect_timeout", "seconds from 0.001 to 86400", 0, "10" },
    { "stall_timeout", "seconds from 1 to 86400", 0.5, "30" },
    { "deadline", "seconds from 0.001 to 86400", 0, {} },
    { "retries", "whole number from 0 to 20", -1, 21, 1.5, 0 / 0, "3", true },
    { "rate", "false for no limit", 0, -1, 10001, true, "10", 0 / 0 },
    { "pair_rate", "must be true or false", 1, "yes" },
    { "allow_http", "must be true or false", 1 },
    { "on_request", "must be a function", {}, "print" },
    { "loop", "must be a string", 12, false },
  }
  for _, row in ipairs(wrong) do
    it(("%s: %s"):format(row[1], row[2]), function()
      for i = 3, #row do
        assert_refused(row[1], row[2], read { api_key = KEY, [row[1]] = row[i] })
      end
    end)
  end

  it("that is not known names the nearest one", function()
    assert_refused("apikey", "did you mean api_key?", read { apikey = KEY })
    assert_refused("time_out", "did you mean timeout?", read { api_key = KEY, time_out = 5 })
    assert_refused("phone_number", "did you mean phone_number_id?", read { api_key = KEY, phone_number = "1" })
    assert_refused("colour", "allowed: access_token, ", read { api_key = KEY, colour = "1" })
    assert_refused("[1]", "unknown key", read { KEY })
  end)

  it("stands in a table", function()
    for _, given in ipairs { "x", 12, true, print } do
      assert_refused(nil, "must be a table", read(given))
    end
  end)

  it("takes its edges", function()
    for name, values in pairs { timeout = { 0.001, 86400 }, stall_timeout = { 1 }, retries = { 0, 20 },
      rate = { 0.1, 10000, false }, api_version = { "v1.0", "v100.12" },
      phone_number_id = { "0", "a-b_c.d:e=+" } } do
      for _, value in ipairs(values) do
        assert.are.equal(value, read_with({ [name] = value })[name])
      end
    end
    assert.are.equal("106540352242922", read_with({ phone_number_id = 106540352242922 }).phone_number_id)
    assert.are.equal("https://a.b:8443/c", read_with({ base_url = "https://a.b:8443/c//" }).base_url)
  end)
end)

describe("whatsapp.new", function()
  it("raises an error object of kind config", function()
    for _, given in ipairs { "x", { api_key = KEY, access_token = KEY }, { api_key = KEY, rtae = 1 },
      { api_key = KEY, loop = "twisted" }, { api_key = KEY, loop = {} },
      { api_key = KEY, base_url = "http://example.com/x" },
      { api_key = KEY, base_url = "https://user:pw@example.com/x" },
      { api_key = KEY, user_agent = "a\nb" }, { api_key = KEY, connection = "a b" } } do
      local ok, err = pcall(whatsapp.new, given)
      assert.is_false(ok)
      assert.are.equal("config", err.kind)
      assert.are.equal("whatsapp: config: ", tostring(err):match "^whatsapp: config: ")
      assert.is_nil(tostring(err):find(KEY, 1, true))
    end
    local _, err = pcall(whatsapp.new, { api_key = KEY, base_url = "http://example.com/x" })
    assert_refused("base_url", "plain http to example.com", nil, err)
    _, err = pcall(whatsapp.new, { api_key = KEY, loop = "twisted" })
    assert_refused("loop", '"twisted" is not a loop', nil, err)
  end)

  it("allows plain http to this machine, and elsewhere if told to", function()
    for _, url in ipairs { "http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:1/x" } do
      whatsapp.new { api_key = KEY, base_url = url }:close()
    end
    whatsapp.new { api_key = KEY, base_url = "http://example.com/x", allow_http = true }:close()
  end)

  it("shows mode and host, and nothing else", function()
    assert.are.equal("whatsapp (gateway, gateway.maton.ai)", tostring(whatsapp.new { api_key = KEY }))
    assert.are.equal("whatsapp (direct, 127.0.0.1:8443)", tostring(whatsapp.new {
      access_token = KEY, base_url = "https://127.0.0.1:8443" }))
  end)
end)

describe("options of a sibling", function()
  local settings = read_with { phone_number_id = "1", timeout = 5 }

  it("go before the client's own", function()
    local sibling = config.with(settings, { phone_number_id = 2, rate = false })
    assert.are.same({ "2", 5, false, 10 },
      { sibling.phone_number_id, sibling.timeout, sibling.rate, settings.rate })
    local third = config.with(sibling, { timeout = 7 })
    assert.are.same({ "2", 7, false }, { third.phone_number_id, third.timeout, third.rate })
    assert.are.equal("1", config.with(settings, {}).phone_number_id)
  end)

  it("are not those of the connection", function()
    for _, name in ipairs { "api_key", "access_token", "connection", "base_url", "control_url",
                            "ca_file", "proxy", "user_agent", "allow_http" } do
      assert_refused(name, "make another client with whatsapp.new", config.with(settings, { [name] = KEY }))
    end
    assert_refused("timeot", "did you mean timeout?", config.with(settings, { timeot = 1 }))
    assert_refused("timeout", "seconds", config.with(settings, { timeout = "x" }))
    assert_refused(nil, "must be a table", config.with(settings, nil))
    assert_refused(nil, "must be a table", config.with(settings, "x"))
  end)
end)

describe("options of a call", function()
  local settings = read_with { phone_number_id = "1", timeout = 5 }

  it("go before the client's own", function()
    assert.are.equal(settings, config.for_call(settings, nil))
    local merged = config.for_call(settings, { retries = 0, phone_number_id = 12 })
    assert.are.same({ 0, "12", 5 }, { merged.retries, merged.phone_number_id, merged.timeout })
    assert.is_nil(merged.explicit_timeout)
    assert.are.equal(3, config.for_call(settings, { timeout = 3 }).explicit_timeout)
    assert.are.equal(4, config.for_call(settings, { deadline = 4 }).explicit_timeout)
  end)

  it("are checked, and are few", function()
    local function assert_invalid(field, words, merged, err)
      assert.is_nil(merged)
      assert.are.equal("invalid, " .. field, err.kind .. ", " .. err.field)
      assert.is_truthy(tostring(err):find(words, 1, true), tostring(err))
    end
    assert_invalid("options", "must be a table", config.for_call(settings, 5))
    assert_invalid("timeot", "did you mean timeout?", config.for_call(settings, { timeot = 5 }))
    assert_invalid("timeout", "seconds", config.for_call(settings, { timeout = "5" }))
    assert_invalid("phone_number_id", "is not an id", config.for_call(settings, { phone_number_id = "a/b" }))
    for _, name in ipairs { "api_key", "base_url", "rate", "pair_rate", "on_request", "loop", "proxy" } do
      assert_invalid(name, "", config.for_call(settings, { [name] = "x" }))
    end
  end)
end)
