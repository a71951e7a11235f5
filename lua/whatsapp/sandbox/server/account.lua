--- The account that exists from the start: what Graph says of it, of its two phone
--- numbers and of the profile of each.

return {
  business_account = {
    name = "WhatsApp sandbox", timezone_id = "1", currency = "USD", country = "US",
    message_template_namespace = "5a4d8c3e_0000_4000_8000_000000000001",
    account_review_status = "APPROVED", business_verification_status = "verified",
    ownership_type = "SELF", primary_business_location = "US",
  },

  phone_numbers = {
    { display_phone_number = "+1 555-555-0101", verified_name = "Sandbox Shop" },
    { display_phone_number = "+1 555-555-0102", verified_name = "Sandbox Support" },
  },

  -- What all numbers have in common.
  phone_number = {
    quality_rating = "GREEN", code_verification_status = "VERIFIED", status = "LINKED",
    platform_type = "CLOUD_API", host_platform = "CLOUD_API", throughput = { level = "STANDARD" },
    name_status = "APPROVED", unified_cert_status = "APPROVED", account_mode = "LIVE",
    messaging_limit_tier = "TIER_250", country_code = "US", country_dial_code = "1",
    is_official_business_account = false, is_pin_enabled = false,
  },

  -- What is subscribed to its webhooks, from the start.
  app = { id = "9000000000000001", name = "Sandbox", link = "https://www.facebook.com/games/?app_id=9000000000000001" },

  -- Who owns the account, and works with it.
  business = { name = "Sandbox Business", timezone_id = 1 },
  people = {
    { name = "Ann Owner", user_type = "BUSINESS_USER", tasks = { "FULL_CONTROL" } },
    { name = "Sandbox System", user_type = "SYSTEM_USER" },
  },

  profile = {
    messaging_product = "whatsapp", about = "Made up, but friendly", vertical = "RETAIL",
    address = "1 Loopback Road, Localhost", description = "The business of the sandbox.",
    email = "hello@shop.example", websites = { "https://shop.example/" },
    profile_picture_url = "https://shop.example/picture.jpg",
  },
}
