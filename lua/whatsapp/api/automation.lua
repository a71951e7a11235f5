--- `wa.automation`: what a customer sees before the first message: the welcome
-- message event, prompts (ice breakers) and commands. Meta's page: "Conversational
-- components".

local fields = require "whatsapp.api.fields"

return {
  get = { "GET", "{phone_number_id}", operation = "getPhoneNumberById", does = "The automation of the number.",
    query = true, always = { fields = "conversational_automation" }, closed = true,
    returns = function(body)
      return type(body.conversational_automation) == "table" and body.conversational_automation or {}
    end },
  update = { "POST", "{phone_number_id}/conversational_automation", operation = "configureConversationalAutomation",
    does = "Sets welcome message, prompts (at most 3) and commands (at most 30).", json = true, some = true,
    idempotent = true, returns = "success", fields = {
      enable_welcome_message = fields.boolean,
      prompts = { type = "list", min = 0, max = 3, of = fields.text(80) },
      commands = { type = "list", min = 0, max = 30, of = { type = "table", fields = {
        command_name = { type = "string", required = true, max = 30, pattern = "^[%w_]+$", form = "track_order" },
        command_description = fields.required(fields.text(256)),
      } } },
    } },
}
