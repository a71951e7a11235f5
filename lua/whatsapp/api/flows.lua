--- `wa.flows`: WhatsApp Flows: forms inside a chat. Meta's page: "Flows API".

local fields = require "whatsapp.api.fields"

local name, link = fields.text(200), fields.link
local categories = { type = "list", max = 8, of = fields.one_of [[SIGN_UP SIGN_IN APPOINTMENT_BOOKING
  LEAD_GENERATION CONTACT_US CUSTOMER_SUPPORT SURVEY OTHER]] }

return {
  list = { "GET", "{business_account_id}/flows", operation = "listFlows", does = "The flows of the business account.",
    query = true, page = "data" },
  get = { "GET", "{id}", operation = "getFlow", does = "What Graph knows of a flow; `fields` asks for more: preview, …",
    query = true, fields = { date_format = fields.string } },
  create = { "POST", "{business_account_id}/flows", operation = "createFlow",
    does = "Makes a flow, a draft unless it is published at once.", json = true, short = "name", fields = {
      name = fields.required(name), categories = categories, clone_flow_id = fields.id, endpoint_uri = link,
      flow_json = fields.string, publish = fields.boolean,
    } },
  update = { "POST", "{id}", operation = "updateFlowMetadata", does = "Changes name, categories or endpoint.",
    json = true, some = true, idempotent = true, returns = "success",
    fields = { name = name, categories = categories, endpoint_uri = link, application_id = fields.id } },
  delete = { "DELETE", "{id}", operation = "deleteFlow", does = "Deletes a draft.", returns = "success" },
  assets = { "GET", "{id}/assets", operation = "listAssetsGetFlowJsonUrl",
    does = "The files of a flow, with a link to each.", query = true, page = "data" },
  upload = { "POST", "{id}/assets", operation = "updateFlowJson",
    does = "Uploads its Flow JSON, a file or text; what is wrong with it comes back as `validation_errors`.",
    parts = true, short = "file", always = { name = "flow.json", asset_type = "FLOW_JSON" }, idempotent = true,
    upload = { type = "application/json", filename = "flow.json" } },
  publish = { "POST", "{id}/publish", operation = "publishFlow", does = "Publishes a flow; it cannot be changed then.",
    returns = "success" },
  deprecate = { "POST", "{id}/deprecate", operation = "deprecateFlow",
    does = "Ends a published flow: it can be sent no more.", returns = "success" },
  migrate = { "POST", "{business_account_id}/migrate_flows", operation = "migrateFlows",
    does = "Copies flows from another business account.", parts = true, short = "source_waba_id", fields = {
      source_waba_id = fields.required(fields.id), source_flow_names = { type = "list", max = 100, of = name },
    } },
}
