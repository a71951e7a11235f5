-- A template to everybody in a CSV file (name,phone,order; no quotes), and what became of each message.
-- Killed and started again it goes on: nobody gets a second one.
--
--   lua many.lua customers.csv customers.log
local whatsapp = require "whatsapp"

local here = arg[0]:match "^(.*)/" or "."
local wa = whatsapp.new()

-- The log: a line for each step, with the phone, the state, and the message's id or an error.
local log = arg[2] and assert(io.open(arg[2], "a+")) or io.tmpfile()
local known = {}
for phone, state, about in log:read("*a"):gmatch "([^\t\n]+)\t(%a+)\t([^\n]*)\n" do
  known[phone] = { state = state, about = about }
end
log:setvbuf "line"

local function note(phone, state, about)
  about = tostring(about or ""):gsub("%s", " ")
  known[phone] = { state = state, about = about }
  assert(log:write(phone, "\t", state, "\t", about, "\n"))
end

local function send(customer)
  note(customer.phone, "sending")                      -- and no more than that, if it is killed here
  local sent, err = wa:send { to = customer.phone, template = { name = "order_confirmation", language = "en_US",
    body = { customer.name, customer.order } } }
  if sent then return note(customer.phone, "sent", sent.id) end
  note(customer.phone, err.outcome == "unknown" and "sending" or "failed", err)
end

local function follow(phone)
  local delivery, err = wa.messages:wait(known[phone].about, "delivered", { timeout = 30 })
  if delivery then return note(phone, delivery.status) end
  if err.state == "failed" then note(phone, "failed", err) end         -- else nobody knows yet: the next run asks again
end

local customers = {}
for line in io.lines(arg[1] or here .. "/files/customers.csv") do
  local name, phone, order = line:match "^([^,]+),([^,]+),([^,\r]+)"
  if phone and phone ~= "phone" then customers[#customers + 1] = { name = name, phone = phone, order = order } end
end

-- Pace and retries are the client's business.
whatsapp.parallel(10, customers, function(customer)
  local phone = customer.phone
  if not known[phone] or known[phone].state == "failed" then send(customer) end
  if known[phone].state == "sent" then follow(phone) end
end)

for _, customer in ipairs(customers) do                -- "sending": nobody knows, ask the customer
  local now = known[customer.phone]
  print(customer.name, now.state, now.about)
end
