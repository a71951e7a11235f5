---@meta
-- Made by `make types` from lua/whatsapp/message; do not edit.

---@alias whatsapp.Amount { currency: string, amount: string|number, fallback?: string }
---@alias whatsapp.Value string|number|whatsapp.Amount|{ date_time: string }
---@alias whatsapp.Values whatsapp.Value|table<string|integer, whatsapp.Value> by position or by name

---@class whatsapp.Reply a message without its recipient
---@field callback_data? string at most 512 characters, comes back in every status webhook
---@field recipient_identity_key_hash? string sent only to the user who has this key
---@field recipient_type? "group"|"individual" individual unless it is said
---@field reply_to? string the wamid of the message that this one answers
---@field address_request? string|whatsapp.message.address_request
---@field audio? string|whatsapp.message.audio
---@field buttons? whatsapp.message.buttons
---@field call_permission_request? string|whatsapp.message.call_permission_request
---@field carousel? whatsapp.message.carousel
---@field catalog? string|whatsapp.message.catalog
---@field contact_request? string|whatsapp.message.contact_request
---@field contacts? whatsapp.message.contacts|whatsapp.message.contacts[] 1 to 257
---@field cta_url? string|whatsapp.message.cta_url
---@field document? string|whatsapp.message.document
---@field flow? string|whatsapp.message.flow
---@field image? string|whatsapp.message.image
---@field list? whatsapp.message.list
---@field location? whatsapp.message.location
---@field location_request? string|whatsapp.message.location_request
---@field order_details? whatsapp.message.order_details
---@field order_status? whatsapp.message.order_status
---@field pin? whatsapp.message.pin
---@field product? whatsapp.message.product
---@field products? whatsapp.message.products
---@field reaction? whatsapp.message.reaction
---@field sticker? string|whatsapp.message.sticker
---@field template? whatsapp.message.template
---@field text? string|whatsapp.message.text
---@field video? string|whatsapp.message.video
---@field voice_call? string|whatsapp.message.voice_call
---@field type? string Graph's own form: the type; its content stands under that name

---@class whatsapp.Message: whatsapp.Reply
---@field to string|integer a phone number with its country code in any form, a business-scoped user id, or a group's id

---@class whatsapp.message.address_request.saved_address.value
---@field address? string|number
---@field building_name? string|number
---@field city? string|number
---@field floor_number? string|number
---@field house_number? string|number
---@field in_pin_code? string|number at most 6 characters
---@field landmark_area? string|number
---@field name? string|number
---@field phone_number? string|number
---@field state? string|number
---@field tower_number? string|number

---@class whatsapp.message.address_request.saved_address
---@field id string|number
---@field value whatsapp.message.address_request.saved_address.value

---@class whatsapp.message.address_request.address
---@field address? string|number
---@field building_name? string|number
---@field city? string|number
---@field floor_number? string|number
---@field house_number? string|number
---@field in_pin_code? string|number at most 6 characters
---@field landmark_area? string|number
---@field name? string|number
---@field phone_number? string|number
---@field state? string|number
---@field tower_number? string|number

---@class whatsapp.message.address_request
---@field body string at most 1024 characters
---@field country string
---@field footer? string at most 60 characters
---@field header? string at most 60 characters
---@field saved_addresses? (table<string, any>|whatsapp.message.address_request.saved_address)[]
---@field validation_errors? table<string, any>
---@field values? whatsapp.message.address_request.address|table<string, any>

---@class whatsapp.message.audio
---@field data? string
---@field fetch? string
---@field file? string
---@field id? string|integer
---@field link? string
---@field type? string
---@field voice? boolean

---@class whatsapp.message.buttons.header.document
---@field data? string
---@field fetch? string
---@field file? string
---@field filename? string at most 240 characters
---@field id? string|integer
---@field link? string
---@field type? string

---@class whatsapp.message.buttons.header.image
---@field data? string
---@field fetch? string
---@field file? string
---@field id? string|integer
---@field link? string
---@field type? string

---@class whatsapp.message.buttons.header.video
---@field data? string
---@field fetch? string
---@field file? string
---@field id? string|integer
---@field link? string
---@field type? string

