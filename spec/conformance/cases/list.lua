local ONE = { id = "p1", title = "Product 1", description = "First" }
local TWO = { id = "p2", title = "Product 2" }

local function list(more)
  more.body = more.body or "Choose"
  more.button = more.button or "View options"
  return { list = more }
end

local function rows(n)
  local all = {}
  for i = 1, n do all[i] = { id = "row" .. i, title = "Row " .. i } end
  return all
end

local function sections(n)
  local all = {}
  for i = 1, n do all[i] = { title = "Section " .. i, { id = "row" .. i, title = "Row" } } end
  return all
end

local function with_title(title, all)
  all.title = title
  return all
end

return {
  good = {
    ["rows alone"] = list { ONE, TWO },
    ["sections"] = list { header = "Our", footer = "Thanks", { title = "Products", ONE, TWO },
                          { title = "Others", { id = 3, title = "Three" } } },
    ["one section without a title"] = list { { ONE, TWO } },
    ["ten rows"] = list(rows(10)),
    ["ten sections"] = list(sections(10)),
    ["a body of 4096 characters"] = list { body = ("ä"):rep(4096), ONE },
    ["everything as long as it may be"] = list { header = ("h"):rep(60), body = ("ä"):rep(1024),
      footer = ("f"):rep(60), button = ("b"):rep(20), { title = ("s"):rep(24),
        { id = ("i"):rep(200), title = ("t"):rep(24), description = ("d"):rep(72) } } },
  },
  bad = {
    ["a string"] = { "list", { list = "Choose" }, native = { type = "interactive", interactive = "Choose" } },
    ["no rows"] = { "list", list {}, native = { type = "interactive", interactive = { type = "list",
      body = { text = "a" }, action = { button = "a" } } } },
    ["no button"] = { "list.button", { list = { body = "a", ONE } } },
    ["a button of 21 characters"] = { "list.button", list { button = ("x"):rep(21), ONE } },
    ["an empty button"] = { "list.button", list { button = "", ONE } },
    ["no body"] = { "list.body", { list = { button = "a", ONE } } },
    ["a body of 4097 characters"] = { "list.body", list { body = ("x"):rep(4097), ONE } },
    ["a header that is an image"] = { "list.header", list { header = { image = "https://example.com/a" }, ONE },
      native = { type = "interactive", interactive = { type = "list", body = { text = "a" },
        header = { type = "image", image = { link = "https://example.com/a" } },
        action = { button = "a", sections = { { rows = { ONE } } } } } } },
    ["a header of 61 characters"] = { "list.header", list { header = ("x"):rep(61), ONE } },
    ["a footer of 61 characters"] = { "list.footer", list { footer = ("x"):rep(61), ONE } },
    ["eleven rows"] = { "list[11]", list(rows(11)) },
    ["eleven rows in two sections"] = { "list[2]", list { with_title("A", rows(10)), { title = "B", TWO } } },
    ["eleven sections"] = { "list[11]", list(sections(11)) },
    ["two sections of which one has no title"] = { "list[2].title", list { { title = "A", ONE }, { TWO } } },
    ["a section title of 25 characters"] = { "list[1].title", list { { title = ("x"):rep(25), ONE } } },
    ["a section without rows"] = { "list[1]", list { { title = "A" } } },
    ["a row without an id"] = { "list[1][1].id", list { { title = "A", { title = "a" } } } },
    ["a row without a title"] = { "list[1].title", list { { id = "a" } } },
    ["a row id of 201 characters"] = { "list[1].id", list { { id = ("x"):rep(201), title = "a" } } },
    ["a row title of 25 characters"] = { "list[1].title", list { { id = "a", title = ("x"):rep(25) } } },
    ["a row description of 73 characters"] = { "list[1].description",
      list { { id = "a", title = "a", description = ("x"):rep(73) } } },
    ["two rows with one id"] = { "list[2].id", list { ONE, { id = "p1", title = "Again" } },
      native = { type = "interactive", interactive = { type = "list", body = { text = "a" }, action = { button = "a",
        sections = { { rows = { ONE, { id = "p1", title = "Again" } } } } } } } },
  },
}
