--- The components of Flow JSON: how each is written here and at Meta, its
-- properties, their limits, and the version in which each appeared.
-- Source: Meta's "Components" and "Media upload" (WhatsApp Flows reference).
--
-- A component has Meta's `type`, `since` (the first version, when it is not as old
-- as Flows), `short` (the property that a plain value stands for), `list` (the
-- property that its array part is), `input` (it has a value in `form`), `nested`
-- (since when it may stand in when and switch), `most` (how many on a screen),
-- `most_in_flow`, `gives` (the JSON type of its value in `form`, or that by the value of
-- a property), `order` (pairs of properties: the first must not exceed the second, else
-- Meta's error), `files` (the property with how many it takes), `properties`.
-- A property has `type`, `required` (true, or since which version), `max` and `min`
-- (characters, items or a number), `one_of`, `since`, `json` (its name at Meta, when
-- that is not its own with - for _), `ranged` (of a range, one for each end), `alone`
-- (only outside a form), `large` (no limit with label_variant), `weighed` (it stands for
-- a value of any type), `literal` (it takes no references), `base64` (a file, not a
-- link), `small` (a picture beside a choice), `needs` (a property that must be there
-- too), `without` (properties that must not), `only` (which value another property must
-- have, else Meta's error), `max_with_images`, `short` (of a table: the fields that a
-- plain value stands for), `click` (of a table: an action may stand among its fields, as
-- among a component's properties).

local M = {}

local function words(text)
  local set = {}
  for word in text:gmatch "%S+" do set[word] = true end
  return set
end

local function merge(...)
  local all = {}
  for _, part in ipairs { ... } do
    for key, value in pairs(part) do all[key] = value end
  end
  return all
end

local function text(max, more) return merge({ type = "string", max = max }, more or {}) end

local function choice(names, more) return merge({ type = "string", one_of = words(names) }, more or {}) end

local function action(names, more) return merge({ type = "action", allowed = words(names) }, more or {}) end

local function list(of, more) return merge({ type = "list", of = of }, more or {}) end

local function object(fields, more) return merge({ type = "object", fields = fields }, more or {}) end

local NEEDED = { required = true }
local ANY_TEXT, BOOLEAN, WHOLE = text(), { type = "boolean" }, { type = "whole" }
local DATE, CHILDREN = { type = "date" }, { type = "components", required = true, min = 1 }

-- What many have --------------------------------------------------------------------

local name = text(nil, { required = true, literal = true })
local weighed = text(nil, { required = true, weighed = true })
local picture = text(nil, { base64 = true })
local small_picture = text(nil, { base64 = true, small = true })
local field = { name = name, required = BOOLEAN, enabled = BOOLEAN, visible = BOOLEAN }

local ALONE = { since = "4.0", alone = true }

-- Outside a form, a field has its own first value and complaint.
local alone = { init_value = text(nil, ALONE), error_message = text(80, ALONE) }
local alone_list = merge(alone, { init_value = list(ANY_TEXT, ALONE) })

local media_size = choice("regular large", { since = "5.0" })

local option = {
  id = text(nil, NEEDED), title = text(30, NEEDED), description = text(300), metadata = text(20),
  enabled = BOOLEAN, image = merge(small_picture, { since = "5.0" }), alt_text = text(nil, { since = "5.0" }),
  color = text(nil, { since = "5.0" }),
  on_select_action = action("update_data", { since = "6.0" }),
  on_unselect_action = action("update_data", { since = "6.0" }),
}

local function options(max, min, max_with_images)
  return list(object(option, { short = { "id", "title" } }),
    { required = true, min = min or 1, max = max, max_with_images = max_with_images })
end

local selectable = { on_select_action = action "data_exchange update_data",
                     on_unselect_action = action("update_data", { since = "6.0" }) }

local group = merge(field, selectable, {
  label = text(30, { required = "4.0" }), description = text(300, { since = "4.0" }),
  data_source = options(20), media_size = media_size,
})

local several = { min_selected_items = WHOLE, max_selected_items = WHOLE }

local function order(least, most, code) return { { least, most, code or "MIN_VALUE_GREATER_THAN_MAX" } } end

local SEVERAL = order("min_selected_items", "max_selected_items")
local DATES = order("min_date", "max_date", "INVALID_DATE_RANGE")

local label_variant = choice("large", { since = "7.0" })

local function label(max) return text(max, { required = true, large = true }) end

local styled = {
  font_weight = choice "bold italic bold_italic normal", strikethrough = BOOLEAN, visible = BOOLEAN,
  markdown = { type = "boolean", since = "5.1" },
}

local function lines(max) return { type = "text", max = max, required = true } end

local dates = { min_date = DATE, max_date = DATE, unavailable_dates = list(DATE) }

local function ranged(property) return merge(property, { ranged = true }) end

local function of_range(property)
  return merge(property, { only = { property = "mode", one_of = words "range", default = "single",
                                    code = "UNEXPECTED_CALENDAR_PICKER_RANGE_MODE_PROP" } })
end

local picker = { name = name, label = text(80, NEEDED), description = text(300), enabled = BOOLEAN, visible = BOOLEAN,
                 max_file_size_kb = { type = "whole", min = 1, max = 25600 }, error_message = { type = "any" } }

local FILES = { type = "whole", min = 0, max = 30 }
local SOME_FILES = { type = "whole", min = 1, max = 30 }

local MIME_TYPES = [[application/gzip application/msword application/pdf
  application/vnd.ms-excel application/vnd.ms-powerpoint application/vnd.oasis.opendocument.presentation
  application/vnd.oasis.opendocument.spreadsheet application/vnd.oasis.opendocument.text
  application/vnd.openxmlformats-officedocument.presentationml.presentation
  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
  application/vnd.openxmlformats-officedocument.wordprocessingml.document application/x-7z-compressed
  application/zip image/avif image/gif image/heic image/heif image/jpeg image/png image/tiff image/webp
  text/plain video/mp4 video/mpeg]]

-- What is typed in digits may be compared with numbers and with texts.
local TYPED = { property = "input_type", default = "text",
                by = { text = "string", email = "string", password = "string" } }

local LINK, STEP = "data_exchange navigate open_url", "data_exchange navigate"

local item = {
  id = ANY_TEXT, badge = text(15), tags = list(text(15), { max = 3 }), on_click_action = action(STEP),
  main_content = object({ title = text(30, NEEDED), description = text(20), metadata = text(80) }, NEEDED),
  ["end"] = object { title = text(10), description = text(10), metadata = text(10) },
  start = object { image = merge(small_picture, NEEDED), alt_text = ANY_TEXT },
}

-- The components ----------------------------------------------------------------------

--- By the name that each has here.
M.kinds = {
  heading = { type = "TextHeading", short = "text", nested = "4.0",
    properties = { text = text(80, NEEDED), visible = BOOLEAN } },
  subheading = { type = "TextSubheading", short = "text", nested = "4.0",
    properties = { text = text(80, NEEDED), visible = BOOLEAN } },
  body = { type = "TextBody", short = "text", list = "text", nested = "4.0",
    properties = merge(styled, { text = lines(4096) }) },
  caption = { type = "TextCaption", short = "text", list = "text", nested = "4.0",
    properties = merge(styled, { text = lines(409) }) },
  rich_text = { type = "RichText", since = "5.1", short = "text", list = "text",
    properties = { text = lines(), visible = BOOLEAN } },

  text_input = { type = "TextInput", input = true, gives = TYPED, nested = "4.0",
    order = order("min_chars", "max_chars"),
    properties = merge(field, alone, {
    label = label(20), label_variant = label_variant, helper_text = text(80), min_chars = WHOLE, max_chars = WHOLE,
    input_type = choice "text number email password passcode phone",
    pattern = text(nil, { since = "6.2", needs = "helper_text",
      only = { property = "input_type", one_of = words "text number password passcode", default = "text" } }),
    error_message = text(30, ALONE),
  }) },
  text_area = { type = "TextArea", input = true, gives = "string", nested = "4.0", properties = merge(field, alone, {
    label = label(20), label_variant = label_variant, helper_text = text(80), max_length = WHOLE,
  }) },
  checkbox_group = { type = "CheckboxGroup", list = "data_source", input = true, gives = "array", nested = "4.0",
    order = SEVERAL, properties = merge(group, several, alone_list) },
  radio_buttons_group = { type = "RadioButtonsGroup", list = "data_source", input = true, gives = "string",
    nested = "4.0", properties = merge(group, alone) },
  dropdown = { type = "Dropdown", list = "data_source", input = true, gives = "string", nested = "4.0",
    properties = merge(field, selectable, alone, { label = text(20, NEEDED), data_source = options(200, 1, 100) }) },
  chips_selector = { type = "ChipsSelector", since = "6.3", list = "data_source", input = true, gives = "array",
    nested = "7.1", order = SEVERAL, properties = merge(field, selectable, several, alone_list, {
      label = text(80, NEEDED), description = text(300), data_source = options(20, 2),
      on_unselect_action = action("update_data", { since = "7.1" }) }) },
  opt_in = { type = "OptIn", input = true, gives = "boolean", click = true, nested = "4.0", most = 5, properties = {
    name = name, label = text(120, NEEDED), required = BOOLEAN, visible = BOOLEAN,
    init_value = { type = "boolean", since = "4.0", alone = true }, on_click_action = action(LINK),
    on_select_action = action("update_data", { since = "6.0" }),
    on_unselect_action = action("update_data", { since = "6.0" }),
  } },
  date_picker = { type = "DatePicker", input = true, gives = "string", nested = "4.0", order = DATES,
    properties = merge(field, alone, dates, {
    label = text(40, NEEDED), helper_text = text(80), init_value = merge(DATE, ALONE),
    on_select_action = action "data_exchange" }) },
  calendar_picker = { type = "CalendarPicker", since = "6.1", input = true,
    gives = { property = "mode", default = "single", by = { single = "string", range = "object" } },
    order = { DATES[1], { "min_days", "max_days", "INVALID_MIN_MAX_DAYS" } }, properties = merge(field, dates, {
    mode = choice "single range", title = of_range(text(80)), description = of_range(text(300)),
    label = ranged(text(40, NEEDED)),
    helper_text = ranged(text(80)), required = ranged(BOOLEAN), init_value = ranged(merge(DATE, ALONE)),
    error_message = ranged(text(80, ALONE)), min_days = of_range(WHOLE), max_days = of_range(WHOLE),
    include_days = list(choice "Mon Tue Wed Thu Fri Sat Sun"), on_select_action = action "data_exchange" }) },
  photo_picker = { type = "PhotoPicker", since = "4.0", input = true, gives = "array", most = 1,
    order = order("min_uploaded_photos", "max_uploaded_photos"), files = "max_uploaded_photos",
    properties = merge(picker, {
    photo_source = choice "camera_gallery camera gallery",
    min_uploaded_photos = FILES, max_uploaded_photos = SOME_FILES }) },
  document_picker = { type = "DocumentPicker", since = "4.0", input = true, gives = "array", most = 1,
    order = order("min_uploaded_documents", "max_uploaded_documents"), files = "max_uploaded_documents",
    properties = merge(picker, {
    allowed_mime_types = list(choice(MIME_TYPES)),
    min_uploaded_documents = FILES, max_uploaded_documents = SOME_FILES }) },

  image = { type = "Image", short = "src", nested = "4.0", most = 3, properties = {
    src = merge(picture, NEEDED), width = WHOLE, height = WHOLE, scale_type = choice "cover contain",
    alt_text = ANY_TEXT, aspect_ratio = { type = "number" }, visible = BOOLEAN } },
  image_carousel = { type = "ImageCarousel", since = "7.1", list = "images", most = 2, most_in_flow = 3,
    properties = {
    images = list(object { src = merge(picture, NEEDED), alt_text = text(nil, NEEDED) },
      { required = true, min = 1, max = 3 }),
    aspect_ratio = choice "4:3 16:9", scale_type = choice "cover contain", visible = BOOLEAN } },
  embedded_link = { type = "EmbeddedLink", click = true, nested = "4.0", most = 2, properties = {
    text = text(35, NEEDED), visible = BOOLEAN,
    on_click_action = action(LINK .. " update_data", NEEDED) } },
  navigation_list = { type = "NavigationList", since = "6.2", list = "list_items", click = true, most = 2,
    properties = {
    name = name, label = text(80), description = text(300), media_size = media_size,
    list_items = list(object(item, { click = true }), { required = true, min = 1, max = 20 }),
    on_click_action = action(STEP) } },
  footer = { type = "Footer", click = true, nested = "4.0", properties = {
    label = text(35, NEEDED), left_caption = text(15, { needs = "right_caption" }),
    right_caption = text(15, { needs = "left_caption" }),
    center_caption = text(15, { without = { "left_caption", "right_caption" } }),
    enabled = BOOLEAN, on_click_action = action(STEP .. " complete", NEEDED) } },

  form = { type = "Form", list = "children", properties = {
    name = name, children = CHILDREN, init_values = { type = "any" }, error_messages = { type = "any" } } },
  when = { type = "If", since = "4.0", list = "then", nested = "4.0", properties = {
    condition = weighed, ["then"] = CHILDREN, otherwise = { type = "components", json = "else" } } },
  switch = { type = "Switch", since = "4.0", nested = "4.0", properties = {
    value = weighed, cases = { type = "cases", required = true } } },
}

--- By Meta's `type`; `kind` is the name here.
M.types = {}

for kind, component in pairs(M.kinds) do
  component.kind = kind
  M.types[component.type] = component
end

local at_meta = setmetatable({}, { __mode = "k" })

--- Properties by their names at Meta; `key` is the name of each here.
---@param properties table<string, table>
---@return table<string, { key: string, property: table }>
function M.at_meta(properties)
  local all = at_meta[properties]
  if all then return all end
  all = {}
  for key, property in pairs(properties) do
    all[property.json or (key:gsub("_", "-"))] = { key = key, property = property }
  end
  at_meta[properties] = all
  return all
end

--- The actions: since when there are they, and what they take beside their name.
M.actions = {
  navigate = { keys = words "next payload" }, complete = { keys = words "payload" },
  data_exchange = { keys = words "payload" },
  update_data = { since = "6.0", keys = words "payload" }, open_url = { since = "6.0", keys = words "url" },
}

--- The oldest version, and the newest that is known; later ones are taken, too.
M.oldest, M.newest = "2.1", "7.3"

--- A version as a number that can be compared: 6.10 comes after 6.9.
---@param version string
---@return integer|nil
function M.rank(version)
  local major, minor = tostring(version):match "^(%d%d?)%.(%d%d?)$"
  return major and tonumber(major) * 100 + tonumber(minor) or nil
end

return M
