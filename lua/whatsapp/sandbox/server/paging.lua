--- Lists, one page at a time: `?limit=&after=&before=`.

local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local DEFAULT_LIMIT, MAX_LIMIT = 25, 100

-- A cursor is the place of an object in the order of all that were ever added, in
-- Graph's own sort of base64: what is gone meanwhile moves nothing else.
local escapes = { Z = "ZA", ["+"] = "ZB", ["/"] = "ZC", ["="] = "ZD" }
local characters = { ZA = "Z", ZB = "+", ZC = "/", ZD = "=" }

--- The cursor that stands for an object.
---@param object { serial: integer }
---@return string
function M.cursor(object)
  return (ngx.encode_base64(tostring(object.serial)):gsub("[Z+/=]", escapes))
end

local function from_cursor(text)
  if not text or text == "" then return nil end
  return tonumber(ngx.decode_base64((text:gsub("Z%u", characters))))
    or answer.refuse { code = 100, message = "Invalid cursors values" }
end

-- More than the largest page is answered with the largest page.
local function limit_of(req)
  local text = req.query.limit
  local limit = tonumber(text or DEFAULT_LIMIT)
  if not limit or limit < 1 or limit % 1 ~= 0 then
    answer.refuse { code = 100,
      message = ("Param limit must be a positive integer, not %s"):format(text) }
  end
  return math.min(limit, MAX_LIMIT)
end

-- The places of the first and the last object of the page.
local function range(objects, limit, after, before)
  if before and not after then
    local last = #objects
    while last > 0 and objects[last].serial >= before do last = last - 1 end
    return math.max(1, last - limit + 1), last
  end
  local first = 1
  while after and objects[first] and objects[first].serial <= after do first = first + 1 end
  return first, math.min(#objects, first + limit - 1)
end

-- Graph's links lead to Graph itself, the sandbox's own, not to where the request came through.
local function link(req, name, cursor, limit)
  local query = { limit = limit, [name] = cursor }
  for key, value in pairs(req.query) do
    if key ~= "after" and key ~= "before" and key ~= "access_token" then
      query[key] = query[key] or value
    end
  end
  local path = req.path:gsub("^/whatsapp%-business", "")
  return state.settings.graph_url .. path .. "?" .. ngx.encode_args(query)
end

--- Answers with one page of a list.
---@param req table
---@param objects table[]  in the order of their `serial`
---@param choose fun(object: table): table  what is shown of each
---@return table response
function M.answer(req, objects, choose)
  local limit = limit_of(req)
  local first, last = range(objects, limit, from_cursor(req.query.after),
    from_cursor(req.query.before))
  local data, paging = json.array {}, nil
  for i = first, last do data[#data + 1] = choose(objects[i]) end
  if #data > 0 then
    local before, after = M.cursor(objects[first]), M.cursor(objects[last])
    paging = {
      cursors = { before = before, after = after },
      previous = first > 1 and link(req, "before", before, limit) or nil,
      next = last < #objects and link(req, "after", after, limit) or nil,
    }
  end
  return answer.ok { data = data, paging = paging }
end

return M
