-- wa.templates against the sandbox: made, waited for, sent, compared, deleted.

local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local expect = require "spec.support.expect"

local PNG = "\137PNG\r\n\26\n" .. ("x"):rep(100)

describe("wa.templates", function()
  local box, wa, picture

  setup(function()
    box = assert(sandbox.start { review_seconds = 0, gateway_rate = false })
    local options = box:options()
    options.rate = false
    wa = whatsapp.new(options)
    picture = os.tmpname()
    local file = assert(io.open(picture, "wb"))
    file:write(PNG)
    file:close()
  end)

  teardown(function()
    os.remove(picture)
    wa:close()
    box:stop()
  end)

  before_each(function() box:clear_faults() end)

  local function send(template)
    return wa:send { to = "+15551234567", template = template }
  end

  local function approved(template)
    local made = assert(wa.templates:create(template))
    return assert(wa.templates:wait(made.id, "APPROVED", { timeout = 20 })).id
  end

  local function image() return { image = { file = picture, type = "image/png" } } end

  describe("create", function()
    it("uploads the example of a header by itself", function()
      local id = approved { name = "promo_image", language = "en_US", category = "MARKETING", header = image(),
        body = "Hi {{1}}, look at this!", examples = { "Ann" }, buttons = { "Stop" } }
      local header = assert(wa.templates:get(id)).components[1]
      assert.equal("IMAGE", header.format)
      assert.is_truthy(header.example.header_handle[1]:find "^4::")
      assert(send { name = "promo_image", language = "en_US", header = { image = { id = "31234567890" } },
        body = "Ann" })
    end)

    it("uploads what is behind a link", function()
      local function header(link) return { image = { fetch = link } } end
      local id = approved { name = "promo_link", language = "en_US", category = "MARKETING", header = header(box.link),
        body = "Hello." }
      assert.is_truthy(assert(wa.templates:get(id)).components[1].example.header_handle[1]:find "^4::")
      assert.is_truthy(assert(wa.uploads:upload { fetch = box.link }).handle:find "^4::")
      assert.is_true(wa.profile:update { profile_picture = { fetch = box.link } })
      expect.refused("media", "header.image.fetch", "answers HTTP 404", wa.templates:create { name = "x",
        language = "en_US", category = "MARKETING", header = header(box.link .. "x"), body = "Hello." })
      expect.refused("invalid", "header.video.fetch", "allowed are video/mp4", wa.templates:create { name = "x",
        language = "en_US", category = "MARKETING", header = { video = { fetch = box.link } }, body = "Hello." })
      expect.refused("invalid", "header.image", "needs one of file, data, fetch or handle", wa.templates:create {
        name = "x", language = "en_US", category = "MARKETING", body = "Hello.",
        header = { image = { fetch = box.link, handle = "4::x" } } })
    end)

    it("uploads nothing before the whole was found to be right", function()
      local before = #box:requests()
      expect.refused("invalid", "examples", "{{1}}", wa.templates:create { name = "x", language = "en_US",
        category = "MARKETING", header = image(), body = "Hi {{1}}!" })
      expect.refused("io", "header.image.file", "cannot open", wa.templates:create { name = "x", language = "en_US",
        category = "MARKETING", header = { image = "nowhere.png" }, body = "b" })
      expect.refused("invalid", "carousel[2].header.image.data", "allowed are", wa.templates:create { name = "x",
        language = "en_US", category = "MARKETING", body = "b", carousel = {
          { header = image(), buttons = { "a" } },
          { header = { image = { data = "x", type = "text/plain" } }, buttons = { "a" } } } })
      assert.equal(before, #box:requests())
    end)

    it("submits nothing whose file did not arrive", function()
      box:fault { path = "/uploads$", code = 200 }
      local made, err = wa.templates:create { name = "lost", language = "en_US", category = "MARKETING",
        header = image(), body = "b" }
      assert.is_nil(made)
      assert.equal(200, err.code)
      assert.same({}, assert(wa.templates:list { name = "lost" }).data)
    end)

    it("makes carousels, which are sent card by card", function()
      local card = function(text)
        return { header = image(), body = text, buttons = { "More", { url = "https://a.b/{{1}}", text = "Shop",
          example = "https://a.b/1" } } }
      end
      approved { name = "cards", language = "en_US", category = "MARKETING", body = "Hi {{1}}, see what is new!",
        examples = "Ann", carousel = { card "One", card "Two" } }
      local filled = { header = { image = "https://a.b/c.jpg" }, buttons = { { payload = "more" }, { url = "1" } } }
      assert(send { name = "cards", language = "en_US", body = "Ann", carousel = { filled, filled } })
      local sent, err = send { name = "cards", language = "en_US", body = "Ann",
        carousel = { filled, { header = { image = "https://a.b/c.jpg" } } } }
      assert.is_nil(sent)
      assert.equal(131008, err.code)
    end)

    it("makes authentication templates, which one code fills", function()
      approved { name = "login_code", language = "en_US", category = "AUTHENTICATION",
        add_security_recommendation = true, code_expiration_minutes = 10, buttons = { { otp = "copy_code" } } }
      assert(send { name = "login_code", language = "en_US", otp = "123456" })
    end)

    it("makes limited-time offers, which end at a moment", function()
      approved { name = "offer", language = "en_US", category = "MARKETING", body = "Hi {{1}}, this ends soon!",
        examples = "Ann", limited_time_offer = { text = "Expiring!", has_expiration = true },
        buttons = { { copy_code = "SAVE" }, { url = "https://a.b", text = "Shop" } } }
      assert(send { name = "offer", language = "en_US", body = "Ann", expires = os.time() + 3600,
        buttons = { { code = "SAVE" } } })
    end)

    it("makes headers that move and buttons that call, which are filled so", function()
      approved { name = "moves", language = "en_US", category = "MARKETING", body = "See what is new!",
        header = { gif = { handle = "4::x" } }, buttons = { { voice_call = "Call us", ttl_minutes = 1440 } } }
      local gif = { gif = "https://a.b/c.mp4" }
      assert(send { name = "moves", language = "en_US", header = gif, buttons = { { voice_call = { payload = "7" } } },
        tap_target = { title = "New", url = "https://a.b" } })
      assert(send { name = "moves", language = "en_US", header = gif })
      expect.refused("invalid", "template.header.gif.file", "cannot be sent as gif",
        send { name = "moves", language = "en_US", header = { gif = image().image } })
    end)

    it("makes what the library has written", function()
      local page = assert(wa.templates:library { search = "on its way" })
      assert.equal("delivery_update_1", page.data[1].name)
      approved { name = "my_update", language = "en_US", category = "UTILITY",
        library_template_name = page.data[1].name,
        buttons = { { url = "https://a.b/{{1}}", example = "https://a.b/1" } } }
      assert(send { name = "my_update", language = "en_US", body = { "#1", "May 1" }, buttons = { { url = "1" } } })
      assert.same({}, assert(wa.templates:library { topic = "NOTHING" }).data)
      expect.refused("invalid", "serach", "did you mean search?", wa.templates:library { serach = "x" })
    end)

    it("asks for leave to call", function()
      approved { name = "may_we_call", language = "en_US", category = "UTILITY", body = "May we call you?",
        call_permission_request = true }
      assert(send { name = "may_we_call", language = "en_US" })
    end)
  end)

  it("upserts authentication templates in several languages", function()
    local list = assert(wa.templates:upsert { name = "codes", languages = { "en_US", "de" },
      buttons = { { otp = "copy_code" } } })
    assert.equal("en_US de", list[1].language .. " " .. list[2].language)
    local again = assert(wa.templates:upsert { name = "codes", languages = { "de" }, code_expiration_minutes = 5,
      buttons = { { otp = "copy_code" } } })
    assert.equal(list[2].id, again[1].id)
    assert.equal(3, #assert(wa.templates:get(again[1].id)).components)
  end)

  describe("wait", function()
    it("asks until the review is over", function()
      local slow = assert(sandbox.start { review_seconds = 0.3 })
      local other = whatsapp.new(slow:options())
      local made = assert(other.templates:create { name = "soon", language = "en_US", category = "UTILITY",
        body = "Soon." })
      assert.equal("PENDING", made.status)
      assert.equal("APPROVED", assert(other.templates:wait(made.id)).status)
      slow:stop()
    end)

    it("says why a template was rejected", function()
      local made = assert(wa.templates:create { name = "bad", language = "en_US", category = "UTILITY",
        body = "This is [reject]ed." })
      local got, err = wa.templates:wait(made.id, "APPROVED", { timeout = 20 })
      assert.is_nil(got)
      assert.equal("template, rejected", err.kind .. ", " .. err.outcome)
      assert.equal("INVALID_FORMAT", err.details)
      assert.equal("REJECTED", err.raw.status)
      assert.equal("REJECTED", assert(wa.templates:wait(made.id, "REJECTED")).status)
    end)

    it("gives up when its time is over", function()
      local slow = assert(sandbox.start { review_seconds = false })
      local other = whatsapp.new(slow:options())
      local made = assert(other.templates:create { name = "slow", language = "en_US", category = "UTILITY",
        body = "Soon." })
      local got, err = other.templates:wait(made.id, nil, { timeout = 0.1 })
      assert.is_nil(got)
      assert.equal("timeout", err.kind)
      assert.is_truthy(tostring(err):find("PENDING, not APPROVED", 1, true), tostring(err))
      slow:stop()
    end)

    it("ends with what it cannot find, and refuses what is no status", function()
      local got, err = wa.templates:wait("49999999", "APPROVED", { timeout = 20 })
      assert.is_nil(got)
      assert.equal(100, err.code)
      expect.refused("invalid", "status", "APPROVED", wa.templates:wait("4", "GOOD"))
      expect.refused("invalid", "timeout", "from 0.001", wa.templates:wait("4", nil, { timeout = 0 }))
    end)
  end)

  it("changes a template, with a file", function()
    local id = approved { name = "changing", language = "en_US", category = "MARKETING", body = "Old text." }
    assert.is_true(wa.templates:update(id, { header = image(), body = "New text." }))
    assert.equal("IMAGE", assert(wa.templates:get(id)).components[1].format)
    expect.refused("invalid", "id", "is missing", wa.templates:update(nil, { body = "x" }))
  end)

  describe("delete", function()
    local function made(name, language)
      return assert(wa.templates:create { name = name, language = language, category = "UTILITY", body = "Hi." }).id
    end

    local function languages(name)
      local list = {}
      for i, template in ipairs(assert(wa.templates:list { name = name }).data) do list[i] = template.language end
      return table.concat(list, " ")
    end

    it("takes all languages of a name", function()
      made("gone", "en_US")
      made("gone", "de")
      assert.is_true(wa.templates:delete "gone")
      assert.equal("", languages "gone")
    end)

    it("takes one by its id alone, or by both", function()
      local first = made("partly", "en_US")
      local second = made("partly", "de")
      made("partly", "fr")
      assert.is_true(wa.templates:delete { id = first })
      assert.equal("de fr", languages "partly")
      assert.is_true(wa.templates:delete { name = "partly", id = second })
      assert.equal("fr", languages "partly")
      local done, err = wa.templates:delete { id = first }
      assert.is_nil(done)
      assert.equal(100, err.code)
    end)

    it("takes several by their ids", function()
      local first, second = made("several", "en_US"), made("several", "de")
      made("several", "fr")
      assert.is_true(wa.templates:delete { ids = { first, second } })
      assert.equal("fr", languages "several")
      assert.is_nil((wa.templates:delete { ids = { second } }))
      expect.refused("invalid", "ids", "cannot stand beside", wa.templates:delete { ids = { first }, name = "several" })
      expect.refused("invalid", "ids", "at least 1", wa.templates:delete { ids = {} })
    end)

    it("needs to know which", function()
      for _, which in ipairs { {}, false } do
        expect.refused("invalid", "name", "is missing", wa.templates:delete(which or nil))
      end
      expect.refused("invalid", "naem", "did you mean name?", wa.templates:delete { naem = "x" })
    end)
  end)

  describe("by its name", function()
    it("is looked up, waited for, changed and deleted in one language", function()
      local ids = {}
      for _, language in ipairs { "en_US", "de" } do
        ids[language] = assert(wa.templates:create { name = "by_name", language = language, category = "utility",
          body = "Hello there." }).id
      end
      local german = { name = "by_name", language = "de" }
      assert.equal("APPROVED", assert(wa.templates:wait(german, "approved", { timeout = 20 })).status)
      assert.equal(ids.de, assert(wa.templates:get(german)).id)
      assert.same({ id = ids.de, status = "APPROVED" }, assert(wa.templates:get(german, { fields = "id,status" })))
      assert.is_true(wa.templates:update(german, { body = "Hello again." }))
      assert.equal("Hello again.", assert(wa.templates:get(ids.de)).components[1].text)
      expect.refused("invalid", "language", "by_name has en_US, de", wa.templates:get { name = "by_name" })
      local none, err = wa.templates:get { name = "by_name", language = "fr" }
      assert.is_nil(none)
      assert.equal("not_found, rejected, it has en_US, de", ("%s, %s, %s"):format(err.kind, err.outcome, err.hint))
      assert.is_true(wa.templates:delete(german))
      assert.equal(ids.en_US, assert(wa.templates:get { name = "by_name" }).id)
      assert.is_true(wa.templates:delete(assert(wa.templates:get(ids.en_US))))
      assert.equal("not_found", select(2, wa.templates:get { name = "by_name" }).kind)
    end)

    it("is not taken for an id", function()
      expect.refused("invalid", "id", '{ name = "…", language = "…" }', wa.templates:get "by_name")
      expect.refused("invalid", "id", "is no id", wa.templates:update("by_name", { body = "x" }))
      expect.refused("invalid", "name", "is missing", wa.templates:get {})
      expect.refused("invalid", "id", "is missing", wa.templates:get())
      assert.equal('an id is given as { id = "…" }', select(2, wa.templates:delete "400000000000009").hint)
    end)
  end)

  it("makes another account's its own", function()
    local moved = assert(wa.templates:migrate { source_waba_id = "204", page_number = 0, template_ids = { 7 } })
    assert.same({ migrated_templates = {}, failed_templates = { ["7"] = "Template not found in the source account" } },
      moved)
    assert.same({}, assert(wa.templates:migrate "204").failed_templates)
    expect.refused("invalid", "source_waba_id", "is missing", wa.templates:migrate {})
    expect.refused("invalid", "count", "from 1 to 500", wa.templates:migrate { source_waba_id = 204, count = 501 })
  end)

  it("takes Meta's words in whatever case", function()
    local made = approved { name = "lower_case", language = "en_US", category = "marketing",
      body = "Hello {{customer}}, how are you?", examples = { customer = "Ann" }, parameter_format = "named" }
    assert.equal("MARKETING", assert(wa.templates:get(made)).category)
    assert.equal("lower_case", assert(wa.templates:all { category = "marketing", status = "approved",
      name = "lower_case" })[1].name)
    expect.refused("invalid", "category", "must be one of AUTHENTICATION, MARKETING, UTILITY",
      wa.templates:list { category = "promotion" })
  end)

  it("ends a pause, or says why not", function()
    local made = assert(wa.templates:create { name = "paused", language = "en_US", category = "UTILITY",
      body = "This is [pause]d." })
    assert(wa.templates:wait(made.id, "PAUSED", { timeout = 20 }))
    assert.is_true(wa.templates:unpause(made.id))
    local done, err = wa.templates:unpause(made.id)
    assert.is_nil(done)
    assert.equal("template, rejected, Template is not paused",
      ("%s, %s, %s"):format(err.kind, err.outcome, err.details))
  end)

  it("compares two templates", function()
    local one = approved { name = "one", language = "en_US", category = "UTILITY", body = "One." }
    local two = approved { name = "two", language = "en_US", category = "UTILITY", body = "Two." }
    assert(send { name = "one", language = "en_US" })
    for _, query in ipairs { two, { with = two, days = 30 } } do
      local metrics = assert(wa.templates:compare(one, query))
      assert.equal("MESSAGE_SENDS", metrics[2].metric)
      assert.same({ { key = one, value = 1 }, { key = two, value = 0 } }, metrics[2].number_values)
    end
    expect.refused("invalid", "days", "7, 30, 60 or 90", wa.templates:compare(one, { with = two, days = 8 }))
    expect.refused("invalid", "with", "is missing", wa.templates:compare(one, {}))
  end)

  it("counts what was sent", function()
    local id = approved { name = "counted", language = "en_US", category = "UTILITY", body = "Count me." }
    assert(send { name = "counted", language = "en_US" })
    local now = os.time()
    local page = assert(wa.templates:analytics { start = now - 86400, ["end"] = now, template_ids = { id } })
    assert.equal(1, page.data[1].data_points[1].sent)
    assert.equal(id, page.data[1].data_points[1].template_id)
    expect.refused("invalid", "template_ids", "is missing", wa.templates:analytics { start = now - 1, ["end"] = now })
    for _, first in ipairs { now, now + 1 } do
      expect.refused("invalid", "end", "later than start",
        wa.templates:analytics { start = first, ["end"] = now, template_ids = id })
    end
    expect.refused("invalid", "start", "is missing", wa.templates:analytics { ["end"] = now, template_ids = id })
  end)
end)

describe("wa.profile", function()
  it("uploads its picture by itself", function()
    local box = assert(sandbox.start())
    local wa = whatsapp.new(box:options())
    assert.is_true(wa.profile:update { about = "Hello", profile_picture = { data = PNG, type = "image/png" } })
    local profile = assert(wa.profile:get())
    assert.equal("Hello", profile.about)
    assert.is_truthy(profile.profile_picture_url:find "4%%3A%%3A", profile.profile_picture_url)
    local before = #box:requests()
    expect.refused("invalid", "profile_picture", "cannot stand beside",
      wa.profile:update { profile_picture = "a.png", profile_picture_handle = "4::x" })
    expect.refused("invalid", "abuot", "did you mean about?",
      wa.profile:update { profile_picture = { data = PNG, type = "image/png" }, abuot = "x" })
    expect.refused("invalid", "picture", "did you mean profile_picture?", wa.profile:update { picture = "a.png" })
    expect.refused("io", "profile_picture.file", "cannot open", wa.profile:update { profile_picture = "nowhere.png" })
    expect.refused("invalid", "profile_picture.data", "allowed are image/jpeg",
      wa.profile:update { profile_picture = { data = "film", type = "video/mp4" } })
    assert.equal(before, #box:requests())
    box:stop()
  end)
end)