---@class whatsapp.message.buttons.header
---@field document? string|whatsapp.message.buttons.header.document
---@field image? string|whatsapp.message.buttons.header.image
---@field sub_text? string at most 60 characters
---@field text? string at most 60 characters
---@field video? string|whatsapp.message.buttons.header.video

---@class whatsapp.message.buttons.item
---@field id string|number at most 256 characters
---@field title string at most 20 characters

---@class whatsapp.message.buttons
---@field body string at most 1024 characters
---@field footer? string at most 60 characters
---@field header? string|whatsapp.message.buttons.header
---@field [integer] whatsapp.message.buttons.item 1 to 3

---@class whatsapp.message.call_permission_request
---@field body string at most 1024 characters

---@class whatsapp.message.carousel.item.buttons
---@field id string|number at most 256 characters
---@field title string at most 20 characters

---@class whatsapp.message.carousel.item.cta_url
---@field button string at most 20 characters
---@field url string

---@class whatsapp.message.carousel.item.header
---@field image? string|whatsapp.message.buttons.header.image
---@field video? string|whatsapp.message.buttons.header.video

---@class whatsapp.message.carousel.item.product
---@field catalog_id string|integer
---@field id string|number

---@class whatsapp.message.carousel.item
---@field body? string at most 160 characters
---@field buttons? whatsapp.message.carousel.item.buttons[] 1 to 3
---@field cta_url? whatsapp.message.carousel.item.cta_url
---@field header? whatsapp.message.carousel.item.header
---@field product? whatsapp.message.carousel.item.product

---@class whatsapp.message.carousel
---@field body string at most 1024 characters
---@field [integer] whatsapp.message.carousel.item 2 to 10

---@class whatsapp.message.catalog
---@field body string at most 1024 characters
---@field footer? string at most 60 characters
---@field thumbnail? string|number

---@class whatsapp.message.contact_request
---@field body string at most 1024 characters

---@class whatsapp.message.contacts.addresses
---@field city? string
---@field country? string
---@field country_code? string
---@field state? string
---@field street? string
---@field type? string
---@field zip? string

---@class whatsapp.message.contacts.emails
---@field email string
---@field type? string

---@class whatsapp.message.contacts.name
---@field first_name? string
---@field formatted_name? string
---@field last_name? string
---@field middle_name? string
---@field prefix? string
---@field suffix? string

---@class whatsapp.message.contacts.org
---@field company? string
---@field department? string
---@field title? string

---@class whatsapp.message.contacts.phones
---@field phone string|number
---@field type? string
---@field wa_id? string|number

---@class whatsapp.message.contacts.urls
---@field type? string
---@field url string

---@class whatsapp.message.contacts
---@field addresses? whatsapp.message.contacts.addresses[]
---@field birthday? string
---@field emails? (string|whatsapp.message.contacts.emails)[]
---@field name string|whatsapp.message.contacts.name
---@field org? string|whatsapp.message.contacts.org
---@field phones? (string|number|whatsapp.message.contacts.phones)[]
---@field urls? (string|whatsapp.message.contacts.urls)[]

---@class whatsapp.message.cta_url
---@field body string at most 1024 characters
---@field button string at most 20 characters
---@field footer? string at most 60 characters
---@field header? string|whatsapp.message.buttons.header
---@field url string

---@class whatsapp.message.document
---@field caption? string at most 1024 characters
---@field data? string
---@field fetch? string
---@field file? string
---@field filename? string at most 240 characters
---@field id? string|integer
---@field link? string
---@field type? string

---@class whatsapp.message.flow
---@field action? "data_exchange"|"navigate"
---@field body string at most 1024 characters
---@field button string at most 30 characters
---@field data? table<string, any>
---@field footer? string at most 60 characters
---@field header? string|whatsapp.message.buttons.header
---@field id? string|integer
---@field message_version? string|number
---@field mode? "draft"|"published"
---@field name? string
---@field screen? string
---@field token? string

---@class whatsapp.message.image
---@field caption? string at most 1024 characters
---@field data? string
---@field fetch? string
---@field file? string
---@field id? string|integer
---@field link? string
---@field type? string

---@class whatsapp.message.list.row
---@field description? string at most 72 characters
---@field id string|number at most 200 characters
---@field title string at most 24 characters

