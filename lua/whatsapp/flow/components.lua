--- The components of Flow JSON: how each is written here and at Meta, its
-- properties, their limits, and the version in which each appeared.
-- Source: Meta's "Components" and "Media upload" (WhatsApp Flows reference).
--
-- A component has Meta's `type`, `since` (the first version, when it is not as old
-- as Flows), `short` (the property that a plain value stands for), `list` (the
-- property that its array part is), `input` (it has a value in `form`), `nested`
-- (since when it may stand in when and switch), `properties`.
-- A property has `type`, `required` (true, or since which version), `max` and `min`
-- (characters, items or a number), `one_of`, `since`, `json` (its name at Meta, when
-- that is not its own with - for _), `ranged` (of a range, one for each end), `alone`
-- (only outside a form), `large` (no limit with label_variant), `weighed` (it stands for
-- a value of any type).

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

local name, weighed = text(nil, NEEDED), text(nil, { required = true, weighed = true })
local field = { name = name, required = BOOLEAN, enabled = BOOLEAN, visible = BOOLEAN }

local ALONE = { since = "4.0", alone = true }

-- Outside a form, a field has its own first value and complaint.
local alone = { init_value = text(nil, ALONE), error_message = text(80, ALONE) }
local alone_list = merge(alone, { init_value = list(ANY_TEXT, ALONE) })

local media_size = choice("regular large", { since = "5.0" })

local option = {
  id = name, title = text(30, NEEDED), description = text(300), metadata = text(20), enabled = BOOLEAN,
  image = text(nil, { since = "5.0" }), alt_text = text(nil, { since = "5.0" }), color = text(nil, { since = "5.0" }),
  on_select_action = action("update_data", { since = "6.0" }),
  on_unselect_action = action("update_data", { since = "6.0" }),
}

local function options(max, min)
  return list(object(option), { required = true, min = min or 1, max = max })
end

local selectable = { on_select_action = action "data_exchange update_data",
                     on_unselect_action = action("update_data", { since = "6.0" }) }

local group = merge(field, selectable, {
  label = text(30, { required = "4.0" }), description = text(300, { since = "4.0" }),
  data_source = options(20), media_size = media_size,
})

local several = { min_selected_items = WHOLE, max_selected_items = WHOLE }

local label_variant = choice("large", { since = "7.0" })

local function label(max) return text(max, { required = true, large = true }) end

local styled = {
  font_weight = choice "bold italic bold_italic normal", strikethrough = BOOLEAN, visible = BOOLEAN,
  markdown = { type = "boolean", since = "5.1" },
}

local function lines(max) return { type = "text", max = max, required = true } end

local dates = { min_date = DATE, max_date = DATE, unavailable_dates = list(DATE) }

local function ranged(property) return merge(property, { ranged = true }) end

local picker = { name = name, label = text(80, NEEDED), description = text(300), enabled = BOOLEAN, visible = BOOLEAN,
                 max_file_size_kb = { type = "whole", min = 1, max = 25600 }, error_message = { type = "any" } }

local FILES = { type = "whole", min = 0, max = 30 }
local SOME_FILES = { type = "whole", min = 1, max = 30 }

local LINK, STEP = "data_exchange navigate open_url", "data_exchange navigate"

