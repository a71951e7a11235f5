local function named(more)
  more.name = "John Doe"
  return { contacts = { more } }
end

local many = {}
for i = 1, 258 do many[i] = { name = "Number " .. i } end

return {
  good = {
    ["a name and a phone"] = named { phones = { "+1234567890" } },
    ["one without a list"] = { contacts = { name = "John Doe" } },
    ["everything"] = { contacts = { {
      name = { formatted_name = "Dr. John A. Doe Jr.", first_name = "John", last_name = "Doe", middle_name = "A.",
               prefix = "Dr.", suffix = "Jr." },
      phones = { { phone = "+1 (555) 123-4567", type = "CELL", wa_id = "15551234567" }, "+49 30 1234567" },
      emails = { { email = "john@example.com", type = "WORK" }, "doe@example.com" },
      addresses = { { street = "1 Hacker Way", city = "Menlo Park", state = "CA", zip = "94025",
                      country = "United States", country_code = "us", type = "HOME" } },
      urls = { { url = "https://example.com", type = "WORK" } },
      org = { company = "Example", department = "Design", title = "Manager" },
      birthday = "2012-08-18",
    } } },
    ["a leap day"] = named { birthday = "2012-02-29" },
    ["a company by its name"] = named { org = "Example" },
    ["five"] = { contacts = { many[1], many[2], many[3], many[4], many[5] } },
    ["six"] = { contacts = { many[1], many[2], many[3], many[4], many[5], many[6] } },
  },
  bad = {
    ["a string"] = { "contacts", { contacts = "John" } },
    ["none"] = { "contacts", { contacts = {} }, native = { type = "contacts", contacts = { {} } } },
    ["258"] = { "contacts[258]", { contacts = many } },
    ["no name"] = { "contacts[1].name", { contacts = { { phones = { "+1234567890" } } } } },
    ["a name without its formatted form"] = { "contacts[1].name.formatted_name",
      { contacts = { { name = { first_name = "John" } } } } },
    ["a name that is a number"] = { "contacts[1].name.formatted_name", { contacts = { { name = 12 } } } },
    ["an unknown part of a name"] = { "contacts[1].name.nick",
      { contacts = { { name = { formatted_name = "John", nick = "J" } } } } },
    ["an unknown field"] = { "contacts[1].phone", named { phone = "+1234567890" } },
    ["phones that are a string"] = { "contacts[1].phones", named { phones = "+1234567890" } },
    ["a phone without its number"] = { "contacts[1].phones[1].phone", named { phones = { { type = "HOME" } } } },
    ["an email without its address"] = { "contacts[1].emails[1].email", named { emails = { { type = "HOME" } } } },
    ["an email that is none"] = { "contacts[1].emails[1].email", named { emails = { "john at example.com" } } },
    ["a url without its address"] = { "contacts[1].urls[1].url", named { urls = { { type = "HOME" } } } },
    ["a url that is none"] = { "contacts[1].urls[1].url", named { urls = { "my page" } } },
    ["an unknown part of an address"] = { "contacts[1].addresses[1].planet",
                                          named { addresses = { { planet = "Mars" } } } },
    ["an address that is a string"] = { "contacts[1].addresses[1]", named { addresses = { "1 Hacker Way" } } },
    ["a birthday in another form"] = { "contacts[1].birthday", named { birthday = "18.08.2012" } },
    ["a birthday in a thirteenth month"] = { "contacts[1].birthday", named { birthday = "2012-13-01" } },
    ["a leap day in a common year"] = { "contacts[1].birthday", named { birthday = "2011-02-29" } },
  },
}