---@class whatsapp.message.list.section.item
---@field description? string at most 72 characters
---@field id string|number at most 200 characters
---@field title string at most 24 characters

---@class whatsapp.message.list.section
---@field title? string at most 24 characters
---@field [integer] whatsapp.message.list.section.item 1 to 10

---@class whatsapp.message.list
---@field body string at most 4096 characters
---@field button string at most 20 characters
---@field footer? string at most 60 characters
---@field header? string at most 60 characters
---@field [integer] whatsapp.message.list.row|whatsapp.message.list.section

---@class whatsapp.message.location
---@field address? string
---@field latitude string|number from -90 to 90
---@field longitude string|number from -180 to 180
---@field name? string

---@class whatsapp.message.location_request
---@field body string at most 1024 characters

---@class whatsapp.message.order_details.beneficiaries
---@field address_line1 string at most 100 characters
---@field address_line2? string at most 100 characters
---@field city string
---@field country string
---@field name string at most 200 characters
---@field postal_code string|number at most 6 characters
---@field state string

---@class whatsapp.message.order_details.discount
---@field amount? string
---@field description? string at most 60 characters
---@field discount_program_name? string at most 60 characters
---@field offset? number
---@field value? integer

---@class whatsapp.message.order_details.expiration
---@field description? string at most 120 characters
---@field timestamp string|number

---@class whatsapp.message.order_details.header
---@field image string|whatsapp.message.buttons.header.image

---@class whatsapp.message.order_details.payment_settings.boleto
---@field digitable_line string

---@class whatsapp.message.order_details.payment_settings.offsite_card_pay
---@field credential_id string|number
---@field last_four_digits string

---@class whatsapp.message.order_details.payment_settings.payment_gateway.billdesk
---@field additional_info1? string at most 120 characters
---@field additional_info2? string at most 120 characters
---@field additional_info3? string at most 120 characters
---@field additional_info4? string at most 120 characters
---@field additional_info5? string at most 120 characters
---@field additional_info6? string at most 120 characters
---@field additional_info7? string at most 120 characters

---@class whatsapp.message.order_details.payment_settings.payment_gateway.payu
---@field udf1? string at most 255 characters
---@field udf2? string at most 255 characters
---@field udf3? string at most 255 characters
---@field udf4? string at most 255 characters

---@class whatsapp.message.order_details.payment_settings.payment_gateway.razorpay
---@field notes? table<string, any>
---@field receipt? string at most 40 characters

---@class whatsapp.message.order_details.payment_settings.payment_gateway.zaakpay
---@field extra1? string at most 180 characters
---@field extra2? string at most 180 characters

---@class whatsapp.message.order_details.payment_settings.payment_gateway
---@field billdesk? whatsapp.message.order_details.payment_settings.payment_gateway.billdesk
---@field configuration_name string at most 60 characters
---@field payu? whatsapp.message.order_details.payment_settings.payment_gateway.payu
---@field razorpay? whatsapp.message.order_details.payment_settings.payment_gateway.razorpay
---@field type "billdesk"|"payu"|"razorpay"|"zaakpay"
---@field zaakpay? whatsapp.message.order_details.payment_settings.payment_gateway.zaakpay

---@class whatsapp.message.order_details.payment_settings.payment_link
---@field uri string

---@class whatsapp.message.order_details.payment_settings.pix_dynamic_code
---@field code string
---@field key string
---@field key_type "CNPJ"|"CPF"|"EMAIL"|"EVP"|"PHONE"
---@field merchant_name string

---@class whatsapp.message.order_details.payment_settings.upi_intent_link
---@field link string

---@class whatsapp.message.order_details.payment_settings
---@field boleto? string|whatsapp.message.order_details.payment_settings.boleto
---@field offsite_card_pay? whatsapp.message.order_details.payment_settings.offsite_card_pay
---@field payment_gateway? whatsapp.message.order_details.payment_settings.payment_gateway
---@field payment_link? string|whatsapp.message.order_details.payment_settings.payment_link
---@field pix_dynamic_code? whatsapp.message.order_details.payment_settings.pix_dynamic_code
---@field type? "boleto"|"offsite_card_pay"|"payment_gateway"|"payment_link"|"pix_dynamic_code"|"upi_intent_link"
---@field upi_intent_link? string|whatsapp.message.order_details.payment_settings.upi_intent_link

