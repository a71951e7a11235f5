---@meta
-- Made by `make types` from lua/whatsapp/flow/components.lua; do not edit.
-- A string in the place of something else is a reference, "${data.x}", or an expression.

---@class whatsapp.Flow
---@field version string such as "7.1"
---@field data_api_version? "3.0"|"4.0" the first follows from an action that asks the endpoint
---@field routing_model? table<string, string[]> which screen leads to which; follows from the navigation
---@field [integer] whatsapp.flow.Screen

---@class whatsapp.flow.Screen
---@field id string letters and _
---@field title? string
---@field data? table<string, any> an example of each value that the screen is given, or its JSON schema
---@field terminal? boolean the Flow may end here
---@field success? boolean of a terminal screen: false where its end is none
---@field refresh_on_back? boolean the endpoint is asked when the customer comes back from here
---@field sensitive? string[] fields that the answer in the chat does not show
---@field layout? table Meta's own form, in place of the components
---@field [integer] whatsapp.flow.Component

---@class whatsapp.flow.Action what a click, or a choice, does: one of these
---@field navigate? string the screen that it leads to
---@field payload? table<string, any> with navigate: the data of that screen
---@field complete? table<string, any> ends the Flow: what the webhook gets
---@field data_exchange? table<string, any> asks the endpoint
---@field update_data? table<string, any> changes the screen's own data (from version 6.0 on)
---@field open_url? string a link (from version 6.0 on)

---@class whatsapp.flow.start_and_end of a calendar in mode range
---@field start_date? any
---@field end_date? any

---@class whatsapp.flow.Component one thing
---@field body? string|whatsapp.flow.body Meta's TextBody
---@field calendar_picker? whatsapp.flow.calendar_picker Meta's CalendarPicker, from version 6.1 on
---@field caption? string|whatsapp.flow.caption Meta's TextCaption
---@field checkbox_group? whatsapp.flow.checkbox_group Meta's CheckboxGroup
---@field chips_selector? whatsapp.flow.chips_selector Meta's ChipsSelector, from version 6.3 on
---@field date_picker? whatsapp.flow.date_picker Meta's DatePicker
---@field document_picker? whatsapp.flow.document_picker Meta's DocumentPicker, from version 4.0 on
---@field dropdown? whatsapp.flow.dropdown Meta's Dropdown
---@field embedded_link? whatsapp.flow.embedded_link Meta's EmbeddedLink
---@field footer? whatsapp.flow.footer Meta's Footer
---@field form? whatsapp.flow.form Meta's Form
---@field heading? string|whatsapp.flow.heading Meta's TextHeading
---@field image? string|whatsapp.flow.image Meta's Image
---@field image_carousel? whatsapp.flow.image_carousel Meta's ImageCarousel, from version 7.1 on
---@field navigation_list? whatsapp.flow.navigation_list Meta's NavigationList, from version 6.2 on
---@field opt_in? whatsapp.flow.opt_in Meta's OptIn
---@field photo_picker? whatsapp.flow.photo_picker Meta's PhotoPicker, from version 4.0 on
---@field radio_buttons_group? whatsapp.flow.radio_buttons_group Meta's RadioButtonsGroup
---@field rich_text? string|whatsapp.flow.rich_text Meta's RichText, from version 5.1 on
---@field subheading? string|whatsapp.flow.subheading Meta's TextSubheading
---@field switch? whatsapp.flow.switch Meta's Switch, from version 4.0 on
---@field text_area? whatsapp.flow.text_area Meta's TextArea
---@field text_input? whatsapp.flow.text_input Meta's TextInput
---@field when? whatsapp.flow.when Meta's If, from version 4.0 on
---@field type? string Meta's own form: its type; the properties stand beside it

---@class whatsapp.flow.body
---@field font_weight? "bold"|"bold_italic"|"italic"|"normal"|string
---@field markdown? boolean|string from version 5.1 on
---@field strikethrough? boolean|string
---@field text? string|string[] at most 4096 characters
---@field visible? boolean|string
---@field [integer] string a line

