--- Runs the contenders in turn, round after round, and prints their medians.
--
--   report.lua URL DIRECTORY [--quick]        (called by bench/run)

local url, dir, option = arg[1], arg[2], arg[3]

local IN_FLIGHT = 100
local MEGABYTE = 1000 * 1000

local size = option == "--quick"
  and { rounds = 2, turn = 500, flight = 2000, starts = 5, megabytes = 10, growth = 2000, bodies = 10000 }
  or { rounds = 9, turn = 3000, flight = 10000, starts = 20, megabytes = 100, growth = 10000, bodies = 50000 }

-- Commands --------------------------------------------------------------------

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("*a")
  pipe:close()
  return text
end

local function read_file(path)
  local file = io.open(path, "rb")
  local text = file and file:read("*a")
  if file then file:close() end
  return text
end

local function installed(program)
  return capture("command -v " .. program) ~= ""
end

local places = {
  url = url, dir = dir, send = url .. "/v23.0/106540352242922/messages",
  media = url .. "/v23.0/106540352242922/media", ca = dir .. "/server.pem",
  same = ("%s/headers %s/body"):format(dir, dir), file = dir .. "/upload.pdf",
}

-- Runs for a minute at most; the numbers that it printed, none if it failed.
local function numbers(command)
  local line = command:gsub("{(%l+)}", places)
  local found = {}
  for number in capture("timeout 60 " .. line):gmatch("%S+") do
    found[#found + 1] = tonumber(number)
  end
  return found
end

-- Measuring -------------------------------------------------------------------

-- The median, the least and the greatest.
local function summary(values)
  local sorted = {}
  for i, value in ipairs(values) do sorted[i] = value end
  table.sort(sorted)
  local low, high = math.floor((#sorted + 1) / 2), math.ceil((#sorted + 1) / 2)
  return (sorted[low] + sorted[high]) / 2, sorted[1], sorted[#sorted]
end

-- Each contender once per round, each round begun by another one. Fills in
-- `values`, one list by round for each number that `measure` returns.
local function compete(contenders, rounds, measure)
  for round = 1, rounds do
    for i = 1, #contenders do
      local contender = contenders[(i + round) % #contenders + 1]
      contender.values = contender.values or {}
      for k, value in ipairs(measure(contender)) do
        contender.values[k] = contender.values[k] or {}
        table.insert(contender.values[k], value)
      end
    end
  end
end

local function middle_of(contender, k)
  local values = contender.values[k or 1]
  return values and (summary(values))
end

-- What one contender's number is of another's, round by round.
local function ratios(contender, ceiling)
  local found, base = {}, ceiling.values[1]
  for round, value in ipairs(contender.values[1] or {}) do
    found[round] = base[round] and value / base[round]
  end
  return found
end

-- Printing --------------------------------------------------------------------

local function print_line(...)
  print((("%-36s %10s %9s %15s  %s"):format(...):gsub("%s+$", "")))
end

local function print_head(title, ...)
  print()
  print_line(title, ...)
end

local function print_ratio(contender, ceiling, shown)
  local value = middle_of(contender)
  local found = value and ratios(contender, ceiling)
  if not found or #found == 0 then
    return print_line("  " .. contender.name, "failed", "", "", "")
  end
  local middle, least, greatest = summary(found)
  print_line("  " .. contender.name, shown(value), ("%.2f"):format(middle),
    ("%.2f to %.2f"):format(least, greatest), contender.aim or "")
end

local function whole(value)
  return ("%.0f"):format(value)
end

local function milliseconds(seconds)
  return ("%.1f"):format(seconds * 1000)
end

local function megabytes(kilobytes)
  return ("%.2f"):format(kilobytes / 1024)
end

-- The contenders --------------------------------------------------------------

-- The client, in every Lua that it is built for.
local function our_clients()
  local found = {}
  for _, lua in ipairs { { "lua5.4", "5.4" }, { "luajit", "jit" } } do
    local program, build = lua[1], lua[2]
    local core = ("build/%s/whatsapp/core.so"):format(build)
    if installed(program) and read_file(core) then
      local run = ("env LUA_PATH='lua/?.lua;lua/?/init.lua;;' LUA_CPATH='build/%s/?.so;;' %s "):format(build,
        program)
      found[#found + 1] = { name = "whatsapp, " .. program, program = program,
        command = run .. "bench/send.lua ", webhook = run .. "bench/webhook.lua " }
    else
      print(("notice: no %s, or no %s (make LUA=%s)"):format(program, core, build))
    end
  end
  return found
end

local function add_if(list, program, contender, check)
  if installed(program) and (not check or os.execute(check)) then
    list[#list + 1] = contender
  else
    print("notice: left out, not installed: " .. contender.name)
  end
end

local function add_clients(list, clients, arguments, aim)
  for _, client in ipairs(clients) do
    list[#list + 1] = { name = client.name, command = client.command .. arguments, aim = aim }
  end
end

-- `share` is how much of the work a slow contender does.
local function sends_in_turn(clients)
  local list = { { name = "C, libcurl", command = "{dir}/loop {send} {ca} {same} {count}" } }
  add_clients(list, clients, "many {url} {ca} {count}", ">= 0.95")
  add_if(list, "lua5.4", { name = "Lua-cURL", command =
    "lua5.4 bench/send_lcurl.lua {send} {ca} {same} {count}" },
    "lua5.4 -e 'require \"cURL\"' 2>/dev/null")
  add_if(list, "node", { name = "node, fetch (HTTP/1.1)", share = 0.5, command =
    "env NODE_EXTRA_CA_CERTS={ca} node bench/send.mjs {send} {same} {count}" })
  for _, how in ipairs { "http.client", "urllib" } do
    add_if(list, "python3", { name = "python3, " .. how .. " (HTTP/1.1)",
      share = how == "urllib" and 0.05 or 0.5,
      command = ("python3 bench/send.py %s {send} {ca} {same} {count}"):format(how) })
  end
  return list
end

local function sends_in_flight(clients)
  local list = {}
  for _, connections in ipairs { 1, 2, 4 } do
    list[#list + 1] = { ceiling = true, name = "C, libcurl, connections: " .. connections,
      command = ("{dir}/loop {send} {ca} {same} {count} %d %d"):format(IN_FLIGHT, connections) }
  end
  add_clients(list, clients, "many {url} {ca} {count} " .. IN_FLIGHT, ">= 0.9")
  add_if(list, "node", { name = "node, fetch (HTTP/1.1)", share = 0.5, command =
    "env NODE_EXTRA_CA_CERTS={ca} node bench/send.mjs {send} {same} {count} " .. IN_FLIGHT })
  return list
end

-- The sections ----------------------------------------------------------------

-- The client's own headers and body, for everybody else to send.
local function agree_on_bytes(clients)
  numbers(clients[1].command .. "once {url}/seen {ca}")
  for _, part in ipairs { "headers", "body" } do
    os.execute(("curl -sSf --cacert %s -o %s/%s %s/seen/%s"):format(
      places.ca, dir, part, url, part))
  end
  local body = assert(read_file(dir .. "/body"), "the client did not send")
  print(("\nEvery send is a POST of %d bytes of JSON, with the client's headers:"):format(#body))
  print("  " .. read_file(dir .. "/headers"):gsub("\n$", ""):gsub("\n", "\n  "))
end

local function compare_sends(title, list, count)
  compete(list, size.rounds, function(contender)
    local sends = math.floor(count * (contender.share or 1))
    local seconds = numbers((contender.command:gsub("{count}", sends)))[1]
    return { seconds and sends / seconds }
  end)
  local best = list[1]
  for _, contender in ipairs(list) do
    if contender.ceiling and middle_of(contender) > middle_of(best) then best = contender end
  end
  print_head(title, "sends/s", "to C", "over the rounds", "aim")
  for _, contender in ipairs(list) do print_ratio(contender, best, whole) end
end

local function compare_starts(clients)
  local curl = { name = "curl", command = "curl -sS --cacert {ca} -H @{dir}/headers "
    .. "--data-binary @{dir}/body {send}" }
  local list = { curl, { name = "C, libcurl", command = "{dir}/loop {send} {ca} {same} 0" } }
  add_clients(list, clients, "once {url} {ca}", "<= 2")
  compete(list, size.starts, function(contender)
    return numbers("{dir}/measure " .. contender.command)
  end)
  print_head("One send, process start to end", "ms", "to curl", "over the rounds", "aim")
  for _, contender in ipairs(list) do print_ratio(contender, curl, milliseconds) end
  return list
end

-- Each Lua has a ceiling of its own: what no parser can leave out.
local function compare_webhooks(clients)
  local list, ceilings = {}, {}
  for _, client in ipairs(clients) do
    local ceiling = { name = "HMAC, cjson.decode, " .. client.program, command = client.webhook .. "bare {count}" }
    local parser = { name = client.name, command = client.webhook .. "parse {count}", aim = ">= 0.5" }
    local bot = { name = client.name .. ", a bot", command = client.webhook .. "bot {count}" }
    for _, one in ipairs { ceiling, parser, bot } do
      list[#list + 1], ceilings[one] = one, ceiling
    end
  end
  local folder = os.getenv "WHATSAPP_API_JS" or ""
  add_if(list, "node", { name = "node, whatsapp-api-js",
    command = ("node bench/webhook.mjs '%s' {count}"):format(folder) },
    ("test -f '%s/lib/index.js'"):format(folder))
  compete(list, size.rounds, function(contender)
    local seconds = numbers((contender.command:gsub("{count}", size.bodies)))[1]
    return { seconds and size.bodies / seconds }
  end)
  print_head("Webhook bodies verified and parsed", "bodies/s", "to HMAC", "over the rounds", "aim")
  for _, contender in ipairs(list) do
    print_ratio(contender, ceilings[contender] or ceilings[list[#clients * 3]], whole)
  end
end

local function make_upload()
  local file = assert(io.open(places.file, "wb"))
  local megabyte = ("%PDF 0123456789\n"):rep(MEGABYTE / 16)
  for _ = 1, size.megabytes do file:write(megabyte) end
  file:close()
end

local function compare_uploads(clients)
  make_upload()
  local curl = { name = "curl", command = "curl -sS --cacert {ca} -H 'Authorization: Bearer x' "
    .. "-F 'file=@{file};type=application/pdf' -F type=application/pdf "
    .. "-F messaging_product=whatsapp {media}" }
  local list = { curl }
  add_clients(list, clients, "upload {url} {ca} {file}", ">= 0.95")
  compete(list, size.rounds, function(contender)
    local found = numbers("{dir}/measure " .. contender.command)
    return { found[1] and size.megabytes / found[1], found[2] }
  end)
  print_head(("Upload of %d MB"):format(size.megabytes), "MB/s", "to curl", "over the rounds",
    "aim")
  for _, contender in ipairs(list) do print_ratio(contender, curl, whole) end
  return list
end

-- Most memory held: by one send, by the upload.
local function show_memory(starts, uploads)
  print_head("Most memory held, MB", "one send", "upload", "more", "aim")
  for _, upload in ipairs(uploads) do
    for _, start in ipairs(starts) do
      local base, peak = middle_of(start, 2), middle_of(upload, 2)
      if start.name == upload.name and base and peak then
        print_line("  " .. upload.name, megabytes(base), megabytes(peak), megabytes(peak - base),
          upload.aim and "<= 2" or "")
      end
    end
  end
end

local function show_growth(clients)
  print_head(("%d sends, %d in flight"):format(size.growth, IN_FLIGHT), "MB at 1/5", "at the end",
    "more", "aim")
  for _, client in ipairs(clients) do
    local found = numbers(("%s growth {url} {ca} %d %d"):format(
      client.command, size.growth, IN_FLIGHT))
    local early, late = found[1], found[2]
    if late then
      print_line("  " .. client.name, megabytes(early), megabytes(late),
        megabytes(late - early), "none")
    else
      print_line("  " .. client.name, "failed", "", "", "")
    end
  end
end

local function show_machine()
  local function first(command) return (capture(command .. " 2>&1"):match("[^\n]*")) end
  print(("%s core(s), %s"):format(first "nproc",
    (read_file "/proc/cpuinfo" or ""):match("model name%s*: ([^\n]*)") or first "uname -m"))
  local tools = { first("curl --version"):match("libcurl/%S+ %S+"), first "nginx -v" }
  for _, command in ipairs { "lua5.4 -v", "luajit -v", "node --version", "python3 --version" } do
    local program = command:match "%S+"
    local version = installed(program) and first(command):match "%d+%.[%w%.%-]*%w"
    if version then tools[#tools + 1] = program .. " " .. version end
  end
  print(table.concat(tools, "; "))
  print(("%d rounds; medians; a ratio is the median of the rounds' ratios"):format(size.rounds))
end

local function main()
  show_machine()
  local clients = our_clients()
  assert(#clients > 0, "build the client first: make")
  agree_on_bytes(clients)
  compare_sends("Sends, one after the other", sends_in_turn(clients), size.turn)
  compare_sends(("Sends, %d in flight"):format(IN_FLIGHT), sends_in_flight(clients), size.flight)
  local starts = compare_starts(clients)
  show_memory(starts, compare_uploads(clients))
  show_growth(clients)
  compare_webhooks(clients)
end

main()
