-- The rows of the resources beside Meta's OpenAPI description of the operations they
-- name: META_OPENAPI is its file.

local exceptions = require "spec.conformance.exceptions"
local openapi = require "spec.support.openapi"

local function reasons()
  local found = {}
  for _, exception in ipairs(exceptions.description) do
    for i = 2, #exception do found[exception[i]] = exception[1] end
  end
  return found
end

describe("the resources", function()
  it("have every operation of Meta's description, as it is described", function()
    local path = openapi.path()
    if not path then
      if os.getenv "CI" == "true" then error "META_OPENAPI is not set, and CI compares" end
      return pending "META_OPENAPI is not set: nothing to compare with"
    end
    local description = openapi.read(path)
    local count = 0
    for _ in pairs(openapi.operations(description)) do count = count + 1 end
    assert.is_true(count >= 110, "only " .. count .. " operations in " .. path)
    local complaints = openapi.compare(description, openapi.rows(), reasons())
    assert.are.equal("", table.concat(complaints, "\n"))
  end)
end)

describe("the comparison", function()
  local description = {
    components = { schemas = { Code = { type = "object", required = { "code" }, properties = {
      code = { type = "string", minLength = 2, maxLength = 14 }, kind = { enum = { "PNG", "SVG" } },
      items = { type = "array", items = { type = "object", required = { "user" }, properties = { user = {} } } },
    } } } },
    paths = {
      ["/{Version}/{Phone-Number-ID}/codes"] = {
        parameters = { { name = "Version", ["in"] = "path" } },
        get = { operationId = "listCodes", parameters = { { name = "kind", ["in"] = "query", schema = {} } } },
        post = { operationId = "makeCode", requestBody = { content = {
          ["application/json"] = { schema = { ["$ref"] = "#/components/schemas/Code" } } } } },
      },
      ["/webhooks"] = { post = { operationId = "receive" } },
    },
  }

  local function rows(change)
    local user = { type = "string", required = true }
    local all = {
      list = { "GET", "{phone_number_id}/codes", operation = "listCodes", query = true, page = "data",
               fields = { kind = { type = "string" } } },
      make = { "POST", "{phone_number_id}/codes", operation = "makeCode", json = true, fields = {
        code = { type = "string", min = 2, max = 14, required = true },
        kind = { type = "string", one_of = { PNG = true, SVG = true } },
        items = { type = "list", of = { type = "table", fields = { user = user } } },
      } },
    }
    change(all, user)
    return { { name = "list", row = all.list }, { name = "make", row = all.make } }
  end

  local function complaints(change, exceptions_of)
    return table.concat(openapi.compare(description, rows(change), exceptions_of), "\n")
  end

  it("has nothing against rows that fit", function()
    assert.are.equal("", complaints(function() end))
  end)

  for complaint, change in pairs {
    ["makeCode: is missing"] = function(all) all.make.operation = "listCodes" end,
    ["make: Meta has no operation makeCodes"] = function(all) all.make.operation = "makeCodes" end,
    ["list: Meta has GET"] = function(all) all.list[1] = "POST" end,
    ["list: Meta has {phone_number_id}/codes"] = function(all) all.list[2] = "{phone_number_id}/code" end,
    ["make: Meta has {phone_number_id}/codes"] = function(all) all.make[2] = "{id}/codes" end,
    ["list.colour: Meta has no such field"] = function(all) all.list.fields.colour = { type = "any" } end,
    ["listCodes: no row has its parameter kind"] = function(all) all.list.fields = nil end,
    ["makeCode: no row has its field kind"] = function(all) all.make.fields.kind = nil end,
    ["make.color: Meta has no such field"] = function(all) all.make.always = { color = "red" } end,
    ["make.code: Meta requires it"] = function(all) all.make.fields.code.required = nil end,
    ["make.code: at most 15, Meta has 14"] = function(all) all.make.fields.code.max = 15 end,
    ["make.code: at most anything, Meta has 14"] = function(all) all.make.fields.code.max = nil end,
    ["make.code: at least 1, Meta has 2"] = function(all) all.make.fields.code.min = nil end,
    ["make.code: at least 3, Meta has 2"] = function(all) all.make.fields.code.min = 3 end,
    ["make.code: a number, Meta has a string"] = function(all) all.make.fields.code.type = "number" end,
    ["make.kind: any text, Meta has PNG SVG"] = function(all) all.make.fields.kind.one_of = nil end,
    ["make.colour: Meta has no such field"] = function(all)
      all.make.call, all.make.fields.colour = function() end, { type = "any" }
    end,
    ["make.kind: PNG, Meta has PNG SVG"] = function(all) all.make.fields.kind.one_of = { PNG = true } end,
    ["make.items[].user: Meta requires it"] = function(_, user) user.required = nil end,
    ["make.items[].name: Meta has no such field"] = function(all) all.make.fields.items.of.fields.name = {} end,
    ["make: Meta takes no multipart/form-data"] = function(all) all.make.json, all.make.parts = nil, true end,
  } do
    it("says: " .. complaint, function()
      local found = complaints(change)
      assert.is_truthy(("\n" .. found .. "\n"):find("\n" .. complaint .. "\n", 1, true), found)
      assert.is_nil(complaints(change, { [complaint] = "a reason" }):find(complaint, 1, true))
    end)
  end

  it("has something against an exception that nothing needs", function()
    assert.are.equal("the exception: make.x: y is not needed",
      complaints(function() end, { ["make.x: y"] = "a reason" }))
  end)
end)
