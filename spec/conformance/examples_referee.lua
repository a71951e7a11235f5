-- The examples send nothing that Meta's description refuses.

local exceptions = require("spec.conformance.exceptions").examples
local files = require "spec.support.files"
local referee = require "spec.support.referee"
local sandbox = require "whatsapp.sandbox"

local ENVIRONMENT = "WHATSAPP_BASE_URL=%s WHATSAPP_ACCESS_TOKEN=x WHATSAPP_PHONE_NUMBER_ID=%s "
  .. "WHATSAPP_BUSINESS_ACCOUNT_ID=%s SANDBOX_LINK=%s WHATSAPP_CA_FILE=%s"

local function exception_of(example)
  local text = files.read(example)
  for _, exception in ipairs(exceptions) do
    if text:find(exception[2], 1, true) then return exception end
  end
end

describe("the example", function()
  local judge, elsewhere
  local seen = {}

  setup(function()
    judge = referee.start()
    elsewhere = assert(sandbox.start()) -- has a picture on somebody else's server
  end)
  teardown(function()
    judge:stop()
    elsewhere:stop()
  end)

  -- What it prints, and what the referee refuses of it.
  local function run(example)
    local before = #judge:report().violations
    local environment = ENVIRONMENT:format(judge.url, referee.PHONE_NUMBER, referee.BUSINESS_ACCOUNT,
      elsewhere.link, elsewhere.ca_file)
    local pipe = io.popen(("env %s timeout 60 %s %s 2>&1; echo status $?"):format(environment,
      os.getenv "LUA_BIN" or "lua5.4", example))
    local output = pipe:read "*a"
    pipe:close()
    local complaints, violations = {}, judge:report().violations
    for i = before + 1, #violations do
      local violation = violations[i]
      complaints[#complaints + 1] = ("%s %s: %s\n%s"):format(violation.method, violation.path,
        table.concat(violation.errs, "; "), violation.body)
    end
    return output, complaints
  end

  for _, example in ipairs(files.under("examples", "*.lua")) do
    local exception = exception_of(example)
    if exception then seen[exception] = true end
    if not exception then
      it(example, function()
        local output, complaints = run(example)
        assert.are.same({}, complaints)
        assert.is_truthy(output:find "status 0\n$", output)
      end)
    elseif exception.refused then
      it(example .. " is refused", function()
        local _, complaints = run(example)
        assert.is_truthy(complaints[1], "the exception is not needed")
      end)
    end
  end

  it("that is excepted exists", function()
    for _, exception in ipairs(exceptions) do
      assert.is_true(seen[exception], "no example needs the exception for " .. exception[2])
    end
  end)
end)
