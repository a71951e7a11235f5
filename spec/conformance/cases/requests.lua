-- The kinds that are a body, and ask for something.
local good, bad = {}, {}

for _, kind in ipairs { "location_request", "contact_request", "call_permission_request" } do
  good[kind .. ", a string"] = { [kind] = "May we?" }
  good[kind .. ", a body"] = { [kind] = { body = ("ä"):rep(1024) } }
  bad[kind .. " without a body"] = { kind .. ".body", { [kind] = {} } }
  bad[kind .. ", empty"] = { kind .. ".body", { [kind] = "" } }
  bad[kind .. " of 1025 characters"] = { kind .. ".body", { [kind] = ("x"):rep(1025) } }
  bad[kind .. " that is a boolean"] = { kind .. ".body", { [kind] = true } }
end

return { good = good, bad = bad }
