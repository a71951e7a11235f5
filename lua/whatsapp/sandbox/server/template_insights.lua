--- What became of templates: comparisons and analytics, out of the messages accepted.

local answer = require "whatsapp.sandbox.server.answer"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local DAY = 24 * 60 * 60

local function refuse(message, ...)
  answer.refuse { code = 100, message = message:format(...) }
end

-- "[1,2]" or "1,2": ids of templates that are there.
local function ids_of(req)
  local ids = {}
  for id in (req.query.template_ids or ""):gmatch "%d+" do
    local node = state.nodes[id]
    if not node or node.kind ~= "template" then refuse("Param template_ids[%d] is no template", #ids) end
    ids[#ids + 1] = id
  end
  if #ids == 0 then refuse "The parameter template_ids is required." end
  return ids
end

local function span_of(req)
  local first, last = tonumber(req.query.start), tonumber(req.query["end"])
  if not (first and last and first < last) then refuse "The parameters start and end are required." end
  return first, last
end

local function sends_of(id)
  return state.nodes[id].sends or 0
end

local WINDOWS = { [7] = true, [30] = true, [60] = true, [90] = true }

--- GET /{template_id}/compare?template_ids=[]&start=&end=
function M.compare(req, template)
  local ids, first, last = ids_of(req), span_of(req)
  if #ids > 1 then refuse "Only two templates can be compared at a time." end
  if not WINDOWS[(last - first) / DAY] then refuse "The timeframe must be of 7, 30, 60 or 90 days." end
  table.insert(ids, 1, template.id)
  local sends, reasons = {}, {}
  for i, id in ipairs(ids) do
    sends[i] = { key = id, value = sends_of(id) }
    reasons[i] = { key = id, value = "UNKNOWN_BLOCK_REASON" }
  end
  return answer.ok { data = {
    { metric = "BLOCK_RATE", type = "RELATIVE", order_by_relative_metric = ids },
    { metric = "MESSAGE_SENDS", type = "NUMBER_VALUES", number_values = sends },
    { metric = "TOP_BLOCK_REASON", type = "STRING_VALUES", string_values = reasons },
  } }
end

--- GET /{business_account_id}/template_analytics?start=&end=&granularity=DAILY&template_ids=[]
function M.analytics(req)
  local ids, first, last = ids_of(req), span_of(req)
  if (req.query.granularity or ""):upper() ~= "DAILY" then refuse "Param granularity must be one of {DAILY}" end
  local points = {}
  for i, id in ipairs(ids) do
    points[i] = { template_id = id, start = first - first % DAY, ["end"] = last - last % DAY + DAY,
                  sent = sends_of(id), delivered = 0, read = 0 }
  end
  return answer.ok { data = { { granularity = "DAILY", product_type = "cloud_api", data_points = points } } }
end

return M
