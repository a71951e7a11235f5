--- What is due when: names with times, of which the earliest is had at once.
--
-- A heap that a name is in once, as a rule. A time that moves back only changes
-- the table of times: the entry is mended when it comes up. So a name whose time
-- moves with every event costs no entry each. The three containers may be plain
-- tables or anything that is indexed like them.

local answers = require "whatsapp.store.answers"

local Agenda = {}
Agenda.__index = Agenda

local M = {}

--- An agenda.
---@param times? table name → time
---@param entries? table name → time of its entry in the heap
---@param heap? table 1, 2, …: { time, name }; and n
---@return table agenda
function M.new(times, entries, heap)
  return setmetatable({ times = times or {}, entries = entries or {}, heap = heap or { n = 0 } }, Agenda)
end

local function push(self, time, name)
  local heap = self.heap
  local i = heap.n + 1
  heap.n = i
  while i > 1 do
    local parent = (i - i % 2) / 2
    local above = heap[parent]
    if above[1] <= time then break end
    heap[i] = above
    i = parent
  end
  heap[i] = { time, name }
  self.entries[name] = time
end

local function pop(self)
  local heap = self.heap
  local n = heap.n
  local top, last = heap[1], heap[n]
  heap[n] = nil
  heap.n = n - 1
  n = n - 1
  if n == 0 then return top end
  local i = 1
  while 2 * i <= n do
    local child = 2 * i
    local below = heap[child]
    if child < n then
      local other = heap[child + 1]
      if other[1] < below[1] then child, below = child + 1, other end
    end
    if last[1] <= below[1] then break end
    heap[i] = below
    i = child
  end
  heap[i] = last
  return top
end

--- Gives a name its time, or none.
---@param name string
---@param time number|nil
function Agenda:set(name, time)
  self.times[name] = time
  local entry = self.entries[name]
  if time and (not entry or time < entry) then push(self, time, name) end
end

--- The earliest name and its time, nothing when there is none.
---@return string|nil name
---@return number|nil time
function Agenda:first()
  local heap = self.heap
  while heap.n > 0 do
    local top = heap[1]
    local name, time = top[2], self.times[top[2]]
    if time == top[1] then return name, time end
    pop(self)
    if self.entries[name] == top[1] then
      self.entries[name] = nil
      if time then push(self, time, name) end
    end
  end
end

--- Takes out the earliest name, when its time has come.
---@param now number
---@return string|nil name
---@return number|nil time
function Agenda:take(now)
  local name, time = self:first()
  if not name or time > now then return nil end
  pop(self)
  self.entries[name], self.times[name] = nil, nil
  return name, time
end

--- The names whose time has come, earliest first; they stay.
---@param now number
---@param limit integer
---@return string[] names
---@return number|nil seconds until the time of the next
function Agenda:due(now, limit)
  local names, times = {}, {}
  while #names < limit do
    local name, time = self:take(now)
    if not name then break end
    names[#names + 1], times[#times + 1] = name, time
  end
  local _, next_time = self:first()
  for i, name in ipairs(names) do self:set(name, times[i]) end
  return names, answers.wait(next_time, now)
end

return M
