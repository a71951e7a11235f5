return {
  good = {
    ["two numbers"] = { location = { latitude = 37.77, longitude = -122.42 } },
    ["a place with a name"] = { location = { latitude = 37.4847, longitude = -122.1486, name = "Meta HQ",
                                             address = "1 Hacker Way" } },
    ["the ends of the earth"] = { location = { latitude = -90, longitude = 180 } },
  },
  bad = {
    ["a string"] = { "location", { location = "Berlin" } },
    ["nothing"] = { "location.latitude", { location = {} } },
    ["no longitude"] = { "location.longitude", { location = { latitude = 1 } } },
    ["no latitude"] = { "location.latitude", { location = { longitude = 1 } } },
    ["a latitude that is a table"] = { "location.latitude", { location = { latitude = {}, longitude = 1 } } },
    ["a latitude that is a boolean"] = { "location.latitude", { location = { latitude = true, longitude = 1 } } },
    ["a latitude beyond the pole"] = { "location.latitude", { location = { latitude = 91, longitude = 1 } } },
    ["a longitude beyond 180"] = { "location.longitude", { location = { latitude = 1, longitude = 181 } } },
    ["a name that is a number"] = { "location.name", { location = { latitude = 1, longitude = 1, name = 7 } } },
    ["an unknown field"] = { "location.adress", { location = { latitude = 1, longitude = 1, adress = "a" } } },
  },
}
