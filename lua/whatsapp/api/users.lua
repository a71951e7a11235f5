--- `wa.users`: the people of a business.

return {
  assigned_accounts = { "GET", "{id}/assigned_whatsapp_business_accounts",
    operation = "getAssignedWhatsAppBusinessAccounts", does = "The business accounts a person works with.",
    query = true, page = "data" },
}