---@class whatsapp.flow.calendar_picker
---@field description? string at most 300 characters
---@field enabled? boolean|string
---@field error_message? string|whatsapp.flow.start_and_end at most 80 characters, from version 4.0 on, outside a form
---@field helper_text? string|whatsapp.flow.start_and_end at most 80 characters
---@field include_days? ("Fri"|"Mon"|"Sat"|"Sun"|"Thu"|"Tue"|"Wed"|string)[]|string
---@field init_value? string|whatsapp.flow.start_and_end from version 4.0 on, outside a form
---@field label string|whatsapp.flow.start_and_end at most 40 characters
---@field max_date? string
---@field max_days? integer|string
---@field min_date? string
---@field min_days? integer|string
---@field mode? "range"|"single"|string
---@field name string
---@field on_select_action? whatsapp.flow.Action
---@field required? boolean|string|whatsapp.flow.start_and_end
---@field title? string at most 80 characters
---@field unavailable_dates? string[]|string
---@field visible? boolean|string

---@class whatsapp.flow.caption
---@field font_weight? "bold"|"bold_italic"|"italic"|"normal"|string
---@field markdown? boolean|string from version 5.1 on
---@field strikethrough? boolean|string
---@field text? string|string[] at most 409 characters
---@field visible? boolean|string
---@field [integer] string a line

---@class whatsapp.flow.checkbox_group
---@field data_source? (string|number|whatsapp.flow.checkbox_group.item)[]|string 1 to 20
---@field description? string at most 300 characters, from version 4.0 on
---@field enabled? boolean|string
---@field error_message? string at most 80 characters, from version 4.0 on, outside a form
---@field init_value? string[]|string from version 4.0 on, outside a form
---@field label? string at most 30 characters
---@field max_selected_items? integer|string
---@field media_size? "large"|"regular"|string from version 5.0 on
---@field min_selected_items? integer|string
---@field name string
---@field on_select_action? whatsapp.flow.Action
---@field on_unselect_action? whatsapp.flow.Action from version 6.0 on
---@field required? boolean|string
---@field visible? boolean|string
---@field [integer] string|number|whatsapp.flow.checkbox_group.item

---@class whatsapp.flow.checkbox_group.item
---@field alt_text? string from version 5.0 on
---@field color? string from version 5.0 on
---@field description? string at most 300 characters
---@field enabled? boolean|string
---@field id string
---@field image? string from version 5.0 on
---@field metadata? string at most 20 characters
---@field on_select_action? whatsapp.flow.Action from version 6.0 on
---@field on_unselect_action? whatsapp.flow.Action from version 6.0 on
---@field title string at most 30 characters

---@class whatsapp.flow.chips_selector
---@field data_source? (string|number|whatsapp.flow.chips_selector.item)[]|string 2 to 20
---@field description? string at most 300 characters
---@field enabled? boolean|string
---@field error_message? string at most 80 characters, from version 4.0 on, outside a form
---@field init_value? string[]|string from version 4.0 on, outside a form
---@field label string at most 80 characters
---@field max_selected_items? integer|string
---@field min_selected_items? integer|string
---@field name string
---@field on_select_action? whatsapp.flow.Action
---@field on_unselect_action? whatsapp.flow.Action from version 7.1 on
---@field required? boolean|string
---@field visible? boolean|string
---@field [integer] string|number|whatsapp.flow.chips_selector.item

---@class whatsapp.flow.chips_selector.item
---@field alt_text? string from version 5.0 on
---@field color? string from version 5.0 on
---@field description? string at most 300 characters
---@field enabled? boolean|string
---@field id string
---@field image? string from version 5.0 on
---@field metadata? string at most 20 characters
---@field on_select_action? whatsapp.flow.Action from version 6.0 on
---@field on_unselect_action? whatsapp.flow.Action from version 6.0 on
---@field title string at most 30 characters

---@class whatsapp.flow.date_picker
---@field enabled? boolean|string
---@field error_message? string at most 80 characters, from version 4.0 on, outside a form
---@field helper_text? string at most 80 characters
---@field init_value? string from version 4.0 on, outside a form
---@field label string at most 40 characters
---@field max_date? string
---@field min_date? string
---@field name string
---@field on_select_action? whatsapp.flow.Action
---@field required? boolean|string
---@field unavailable_dates? string[]|string
---@field visible? boolean|string

