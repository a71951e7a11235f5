--- Runs the contenders in turn, round after round, each in a fresh nginx, and
--- prints their medians.
--
--   report.lua DIRECTORY PORT RESTY [--quick]        (called by run)

local dir, port, resty, option = arg[1], arg[2], arg[3], arg[4]

local size = option == "--quick" and { rounds = 2, seconds = 1.5 } or { rounds = 5, seconds = 4 }

local CLIENTS, COLD = 64, 300
local NANO = 1e-9

local contenders = {
  { name = "whatsapp", uri = "ours" },
  resty ~= "" and { name = "lua-resty-http (HTTP/1.1)", uri = "resty" } or
    { name = "plain cosockets (HTTP/1.1)", uri = "cosocket" },
  { name = "blocking: loop = native", uri = "native", cold = 20 },
}

-- The system --------------------------------------------------------------------

local function read(name)
  local file = io.open(name, "rb")
  local text = file and file:read "*a"
  if file then file:close() end
  return text
end

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

local function wait_for(what, found)
  for _ = 1, 500 do
    local value = found()
    if value then return value end
    os.execute "sleep 0.02"
  end
  error("bench: waited in vain for " .. what .. "\n" .. (read(dir .. "/worker.log") or ""))
end

-- The process id of the one worker of a fresh nginx.
local function start()
  os.execute(("timeout 120 nginx -p %s -c worker.conf -e worker.log &"):format(dir))
  local master = wait_for("nginx", function()
    return (read(dir .. "/worker.pid") or ""):match "%d+"
  end)
  return wait_for("its worker", function()
    return (read(("/proc/%s/task/%s/children"):format(master, master)) or ""):match "%d+"
  end)
end

local function stop()
  os.execute(("kill -QUIT $(cat %s/worker.pid)"):format(dir))
  wait_for("nginx's end", function() return not read(dir .. "/worker.pid") end)
end

local function load_command(uri, connections, seconds, count, pause)
  return ("%s/load %s %s %d %g %d %g"):format(dir, port, uri, connections, seconds, count or 0,
    pause or 0)
end

local function numbers(text)
  local found = {}
  for number in text:gmatch "%S+" do found[#found + 1] = tonumber(number) end
  return { rate = found[1], failed = found[2], median = found[3], p99 = found[4], wall = found[5] }
end

-- Seconds of processor time: of the event loop, of all threads; and for how long the
-- event loop could have run, but others had the processors.
local function cpu(pid)
  local all, loop, waited = 0, nil, nil
  for task in capture(("ls /proc/%s/task"):format(pid)):gmatch "%d+" do
    local ran, kept = (read(("/proc/%s/task/%s/schedstat"):format(pid, task)) or ""):match "(%d+) (%d+)"
    if ran then all = all + ran * NANO end
    if task == pid then loop, waited = ran * NANO, kept * NANO end
  end
  return loop, all, waited
end

-- Measuring ---------------------------------------------------------------------

local function under_load(contender, pid)
  numbers(capture(load_command("/" .. contender.uri, CLIENTS, 0.5)))
  local alone = numbers(capture(load_command("/ping", 1, size.seconds / 4, 0, 5)))
  local loop, all, waited = cpu(pid)
  local out = dir .. "/ping"
  local both = ("%s >%s & %s; wait"):format(load_command("/ping", 1, size.seconds, 0, 5), out,
    load_command("/" .. contender.uri, CLIENTS, size.seconds))
  local found, ping = numbers(capture(both)), numbers(read(out))
  local loop_after, all_after, waited_after = cpu(pid)
  local wall, sends = found.wall, found.rate * found.wall
  return { rate = found.rate, failed = found.failed, p99 = found.p99, ping = ping.p99,
           alone = alone.p99, each = (loop_after - loop) / sends * 1e6,
           loop = (loop_after - loop) / wall, all = (all_after - all) / wall,
           waited = (waited_after - waited) / wall }
end

local function measure(contender)
  local pid = start()
  local cold_sends = contender.cold or COLD
  local cold = numbers(capture(load_command("/slow/" .. contender.uri, cold_sends, 30, cold_sends)))
  local found = under_load(contender, pid)
  found.cold, found.failed = cold.wall, found.failed + cold.failed
  stop()
  return found
end

local function median(values)
  table.sort(values)
  local low, high = math.floor((#values + 1) / 2), math.ceil((#values + 1) / 2)
  return (values[low] + values[high]) / 2
end

-- The median of one number; of its ratios to another contender's, round by round.
local function middle(contender, key, base)
  local values = {}
  for round, found in ipairs(contender.rounds) do
    values[round] = found[key] / (base and base.rounds[round][key] or 1)
  end
  return median(values)
end

-- Printing ----------------------------------------------------------------------

local ROWS = {
  { key = "rate", title = "sends/s", format = "%.0f", aim = ">= 1" },
  { key = "loop", title = "event loop, CPU %", format = "%.0f", scale = 100, aim = "<= 0.5" },
  { key = "each", title = "event loop, us a send", format = "%.1f", aim = "<= 0.5" },
  { key = "all", title = "all threads, CPU %", format = "%.0f", scale = 100 },
  { key = "p99", title = "p99 of a send, ms", format = "%.1f" },
  { key = "ping", title = "p99 of /ping, ms", format = "%.1f", aim = "<= 3 ms" },
  { key = "alone", title = "the same without sends", format = "%.1f" },
  { key = "waited", title = "kept from a CPU, %", format = "%.0f", scale = 100 },
  { key = "cold", title = "wall of cold sends, s", format = "%.2f" },
}

local function print_table()
  local ours, other = contenders[1], contenders[2]
  local line = { ("%-24s"):format(("%d clients"):format(CLIENTS)) }
  for _, contender in ipairs(contenders) do line[#line + 1] = ("%28s"):format(contender.name) end
  print(table.concat(line) .. "   1st to 2nd   aim")
  for _, row in ipairs(ROWS) do
    line = { ("%-24s"):format(row.title) }
    for _, contender in ipairs(contenders) do
      local shown = row.format:format(middle(contender, row.key) * (row.scale or 1))
      if row.key == "cold" then shown = ("%s (%d)"):format(shown, contender.cold or COLD) end
      line[#line + 1] = ("%28s"):format(shown)
    end
    print((("%s   %10.2f   %s"):format(table.concat(line), middle(ours, row.key, other),
      row.aim or ""):gsub("%s+$", "")))
  end
  for _, contender in ipairs(contenders) do
    local failed = 0
    for _, found in ipairs(contender.rounds) do failed = failed + found.failed end
    if failed > 0 then print(("%s: %d sends failed"):format(contender.name, failed)) end
  end
end

if resty == "" then
  print "notice: no RESTY_HTTP_DIR, so a plain cosocket client stands in for lua-resty-http"
end
print(("%d rounds of %g s; medians; a ratio is the median of the rounds' ratios\n"):format(
  size.rounds, size.seconds))
wait_for("the upstream", function() return read(dir .. "/upstream.pid") end)
for round = 1, size.rounds do
  for i = 1, #contenders do
    local contender = contenders[(i + round) % #contenders + 1]
    contender.rounds = contender.rounds or {}
    contender.rounds[round] = measure(contender)
  end
end
print_table()
