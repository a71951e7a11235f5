-- Contact cards.

local expect = require "spec.support.expect"

local TO = "15551234567"

local function payload(contacts)
  return '{"contacts":' .. contacts .. ',"messaging_product":"whatsapp","recipient_type":"individual",'
    .. '"to":"15551234567","type":"contacts"}'
end

describe("contacts", function()
  it("have a name that is completed, and numbers that may be texts", function()
    local expected = payload('[{"name":{"first_name":"John Doe","formatted_name":"John Doe"},'
      .. '"phones":[{"phone":"+1234567890"},{"phone":"15551234567","type":"WORK"}]}]')
    expect.payload(expected, { to = TO, contacts = { { name = "John Doe",
      phones = { "+1234567890", { phone = 15551234567, type = "WORK" } } } } })
    expect.payload(expected, { to = TO, contacts = { name = "John Doe",
      phones = { "+1234567890", { phone = 15551234567, type = "WORK" } } } })
  end)

  it("have everything that Meta names", function()
    expect.payload(payload('[{"addresses":[{"city":"c","country":"d","country_code":"us","state":"s","street":"1",'
      .. '"type":"HOME","zip":"z"}],"birthday":"2012-08-18","emails":[{"email":"a@b.com"}],'
      .. '"name":{"formatted_name":"J","last_name":"D","middle_name":"M","prefix":"Dr","suffix":"Jr"},'
      .. '"org":{"company":"Acme"},"urls":[{"type":"WORK","url":"https://a.b"}]}]'),
      { to = TO, contacts = { { name = { formatted_name = "J", last_name = "D", middle_name = "M", prefix = "Dr",
          suffix = "Jr" },
        addresses = { { street = "1", city = "c", state = "s", zip = "z", country = "d", country_code = "us",
                        type = "HOME" } },
        emails = { "a@b.com" }, urls = { { url = "https://a.b", type = "WORK" } }, org = "Acme",
        birthday = "2012-08-18" } } })
  end)

  it("are refused by the field that is wrong", function()
    local function wrong(field, words, contact)
      expect.invalid("contacts[1]." .. field, words, { to = TO, contacts = { contact } })
    end
    wrong("name", "is missing", { phones = { "+1234567890" } })
    wrong("name.formatted_name", "is missing", { name = { first_name = "J" } })
    wrong("name.fist_name", "did you mean first_name?", { name = { formatted_name = "J", fist_name = "J" } })
    wrong("birthday", "year, month, day", { name = "J", birthday = "18.8.2012" })
    wrong("phones[1].phone", "is missing", { name = "J", phones = { {} } })
    wrong("phone", "did you mean phones?", { name = "J", phone = "1" })
    local many = {}
    for i = 1, 258 do many[i] = { name = "Number " .. i } end
    expect.invalid("contacts[258]", "at most 257", { to = TO, contacts = many })
  end)
end)