---@class whatsapp.flow.document_picker
---@field allowed_mime_types? ("application/gzip"|"application/msword"|"application/pdf"|"application/vnd.ms-excel"|"application/vnd.ms-powerpoint"|"application/vnd.oasis.opendocument.presentation"|"application/vnd.oasis.opendocument.spreadsheet"|"application/vnd.oasis.opendocument.text"|"application/vnd.openxmlformats-officedocument.presentationml.presentation"|"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"|"application/vnd.openxmlformats-officedocument.wordprocessingml.document"|"application/x-7z-compressed"|"application/zip"|"image/avif"|"image/gif"|"image/heic"|"image/heif"|"image/jpeg"|"image/png"|"image/tiff"|"image/webp"|"text/plain"|"video/mp4"|"video/mpeg"|string)[]|string
---@field description? string at most 300 characters
---@field enabled? boolean|string
---@field error_message? any
---@field label string at most 80 characters
---@field max_file_size_kb? integer|string at most 25600
---@field max_uploaded_documents? integer|string at most 30
---@field min_uploaded_documents? integer|string at most 30
---@field name string
---@field visible? boolean|string

---@class whatsapp.flow.dropdown
---@field data_source? (string|number|whatsapp.flow.dropdown.item)[]|string 1 to 200
---@field enabled? boolean|string
---@field error_message? string at most 80 characters, from version 4.0 on, outside a form
---@field init_value? string from version 4.0 on, outside a form
---@field label string at most 20 characters
---@field name string
---@field on_select_action? whatsapp.flow.Action
---@field on_unselect_action? whatsapp.flow.Action from version 6.0 on
---@field required? boolean|string
---@field visible? boolean|string
---@field [integer] string|number|whatsapp.flow.dropdown.item

---@class whatsapp.flow.dropdown.item
---@field alt_text? string from version 5.0 on
---@field color? string from version 5.0 on
---@field description? string at most 300 characters
---@field enabled? boolean|string
---@field id string
---@field image? string from version 5.0 on
---@field metadata? string at most 20 characters
---@field on_select_action? whatsapp.flow.Action from version 6.0 on
---@field on_unselect_action? whatsapp.flow.Action from version 6.0 on
---@field title string at most 30 characters

---@class whatsapp.flow.embedded_link: whatsapp.flow.Action
---@field on_click_action? whatsapp.flow.Action
---@field text string at most 35 characters
---@field visible? boolean|string

---@class whatsapp.flow.footer: whatsapp.flow.Action
---@field center_caption? string at most 15 characters
---@field enabled? boolean|string
---@field label string at most 35 characters
---@field left_caption? string at most 15 characters
---@field on_click_action? whatsapp.flow.Action
---@field right_caption? string at most 15 characters

---@class whatsapp.flow.form
---@field children? whatsapp.flow.Component[]
---@field error_messages? any
---@field init_values? any
---@field name string
---@field [integer] whatsapp.flow.Component

---@class whatsapp.flow.heading
---@field text string at most 80 characters
---@field visible? boolean|string

---@class whatsapp.flow.image
---@field alt_text? string
---@field aspect_ratio? number|string
---@field height? integer|string
---@field scale_type? "contain"|"cover"|string
---@field src string
---@field visible? boolean|string
---@field width? integer|string

---@class whatsapp.flow.image_carousel
---@field aspect_ratio? "16:9"|"4:3"|string
---@field images? whatsapp.flow.image_carousel.item[]|string 1 to 3
---@field scale_type? "contain"|"cover"|string
---@field visible? boolean|string
---@field [integer] whatsapp.flow.image_carousel.item

---@class whatsapp.flow.image_carousel.item
---@field alt_text string
---@field src string

---@class whatsapp.flow.navigation_list: whatsapp.flow.Action
---@field description? string at most 300 characters
---@field label? string at most 80 characters
---@field list_items? whatsapp.flow.navigation_list.item[]|string 1 to 20
---@field media_size? "large"|"regular"|string from version 5.0 on
---@field name string
---@field on_click_action? whatsapp.flow.Action
---@field [integer] whatsapp.flow.navigation_list.item

---@class whatsapp.flow.navigation_list.item.end
---@field description? string at most 10 characters
---@field metadata? string at most 10 characters
---@field title? string at most 10 characters

---@class whatsapp.flow.navigation_list.item.main_content
---@field description? string at most 20 characters
---@field metadata? string at most 80 characters
---@field title string at most 30 characters

