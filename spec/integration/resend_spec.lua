-- No customer gets a message twice. libcurl by itself sends a request again
-- when a connection that it reused turns out to be dead; the servers here read
-- the second request of a connection to its end, count it, and end the
-- connection. An ordinary libcurl program is counted once more on the next one.

local whatsapp = require "whatsapp"

local server = require "spec.support.server"

local function client(base_url, ca_file)
  return whatsapp.new { access_token = "token", phone_number_id = "106540352242922",
    base_url = base_url, ca_file = ca_file, rate = false, retries = 3, timeout = 10 }
end

local function message(text)
  return { to = "+15551234567", text = text }
end

-- The second request of a connection.
local seconds = {
  JSON = function(wa) return wa:send(message "second") end,
  multipart = function(wa)
    return wa.media:upload { data = ("x"):rep(9000), type = "image/png", filename = "a.png" }
  end,
}

-- `counted()` tells how many requests the server has read to their end.
local function assert_sent_once(wa, second, counted)
  assert(wa:send(message "first"))
  assert.are.equal(1, counted())
  local value, err = second(wa)
  assert.is_nil(value)
  assert.are.equal("network, unknown", ("%s, %s"):format(err.kind, err.outcome), tostring(err))
  assert.are.equal(2, counted())
end

describe("over plain HTTP/1.1", function()
  local faults

  before_each(function() faults = server.start_fault_server() end)
  after_each(function() faults:stop() end)

  for name, second in pairs(seconds) do
    it(name .. " on a dropped connection goes out once", function()
      assert_sent_once(client(faults.url .. "/drop-reused"), second, function()
        return faults:count "drop-reused"
      end)
      assert.are.equal(2, faults:log("drop-reused")[2].nth)
    end)

    it(name .. " on a reset connection goes out once", function()
      assert_sent_once(client(faults.url .. "/reset-reused"), second, function()
        return #faults:log "reset-reused"
      end)
    end)
  end

  it("none of many in flight goes out twice", function()
    local wa, texts = client(faults.url .. "/drop-reused"), {}
    for i = 1, 24 do texts[i] = ("message %d."):format(i) end
    local results, errors = whatsapp.parallel(4, texts, function(text)
      return wa:send(message(text))
    end)

    local failed = 0
    for i = 1, #texts do
      if errors[i] then
        failed = failed + 1
        assert.are.equal("unknown", errors[i].outcome)
      else
        assert.is_string(results[i].id)
      end
    end
    assert.is_true(failed > 0)
    for _, text in ipairs(texts) do
      local times = 0
      for _, request in ipairs(faults:log "drop-reused") do
        if request.body:find(text, 1, true) then times = times + 1 end
      end
      assert.are.equal(1, times, text)
    end
  end)
end)

describe("over TLS", function()
  local tls

  before_each(function() tls = server.start_nginx() end)
  after_each(function() tls:stop() end)

  for protocol, name in pairs { ["HTTP/1.1"] = "http1", ["HTTP/2"] = "good" } do
    for _, deed in ipairs { "drop", "die", "reset" } do
      for body, second in pairs(seconds) do
        it(("and %s, %s goes out once when the server does %s"):format(protocol, body, deed),
          function()
            local place = deed .. "-reused"
            assert_sent_once(client(tls.url[name] .. "/" .. place, tls.ca_file), second,
              function() return tls:count(place) end)
          end)
      end
    end
  end
end)
