--- `wa.schedules`: schedules of the business account: opening hours, maintenance, ….

local fields = require "whatsapp.api.fields"

local PATH = "{business_account_id}/schedules"

local time = { type = "string", required = true, pattern = "^%d%d:%d%d", form = "09:00" }

return {
  list = { "GET", PATH, operation = "getWhatsAppBusinessAccountSchedules", does = "The schedules.", query = true,
    page = "data", fields = {
      filtering = fields.string,
      sort = fields.one_of "created_time.asc created_time.desc updated_time.asc updated_time.desc",
    } },
  create = { "POST", PATH, operation = "createWhatsAppBusinessAccountSchedule", does = "Makes a schedule.",
    json = true, fields = {
      name = fields.required(fields.text(100)), description = fields.text(500),
      schedule_type = fields.required(fields.one_of [[BUSINESS_HOURS AUTOMATED_RESPONSE MESSAGE_CAMPAIGN
        MAINTENANCE_WINDOW CUSTOM]]),
      start_time = time, end_time = time, timezone = fields.string, is_active = fields.boolean,
      days_of_week = { type = "list", max = 7,
        of = fields.one_of "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY" },
      recurrence_pattern = { type = "table", fields = {
        frequency = fields.one_of "DAILY WEEKLY MONTHLY YEARLY",
        interval = { type = "number", min = 1, max = 1000, whole = true }, end_date = fields.string,
      } },
    } },
}
