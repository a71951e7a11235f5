-- What fields take.

local filling = require "whatsapp.flow.filling"

local CHOICES = { { id = "a", title = "A" }, { id = "b", title = "B" }, { id = "c", title = "C", enabled = false } }

local function check(part, value)
  local ok, err = filling.check(value, part, "S.x")
  return ok or err.message
end

describe("a field", function()
  it("takes what it is for", function()
    for i, case in ipairs {
      { { type = "TextInput" }, "Ann", true },
      { { type = "TextInput" }, ("x"):rep(81), "takes at most 80 characters" },
      { { type = "TextInput", ["min-chars"] = "3" }, "ab", "needs at least 3 characters" },
      { { type = "TextInput", ["max-chars"] = 3 }, "äöü", true },
      { { type = "TextInput", ["max-chars"] = 3 }, "äöüx", "takes at most 3 characters" },
      { { type = "TextInput" }, { "Ann" }, "must be a text" },
      { { type = "TextInput" }, "\255", "must be a text" },
      { { type = "TextInput", ["input-type"] = "number" }, 42, true },
      { { type = "TextInput", ["input-type"] = "number" }, "4.2", true },
      { { type = "TextInput", ["input-type"] = "number" }, "four", "must be what a field for number takes" },
      { { type = "TextInput", ["input-type"] = "email" }, "a@b.org", true },
      { { type = "TextInput", ["input-type"] = "email" }, "a@b", "must be what a field for email takes" },
      { { type = "TextInput", ["input-type"] = "phone" }, "+1 (555) 123-4567", true },
      { { type = "TextInput", ["input-type"] = "number" }, "-1,234.5", true },
      { { type = "TextInput", ["input-type"] = "number" }, "1,23,4", "must be what a field for number takes" },
      { { type = "TextInput", ["input-type"] = "email" }, "zoë@b.org", "must be what a field for email takes" },
      { { type = "TextInput", ["input-type"] = "phone" }, "call me", "must be what a field for phone takes" },
      { { type = "TextInput", ["input-type"] = "passcode" }, "12a4", "must be what a field for passcode takes" },
      { { type = "TextInput", pattern = "^[A-Z]{2}\\d+$" }, "AB12", true },
      { { type = "TextInput", pattern = "^[A-Z]{2}\\d+$" }, " AB12 ", true },
      { { type = "TextInput", pattern = "^[A-Z]{2}\\d+$" }, "AB", "does not match its pattern ^[A-Z]{2}\\d+$" },
      { { type = "TextInput", ["input-type"] = "number", pattern = "^\\d{2}$" }, 123,
        "does not match its pattern ^\\d{2}$" },
      { { type = "TextInput", ["input-type"] = "number", pattern = "." }, "x",
        "must be what a field for number takes" },
      { { type = "TextInput", pattern = "(a" }, "b", true }, -- none: WhatsApp takes no notice of it
      { { type = "TextInput", pattern = "(a)\\1" }, "b", true },
      { { type = "TextArea" }, ("x"):rep(601), "takes at most 600 characters" },
      { { type = "TextArea", ["max-length"] = 700 }, ("x"):rep(601), true },
      { { type = "Dropdown", ["data-source"] = CHOICES }, "a", true },
      { { type = "Dropdown", ["data-source"] = CHOICES }, "d", "is no choice of it" },
      { { type = "RadioButtonsGroup", ["data-source"] = CHOICES }, "c", "cannot be chosen: it is not enabled" },
      { { type = "Dropdown" }, "a", "is no choice of it" },
      { { type = "CheckboxGroup", ["data-source"] = CHOICES }, { "a", "b" }, true },
      { { type = "CheckboxGroup", ["data-source"] = CHOICES }, "a", "must be a list of ids" },
      { { type = "CheckboxGroup", ["data-source"] = CHOICES }, { "a", "z" }, "is no choice of it" },
      { { type = "CheckboxGroup", ["data-source"] = CHOICES }, { "b", "b" }, "is chosen twice" },
      { { type = "ChipsSelector", ["data-source"] = CHOICES, ["max-selected-items"] = 1 }, { "a", "b" },
        "takes at most 1 choices" },
      { { type = "ChipsSelector", ["data-source"] = CHOICES, ["min-selected-items"] = 2 }, { "a" },
        "needs at least 2 choices" },
      { { type = "OptIn" }, true, true },
      { { type = "OptIn" }, "yes", "must be true or false" },
      { { type = "DatePicker", ["min-date"] = "2026-01-01", ["max-date"] = "2026-12-31" }, "2026-12-31", true },
      { { type = "DatePicker", ["min-date"] = "2026-01-01" }, "2025-12-31", "is before 2026-01-01" },
      { { type = "DatePicker", ["max-date"] = "2026-01-01" }, "2026-01-02", "is after 2026-01-01" },
      { { type = "DatePicker", ["unavailable-dates"] = { "2026-05-01" } }, "2026-05-01", "is not available" },
      { { type = "DatePicker" }, "2026-13-01", "must be a day such as 2026-12-31" },
      { { type = "DatePicker", ["min-date"] = "1700000000000" }, "1600000000000", "is before 1700000000000" },
      { { type = "DatePicker", ["min-date"] = "-2208988800000" }, "-1", true },
      { { type = "DatePicker", ["min-date"] = "-2208988800000" }, "-2208988800001", "is before -2208988800000" },
      { { type = "CalendarPicker", ["include-days"] = { "Mon", "Sun" } }, "2026-11-22", true }, -- a Sunday
      { { type = "CalendarPicker", mode = "range" },
        { ["start-date"] = "1767225600000", ["end-date"] = "2026-01-02" }, "must be a day such as 2026-12-31" },
      { { type = "CalendarPicker", ["include-days"] = { "Mon", "Sun" } }, "2024-02-29",
        "is a day of the week that cannot be chosen" },
      { { type = "CalendarPicker", mode = "range", ["min-days"] = 2, ["max-days"] = 3 },
        { ["start-date"] = "2026-02-28", ["end-date"] = "2026-03-01" }, true },
      { { type = "CalendarPicker", mode = "range", ["max-days"] = 2 },
        { ["start-date"] = "2024-02-28", ["end-date"] = "2024-03-01" }, "takes at most 2 days" },
      { { type = "CalendarPicker", mode = "range" },
        { ["start-date"] = "2026-02-28", ["end-date"] = "2026-02-27" }, "is before the start-date" },
      { { type = "CalendarPicker", mode = "range" }, "2026-02-28",
        'must be a table: { ["start-date"] = "2026-12-30", ["end-date"] = "2026-12-31" }' },
      { { type = "PhotoPicker", ["max-uploaded-photos"] = 1 }, { {}, {} }, "takes at most 1 files" },
      { { type = "DocumentPicker" }, { {}, {} }, true },
    } do
      assert.are.equal(case[3], check(case[1], case[2]), i)
    end
  end)

  it("can be emptied, unless it is required", function()
    local function complete(part, value)
      local ok, err = filling.complete(value, part, "S.x")
      return ok or err.message
    end
    local needed = "must be filled in: it is required"
    for i, case in ipairs {
      { { type = "TextInput", required = true }, nil, needed }, { { type = "TextInput", required = true }, "", needed },
      { { type = "TextInput", required = true }, "a", true }, { { type = "TextInput" }, nil, true },
      { { type = "OptIn", required = true }, false, needed },
      { { type = "CheckboxGroup", required = true }, {}, needed },
      { { type = "TextInput", required = true, enabled = false }, nil, true },
      { { type = "PhotoPicker", ["min-uploaded-photos"] = 1 }, nil, needed },
      { { type = "CalendarPicker", mode = "range", required = { ["start-date"] = true } }, nil, needed },
      { { type = "CalendarPicker", mode = "range", required = { ["start-date"] = true } },
        { ["start-date"] = "2026-01-01" }, true },
    } do
      assert.are.equal(case[3], complete(case[1], case[2]), i)
      if filling.is_empty(case[2]) then assert.is_true(filling.check(case[2], case[1], "S.x")) end
    end
  end)
end)