local item = {
  id = ANY_TEXT, badge = text(15), tags = list(text(15), { max = 3 }), on_click_action = action(STEP),
  main_content = object({ title = text(30, NEEDED), description = text(20), metadata = text(80) }, NEEDED),
  ["end"] = object { title = text(10), description = text(10), metadata = text(10) },
  start = object { image = name, alt_text = ANY_TEXT },
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

  text_input = { type = "TextInput", input = true, nested = "4.0", properties = merge(field, alone, {
    label = label(20), label_variant = label_variant, helper_text = text(80), min_chars = WHOLE, max_chars = WHOLE,
    input_type = choice "text number email password passcode phone", pattern = text(nil, { since = "6.2" }),
    error_message = text(30, ALONE),
  }) },
  text_area = { type = "TextArea", input = true, nested = "4.0", properties = merge(field, alone, {
    label = label(20), label_variant = label_variant, helper_text = text(80), max_length = WHOLE,
  }) },
  checkbox_group = { type = "CheckboxGroup", list = "data_source", input = true, nested = "4.0",
    properties = merge(group, several, alone_list) },
  radio_buttons_group = { type = "RadioButtonsGroup", list = "data_source", input = true, nested = "4.0",
    properties = merge(group, alone) },
  dropdown = { type = "Dropdown", list = "data_source", input = true, nested = "4.0",
    properties = merge(field, selectable, alone, { label = text(20, NEEDED), data_source = options(200) }) },
  chips_selector = { type = "ChipsSelector", since = "6.3", list = "data_source", input = true, nested = "7.1",
    properties = merge(field, selectable, several, alone_list, {
      label = text(80, NEEDED), description = text(300), data_source = options(20, 2) }) },
  opt_in = { type = "OptIn", input = true, click = true, nested = "4.0", properties = {
    name = name, label = text(120, NEEDED), required = BOOLEAN, visible = BOOLEAN,
    init_value = { type = "boolean", since = "4.0", alone = true }, on_click_action = action(LINK),
    on_select_action = action("update_data", { since = "6.0" }),
    on_unselect_action = action("update_data", { since = "6.0" }),
  } },
  date_picker = { type = "DatePicker", input = true, nested = "4.0", properties = merge(field, alone, dates, {
    label = text(40, NEEDED), helper_text = text(80), init_value = merge(DATE, ALONE),
    on_select_action = action "data_exchange" }) },
  calendar_picker = { type = "CalendarPicker", since = "6.1", input = true, properties = merge(field, dates, {
    mode = choice "single range", title = text(80), description = text(300), label = ranged(text(40, NEEDED)),
    helper_text = ranged(text(80)), required = ranged(BOOLEAN), init_value = ranged(merge(DATE, ALONE)),
    error_message = ranged(text(80, ALONE)), min_days = WHOLE, max_days = WHOLE,
    include_days = list(choice "Mon Tue Wed Thu Fri Sat Sun"), on_select_action = action "data_exchange" }) },
  photo_picker = { type = "PhotoPicker", since = "4.0", input = true, properties = merge(picker, {
    photo_source = choice "camera_gallery camera gallery",
    min_uploaded_photos = FILES, max_uploaded_photos = SOME_FILES }) },
  document_picker = { type = "DocumentPicker", since = "4.0", input = true, properties = merge(picker, {
    allowed_mime_types = list(ANY_TEXT), min_uploaded_documents = FILES, max_uploaded_documents = SOME_FILES }) },

  image = { type = "Image", short = "src", nested = "4.0", properties = {
    src = name, width = WHOLE, height = WHOLE, scale_type = choice "cover contain", alt_text = ANY_TEXT,
    aspect_ratio = { type = "number" }, visible = BOOLEAN } },
  image_carousel = { type = "ImageCarousel", since = "7.1", list = "images", properties = {
    images = list(object { src = name, alt_text = name }, { required = true, min = 1, max = 3 }),
    aspect_ratio = choice "4:3 16:9", scale_type = choice "cover contain", visible = BOOLEAN } },
  embedded_link = { type = "EmbeddedLink", click = true, nested = "4.0", properties = {
    text = text(35, NEEDED), visible = BOOLEAN,
    on_click_action = action(LINK .. " update_data", NEEDED) } },
  navigation_list = { type = "NavigationList", since = "6.2", list = "list_items", click = true, properties = {
    name = name, label = text(80), description = text(300), media_size = media_size,
    list_items = list(object(item), { required = true, min = 1, max = 20 }),
    on_click_action = action(STEP) } },
  footer = { type = "Footer", click = true, nested = "4.0", properties = {
    label = text(35, NEEDED), left_caption = text(15), center_caption = text(15), right_caption = text(15),
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
