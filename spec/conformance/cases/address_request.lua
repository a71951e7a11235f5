local function address(more)
  more.body = more.body or "Where to?"
  return { address_request = more }
end

return {
  good = {
    ["a country"] = address { country = "IN" },
    ["known values"] = address { header = "Hi", footer = "Bye", country = "IN",
      values = { name = "Ann", city = "Pune" } },
    ["saved addresses and errors"] = address { country = "IN",
      saved_addresses = { { id = "a1", value = { name = "Ann" } } },
      validation_errors = { in_pin_code = "Six digits" } },
  },
  bad = {
    ["no country"] = { "address_request.country", { address_request = "Where to?" } },
    ["a country in small letters"] = { "address_request.country", address { country = "in" } },
    ["a country that is a number"] = { "address_request.country", address { country = 91 } },
    ["no body"] = { "address_request.body", { address_request = { country = "IN" } } },
    ["a value of no field"] = { "address_request.values.citi", address { country = "IN", values = { citi = "Pune" } } },
    ["a pin code of seven digits"] = { "address_request.values.in_pin_code",
      address { country = "IN", values = { in_pin_code = "4000631" } } },
    ["values that are a string"] = { "address_request.values", address { country = "IN", values = "a" } },
  },
}
