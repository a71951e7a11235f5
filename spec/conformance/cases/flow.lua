local function flow(more)
  more.body, more.button = more.body or "Book a table", more.button or "Start"
  return { flow = more }
end

local function native(parameters)
  return { type = "interactive", interactive = { type = "flow", body = { text = "a" },
    action = { name = "flow", parameters = parameters } } }
end

return {
  good = {
    ["an id"] = flow { id = "1" },
    ["a name"] = flow { name = "booking" },
    ["everything"] = flow { header = "Hi", footer = "Bye", id = "1", token = "t", screen = "WELCOME",
                            data = { name = "Ann", size = 2, tags = { "a" } }, mode = "draft", action = "navigate",
                            button = ("b"):rep(30) },
    ["data exchange"] = flow { id = "1", action = "data_exchange", token = "t" },
    ["an image above"] = flow { id = "1", header = { image = { id = "1" } } },
  },
  bad = {
    ["neither an id nor a name"] = { "flow", flow {} },
    ["an id and a name"] = { "flow", flow { id = "1", name = "booking" } },
    ["an id that is a table"] = { "flow.id", flow { id = {} } },
    ["no body"] = { "flow.body", { flow = { id = "1", button = "a" } } },
    ["no button"] = { "flow.button", { flow = { id = "1", body = "a" } } },
    ["a button of 31 characters"] = { "flow.button", flow { id = "1", button = ("x"):rep(31) } },
    ["an unknown mode"] = { "flow.mode", flow { id = "1", mode = "test" } },
    ["an unknown action"] = { "flow.action", flow { id = "1", action = "jump" } },
    ["a token that is a number"] = { "flow.token", flow { id = "1", token = 7 } },
    ["a screen that is a number"] = { "flow.screen", flow { id = "1", screen = 7 } },
    ["data that is a string"] = { "flow.data", flow { id = "1", screen = "A", data = "a" },
      native = native { flow_message_version = "3", flow_id = "1", flow_cta = "a",
                        flow_action_payload = { screen = "A", data = "a" } } },
    ["data that is a list"] = { "flow.data[1]", flow { id = "1", screen = "A", data = { "a" } },
      native = native { flow_message_version = "3", flow_id = "1", flow_cta = "a",
                        flow_action_payload = { screen = "A", data = { "a" } } } },
    ["data without a screen"] = { "flow.screen", flow { id = "1", data = { a = 1 } },
      native = native { flow_message_version = "3", flow_id = "1", flow_cta = "a",
                        flow_action_payload = { data = { a = 1 } } } },
    ["data with a function"] = { "flow.data.a.b[2]",
      flow { id = "1", screen = "A", data = { a = { b = { 1, print } } } } },
    ["data with no number"] = { "flow.data.a", flow { id = "1", screen = "A", data = { a = 0 / 0 } } },
    ["data with Latin-1"] = { "flow.data.a", flow { id = "1", screen = "A", data = { a = "K\228se" } } },
    ["a screen with data exchange"] = { "flow.screen", flow { id = "1", action = "data_exchange", screen = "A" } },
  },
}
