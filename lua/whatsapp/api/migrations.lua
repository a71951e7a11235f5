--- `wa.migrations`: intents to move the business account to another solution, or from
-- on-behalf-of ownership.

local fields = require "whatsapp.api.fields"

local ACCOUNT = "{business_account_id}"

local required = fields.required

return {
  get = { "GET", "{id}", operation = "getMigrationIntentDetails", does = "How an intent to migrate stands.",
    query = true },
  create = { "POST", ACCOUNT .. "/set_solution_migration_intent", operation = "setSolutionMigrationIntent",
    does = "Starts, confirms, schedules or cancels the move to another solution.", json = true, fields = {
      solution_id = required(fields.id), target_solution_id = fields.id, migration_reason = fields.text(500),
      migration_intent = required(fields.one_of [[INITIATE_MIGRATION CANCEL_MIGRATION CONFIRM_MIGRATION
        SCHEDULE_MIGRATION]]),
      scheduled_migration_time = fields.string,
    } },
  get_obo = { "GET", "{id}", operation = "getOBOMobilityIntent", does = "How an on-behalf-of intent stands.",
    query = true },
  create_obo = { "POST", ACCOUNT .. "/obo_mobility_intent", operation = "createOBOMobilityIntent",
    does = "Starts or answers a transfer of on-behalf-of ownership.", json = true, fields = {
      solution_id = required(fields.id), target_solution_id = fields.id, mobility_reason = fields.text(500),
      intent_type = required(fields.one_of [[INITIATE_TRANSFER CONFIRM_TRANSFER CANCEL_TRANSFER REQUEST_HANDOVER
        APPROVE_HANDOVER REJECT_HANDOVER]]),
      scheduled_execution_time = fields.string, metadata = fields.map,
    } },
  set_obo = { "POST", ACCOUNT .. "/set_obo_mobility_intent", operation = "setOBOMobilityIntent",
    does = "Sets the on-behalf-of intent of an account.", json = true, short = "waba_id", idempotent = true, fields = {
      waba_id = required(fields.id), solution_id = fields.id, app_id = fields.id, actor_id = fields.id,
      client_mutation_id = fields.text(255),
    } },
}
