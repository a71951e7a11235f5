--- How a Flow's endpoint did: what was asked of it here, as Meta's Metrics API has it.
-- Meta's page: "Metrics API".

local answer = require "whatsapp.sandbox.server.answer"
local json = require "whatsapp.json"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local KEPT = 10000
local HOUR, DAY = 60 * 60, 24 * 60 * 60

-- Meta's days begin at eight.
local PERIODS = { HOUR = { HOUR, 0 }, DAY = { DAY, 8 * HOUR } }

--- Keeps what a request came to.
---@param flow table
---@param status integer|nil nil where there was no answer
---@param seconds number
---@param timed_out? boolean
function M.record(flow, status, seconds, timed_out)
  flow.requests = flow.requests or json.array {}
  if #flow.requests >= KEPT then table.remove(flow.requests, 1) end
  table.insert(flow.requests, { time = state.now(), status = status, seconds = seconds, timed_out = timed_out })
end

-- Why a request failed, in Meta's words; nil for one that did not.
local function error_of(request)
  if request.timed_out then return "timeout_error" end
  if not request.status then return "no_http_response_error" end
  if request.status ~= 200 and request.status ~= 427 then return "unexpected_http_status_code" end
end

local function latency_of(request)
  local seconds = math.max(1, math.ceil(request.seconds))
  return seconds > 10 and "10+" or tostring(seconds)
end

-- Counts by a word each, in the order of the words.
local function counted(requests, word_of)
  local counts, list = {}, json.array {}
  for _, request in ipairs(requests) do
    local word = word_of(request)
    if word then counts[word] = (counts[word] or 0) + 1 end
  end
  for word, count in pairs(counts) do list[#list + 1] = { key = word, value = count } end
  table.sort(list, function(a, b) return (tonumber(a.key) or 11) < (tonumber(b.key) or 11) or a.key < b.key end)
  return list
end

local function value(number) return json.array { { key = "value", value = number } } end

local function errors_in(requests)
  local count = 0
  for _, request in ipairs(requests) do if error_of(request) then count = count + 1 end end
  return count
end

local metrics = {
  ENDPOINT_REQUEST_COUNT = function(requests) return value(#requests) end,
  ENDPOINT_REQUEST_ERROR = function(requests) return counted(requests, error_of) end,
  ENDPOINT_REQUEST_ERROR_RATE = function(requests) return value(errors_in(requests) / #requests) end,
  ENDPOINT_REQUEST_LATENCY_SECONDS_CEIL = function(requests) return counted(requests, latency_of) end,
  ENDPOINT_AVAILABILITY = function(requests)
    local failed = errors_in(requests)
    return json.array { { key = "succeeded", value = #requests - failed }, { key = "failed", value = failed } }
  end,
}

local function time_of(day)
  local year, month, date = (day or ""):match "^(%d%d%d%d)%-(%d%d)%-(%d%d)$"
  if not year then return nil end
  -- Seconds since 1970 of a day in UTC.
  local noon = os.time { year = tonumber(year), month = tonumber(month), day = tonumber(date), hour = 12 }
  return noon - noon % DAY
end

-- The requests of each period, the oldest first.
local function periods_of(requests, granularity, from, to)
  local list, by_start = {}, {}
  for _, request in ipairs(requests) do
    local size, offset = unpack(PERIODS[granularity] or { math.huge, 0 })
    local start = granularity == "LIFETIME" and requests[1].time or request.time - (request.time - offset) % size
    if request.time >= (from or 0) and request.time < (to and to + DAY or math.huge) then
      if not by_start[start] then
        by_start[start] = { start = start }
        list[#list + 1] = by_start[start]
      end
      table.insert(by_start[start], request)
    end
  end
  return list
end

--- What `metric.name(…).granularity(…).since(…).until(…)` asks for. Meta has nothing
--- to say below 250 requests; here the first is enough.
---@param flow table
---@param asked string the fields of the query
---@return table metric
function M.of(flow, asked)
  local function given(name) return asked:match("%." .. name .. "%(([^)]*)%)") end
  local name, granularity = given "name" or "", given "granularity" or "DAY"
  params.one_of(granularity, "granularity", { "DAY", "HOUR", "LIFETIME" })
  if not metrics[name] then params.refuse("name", "the name of a metric") end
  if not (flow.requests and flow.requests[1]) then
    answer.refuse { code = 139006, message = "The flow has fewer than 250 requests: there are no metrics yet." }
  end
  local points = json.array {}
  for i, period in ipairs(periods_of(flow.requests, granularity, time_of(given "since"), time_of(given "until"))) do
    points[i] = { timestamp = os.date("!%Y-%m-%dT%H:%M:%S+0000", period.start), data = metrics[name](period) }
  end
  return { name = name, granularity = granularity, data_points = points }
end

return M