---@class whatsapp.flow.navigation_list.item.start
---@field alt_text? string
---@field image string

---@class whatsapp.flow.navigation_list.item: whatsapp.flow.Action
---@field badge? string at most 15 characters
---@field ["end"]? whatsapp.flow.navigation_list.item.end
---@field id? string
---@field main_content whatsapp.flow.navigation_list.item.main_content
---@field on_click_action? whatsapp.flow.Action
---@field start? whatsapp.flow.navigation_list.item.start
---@field tags? string[]|string 0 to 3

---@class whatsapp.flow.opt_in: whatsapp.flow.Action
---@field init_value? boolean|string from version 4.0 on, outside a form
---@field label string at most 120 characters
---@field name string
---@field on_click_action? whatsapp.flow.Action
---@field on_select_action? whatsapp.flow.Action from version 6.0 on
---@field on_unselect_action? whatsapp.flow.Action from version 6.0 on
---@field required? boolean|string
---@field visible? boolean|string

---@class whatsapp.flow.photo_picker
---@field description? string at most 300 characters
---@field enabled? boolean|string
---@field error_message? any
---@field label string at most 80 characters
---@field max_file_size_kb? integer|string at most 25600
---@field max_uploaded_photos? integer|string at most 30
---@field min_uploaded_photos? integer|string at most 30
---@field name string
---@field photo_source? "camera"|"camera_gallery"|"gallery"|string
---@field visible? boolean|string

---@class whatsapp.flow.radio_buttons_group
---@field data_source? (string|number|whatsapp.flow.radio_buttons_group.item)[]|string 1 to 20
---@field description? string at most 300 characters, from version 4.0 on
---@field enabled? boolean|string
---@field error_message? string at most 80 characters, from version 4.0 on, outside a form
---@field init_value? string from version 4.0 on, outside a form
---@field label? string at most 30 characters
---@field media_size? "large"|"regular"|string from version 5.0 on
---@field name string
---@field on_select_action? whatsapp.flow.Action
---@field on_unselect_action? whatsapp.flow.Action from version 6.0 on
---@field required? boolean|string
---@field visible? boolean|string
---@field [integer] string|number|whatsapp.flow.radio_buttons_group.item

---@class whatsapp.flow.radio_buttons_group.item
---@field alt_text? string from version 5.0 on
---@field color? string from version 5.0 on
---@field description? string at most 300 characters
---@field enabled? boolean|string
---@field id string
---@field image? string from version 5.0 on
---@field metadata? string at most 20 characters
---@field on_select_action? whatsapp.flow.Action from version 6.0 on
---@field on_unselect_action? whatsapp.flow.Action from version 6.0 on
---@field title string at most 30 characters

---@class whatsapp.flow.rich_text
---@field text? string|string[]
---@field visible? boolean|string
---@field [integer] string a line

---@class whatsapp.flow.subheading
---@field text string at most 80 characters
---@field visible? boolean|string

---@class whatsapp.flow.switch
---@field cases table<string, whatsapp.flow.Component[]>
---@field value string

---@class whatsapp.flow.text_area
---@field enabled? boolean|string
---@field error_message? string at most 80 characters, from version 4.0 on, outside a form
---@field helper_text? string at most 80 characters
---@field init_value? string from version 4.0 on, outside a form
---@field label string at most 20 characters
---@field label_variant? "large"|string from version 7.0 on
---@field max_length? integer|string
---@field name string
---@field required? boolean|string
---@field visible? boolean|string

---@class whatsapp.flow.text_input
---@field enabled? boolean|string
---@field error_message? string at most 30 characters, from version 4.0 on, outside a form
---@field helper_text? string at most 80 characters
---@field init_value? string from version 4.0 on, outside a form
---@field input_type? "email"|"number"|"passcode"|"password"|"phone"|"text"|string
---@field label string at most 20 characters
---@field label_variant? "large"|string from version 7.0 on
---@field max_chars? integer|string
---@field min_chars? integer|string
---@field name string
---@field pattern? string from version 6.2 on
---@field required? boolean|string
---@field visible? boolean|string

---@class whatsapp.flow.when
---@field condition string
---@field otherwise? whatsapp.flow.Component[]
---@field then? whatsapp.flow.Component[]
---@field [integer] whatsapp.flow.Component
