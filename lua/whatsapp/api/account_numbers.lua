--- `wa.account_numbers`: WhatsApp account numbers, a node beside the phone number.

return {
  get = { "GET", "{id}", operation = "getWhatsAppAccountNumberDetails",
    does = "What Graph knows of an account number.", query = true },
}