---@class whatsapp.message.order_details.shipping
---@field amount? string
---@field description? string at most 60 characters
---@field offset? number
---@field value? integer

---@class whatsapp.message.order_details.subtotal
---@field amount? string
---@field offset? number
---@field value? integer

---@class whatsapp.message.order_details.tax
---@field amount? string
---@field description? string at most 60 characters
---@field offset? number
---@field value? integer

---@class whatsapp.message.order_details.total_amount
---@field amount? string
---@field offset? number
---@field value? integer

---@class whatsapp.message.order_details.item.amount
---@field amount? string
---@field offset? number
---@field value? integer

---@class whatsapp.message.order_details.item.image
---@field link string

---@class whatsapp.message.order_details.item.importer_address
---@field address_line1 string at most 100 characters
---@field address_line2? string at most 100 characters
---@field city? string at most 120 characters
---@field country_code? string at most 2 characters
---@field postal_code? string|number at most 6 characters
---@field zone_code? string at most 2 characters

---@class whatsapp.message.order_details.item.sale_amount
---@field amount? string
---@field offset? number
---@field value? integer

---@class whatsapp.message.order_details.item
---@field amount string|whatsapp.message.order_details.item.amount
---@field country_of_origin? string at most 100 characters
---@field image? string|whatsapp.message.order_details.item.image
---@field importer_address? whatsapp.message.order_details.item.importer_address
---@field importer_name? string at most 200 characters
---@field name string at most 60 characters
---@field quantity? integer
---@field retailer_id? string|number
---@field sale_amount? string|whatsapp.message.order_details.item.sale_amount

---@class whatsapp.message.order_details
---@field beneficiaries? whatsapp.message.order_details.beneficiaries[]
---@field body string at most 1024 characters
---@field catalog_id? string|integer
---@field currency string
---@field discount? string|whatsapp.message.order_details.discount
---@field expiration? string|number|whatsapp.message.order_details.expiration
---@field footer? string at most 60 characters
---@field header? whatsapp.message.order_details.header
---@field payment_configuration? string at most 60 characters
---@field payment_settings? whatsapp.message.order_details.payment_settings|whatsapp.message.order_details.payment_settings[] 1 to 10
---@field payment_type? string at most 60 characters
---@field quick_pay? boolean
---@field reference_id string at most 60 characters
---@field shipping? string|whatsapp.message.order_details.shipping
---@field shipping_info? table<string, any>
---@field subtotal? string|whatsapp.message.order_details.subtotal
---@field tax? string|whatsapp.message.order_details.tax
---@field total_amount? string|whatsapp.message.order_details.total_amount
---@field type "digital-goods"|"physical-goods"
---@field [integer] whatsapp.message.order_details.item

---@class whatsapp.message.order_status.payment
---@field status "captured"|"failed"|"pending"
---@field timestamp? integer

---@class whatsapp.message.order_status
---@field body string at most 1024 characters
---@field description? string at most 120 characters
---@field footer? string at most 60 characters
---@field header? string|whatsapp.message.buttons.header
---@field payment? "captured"|"failed"|"pending"|whatsapp.message.order_status.payment
---@field reference_id string at most 60 characters
---@field status? "canceled"|"completed"|"partially-shipped"|"pending"|"processing"|"shipped"

---@class whatsapp.message.pin
---@field expiration_days? integer from 1 to 30
---@field message_id string
---@field type "pin"|"unpin"

---@class whatsapp.message.product
---@field body? string at most 1024 characters
---@field catalog_id string|integer
---@field footer? string at most 60 characters
---@field id string|number

---@class whatsapp.message.products.section
---@field title? string at most 24 characters
---@field [integer] string|number 1 to 30

---@class whatsapp.message.products
---@field body string at most 1024 characters
---@field catalog_id string|integer
---@field footer? string at most 60 characters
---@field header string at most 60 characters
---@field [integer] string|number|whatsapp.message.products.section

---@class whatsapp.message.reaction
---@field emoji string
---@field message_id string

