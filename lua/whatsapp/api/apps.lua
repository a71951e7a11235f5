--- `wa.apps`: what belongs to a Meta app: the client's own unless an id is given.

local fields = require "whatsapp.api.fields"

return {
  connected_businesses = { "GET", "{app_id}/connected_client_businesses", operation = "getConnectedClientBusinesses",
    does = "The client businesses connected to an app.", id = "app_id", optional = true, query = true, page = "data" },
  solutions = { "GET", "{app_id}/whatsapp_business_solutions", operation = "getApplicationWhatsAppBusinessSolutions",
    does = "The multi-partner solutions an app takes part in.", id = "app_id", optional = true, query = true,
    page = "data", fields = { role = fields.one_of "OWNER PARTNER" } },
}
