--- `wa.phone_numbers`: the numbers of a business account.

---@class whatsapp.PhoneNumbers
---@field list fun(self, query?: table, options?: table): whatsapp.Page|nil, whatsapp.Error?
---@field each fun(self, query?: table, options?: table): fun(): table|nil all, page by page; raises
---@field all fun(self, query?: table, options?: table): table[]|nil, whatsapp.Error?
---@field get fun(self, id?: string, query?: { fields?: string[] }, options?: table): table|nil,
--- whatsapp.Error? the client's own number unless an id is given

return {
  list = { "GET", "{business_account_id}/phone_numbers", query = true, page = "data" },
  get = { "GET", "{phone_number_id}", id = "phone_number_id", optional = true, query = true },
}