---@class whatsapp.message.sticker
---@field data? string
---@field fetch? string
---@field file? string
---@field id? string|integer
---@field link? string
---@field type? string

---@class whatsapp.message.template.button.flow
---@field data? table<string, any>
---@field token? string

---@class whatsapp.message.template.button.order_details
---@field beneficiaries? whatsapp.message.order_details.beneficiaries[]
---@field catalog_id? string|integer
---@field currency string
---@field discount? string|whatsapp.message.order_details.discount
---@field expiration? string|number|whatsapp.message.order_details.expiration
---@field payment_configuration? string at most 60 characters
---@field payment_settings? whatsapp.message.order_details.payment_settings|whatsapp.message.order_details.payment_settings[] 1 to 10
---@field payment_type? string at most 60 characters
---@field quick_pay? boolean
---@field reference_id string at most 60 characters
---@field shipping? string|whatsapp.message.order_details.shipping
---@field shipping_info? table<string, any>
---@field subtotal? string|whatsapp.message.order_details.subtotal
---@field tax? string|whatsapp.message.order_details.tax
---@field total_amount? string|whatsapp.message.order_details.total_amount
---@field type "digital-goods"|"physical-goods"
---@field [integer] whatsapp.message.order_details.item

---@class whatsapp.message.template.button.products
---@field thumbnail string|number
---@field [integer] string|number|whatsapp.message.products.section

---@class whatsapp.message.template.button.voice_call
---@field payload? string at most 512 characters
---@field ttl_minutes? integer from 1 to 43200

---@class whatsapp.message.template.button
---@field catalog? string|number
---@field code? string|number at most 20 characters
---@field flow? string|whatsapp.message.template.button.flow
---@field order_details? whatsapp.message.template.button.order_details
---@field payload? string|number at most 256 characters
---@field products? whatsapp.message.template.button.products
---@field url? table<string, any>|string|number
---@field voice_call? whatsapp.message.template.button.voice_call

---@class whatsapp.message.template.card.header.gif
---@field data? string
---@field fetch? string
---@field file? string
---@field id? string|integer
---@field link? string
---@field type? string

---@class whatsapp.message.template.card.header
---@field document? string|whatsapp.message.buttons.header.document
---@field gif? string|whatsapp.message.template.card.header.gif
---@field image? string|whatsapp.message.buttons.header.image
---@field location? whatsapp.message.location
---@field product? whatsapp.message.carousel.item.product
---@field text? whatsapp.Values
---@field video? string|whatsapp.message.buttons.header.video

---@class whatsapp.message.template.card
---@field body? whatsapp.Values
---@field buttons? (false|whatsapp.message.template.button)[]
---@field header? whatsapp.Values|whatsapp.message.template.card.header

---@class whatsapp.message.template.language
---@field code string
---@field policy? "deterministic"

---@class whatsapp.message.template.order_status
---@field description? string at most 120 characters
---@field payment? "captured"|"failed"|"pending"|whatsapp.message.order_status.payment
---@field reference_id string at most 60 characters
---@field status? "canceled"|"completed"|"partially-shipped"|"pending"|"processing"|"shipped"

---@class whatsapp.message.template.tap_target
---@field title string
---@field url string

---@class whatsapp.message.template
---@field body? whatsapp.Values
---@field buttons? (false|whatsapp.message.template.button)[]
---@field carousel? whatsapp.message.template.card[]
---@field components? table<string, any>[]
---@field expires? number
---@field header? whatsapp.Values|whatsapp.message.template.card.header
---@field language string|whatsapp.message.template.language
---@field name string at most 512 characters
---@field order_status? whatsapp.message.template.order_status
---@field otp? string|number
---@field tap_target? whatsapp.message.template.tap_target

---@class whatsapp.message.text
---@field body string at most 4096 characters
---@field preview_url? boolean

---@class whatsapp.message.video
---@field caption? string at most 1024 characters
---@field data? string
---@field fetch? string
---@field file? string
---@field id? string|integer
---@field link? string
---@field type? string

---@class whatsapp.message.voice_call
---@field body string at most 1024 characters
---@field button? string at most 20 characters
---@field footer? string at most 60 characters
---@field payload? string at most 512 characters
---@field ttl_minutes? integer from 1 to 43200
