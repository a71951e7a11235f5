--- The templates that exist from the start, in Meta's own form.

return {
  {
    name = "hello_world", language = "en_US", category = "UTILITY", status = "APPROVED",
    id = "400000000000001", parameter_format = "POSITIONAL",
    components = {
      { type = "HEADER", format = "TEXT", text = "Hello World" },
      { type = "BODY", text = "Welcome! This message shows that sending works." },
      { type = "FOOTER", text = "WhatsApp sandbox" },
    },
  },
  {
    name = "order_confirmation", language = "en_US", category = "UTILITY", status = "APPROVED",
    id = "400000000000002", parameter_format = "POSITIONAL",
    components = {
      { type = "BODY", text = "Hello {{1}}, your order {{2}} is confirmed.",
        example = { body_text = { { "John", "#1234" } } } },
    },
  },
  {
    name = "appointment_reminder", language = "en_US", category = "UTILITY", status = "APPROVED",
    id = "400000000000003", parameter_format = "NAMED",
    components = {
      { type = "BODY", text = "Hello {{customer}}, we expect you on {{day}} at {{time}} o'clock.",
        example = { body_text_named_params = {
          { param_name = "customer", example = "John" }, { param_name = "day", example = "Monday" },
          { param_name = "time", example = "10" },
        } } },
    },
  },
  {
    name = "promo", language = "en_US", category = "MARKETING", status = "APPROVED",
    id = "400000000000004", parameter_format = "POSITIONAL",
    components = {
      { type = "HEADER", format = "IMAGE", example = { header_handle = { "4::aW1hZ2U" } } },
      { type = "BODY", text = "Hello {{1}}, have a look at what is new this week.",
        example = { body_text = { { "John" } } } },
      { type = "BUTTONS", buttons = {
        { type = "URL", text = "Look", url = "https://shop.example/{{1}}",
          example = { "https://shop.example/new" } },
        { type = "QUICK_REPLY", text = "Stop promotions" },
      } },
    },
  },
}
