--- The routes. A handler takes the request and what its path names, and returns a
--- response; adding an operation is adding a row.

local block_users = require "whatsapp.sandbox.server.block_users"
local business_account = require "whatsapp.sandbox.server.business_account"
local business_profile = require "whatsapp.sandbox.server.business_profile"
local businesses = require "whatsapp.sandbox.server.businesses"
local calls = require "whatsapp.sandbox.server.calls"
local compliance = require "whatsapp.sandbox.server.compliance"
local connections = require "whatsapp.sandbox.server.connections"
local flows = require "whatsapp.sandbox.server.flows"
local groups = require "whatsapp.sandbox.server.groups"
local media = require "whatsapp.sandbox.server.media"
local message_history = require "whatsapp.sandbox.server.message_history"
local message_templates = require "whatsapp.sandbox.server.message_templates"
local messages = require "whatsapp.sandbox.server.messages"
local number_settings = require "whatsapp.sandbox.server.number_settings"
local official_account = require "whatsapp.sandbox.server.official_account"
local people = require "whatsapp.sandbox.server.people"
local phone_numbers = require "whatsapp.sandbox.server.phone_numbers"
local preverified_numbers = require "whatsapp.sandbox.server.preverified_numbers"
local qr_codes = require "whatsapp.sandbox.server.qr_codes"
local registration = require "whatsapp.sandbox.server.registration"
local samples = require "whatsapp.sandbox.server.samples"
local schedules = require "whatsapp.sandbox.server.schedules"
local solutions = require "whatsapp.sandbox.server.solutions"
local subscribed_apps = require "whatsapp.sandbox.server.subscribed_apps"
local template_insights = require "whatsapp.sandbox.server.template_insights"
local template_library = require "whatsapp.sandbox.server.template_library"
local uploads = require "whatsapp.sandbox.server.uploads"
local usernames = require "whatsapp.sandbox.server.usernames"

return {
  -- Graph, by the kind of node: "METHOD", "METHOD edge" or
  -- "METHOD edge/{}", whose handler also gets what stands there.
  graph = {
    phone_number = {
      ["GET"] = phone_numbers.get,
      ["POST"] = registration.update,
      ["POST request_code"] = registration.request_code,
      ["POST verify_code"] = registration.verify_code,
      ["POST register"] = registration.register,
      ["POST deregister"] = registration.deregister,
      ["POST messages"] = messages.post,
      ["POST marketing_messages"] = messages.post_marketing,
      ["GET message_history"] = message_history.list,
      ["POST media"] = media.upload,
      ["GET whatsapp_business_profile"] = business_profile.get,
      ["POST whatsapp_business_profile"] = business_profile.update,
      ["GET whatsapp_commerce_settings"] = number_settings.commerce,
      ["POST whatsapp_commerce_settings"] = number_settings.update_commerce,
      ["GET settings"] = number_settings.settings,
      ["POST settings"] = number_settings.update_settings,
      ["POST conversational_automation"] = number_settings.update_automation,
      ["GET whatsapp_business_encryption"] = number_settings.encryption,
      ["POST whatsapp_business_encryption"] = number_settings.update_encryption,
      ["GET message_qrdls"] = qr_codes.list,
      ["POST message_qrdls"] = qr_codes.post,
      ["GET message_qrdls/{}"] = qr_codes.get,
      ["POST message_qrdls/{}"] = qr_codes.post,
      ["DELETE message_qrdls/{}"] = qr_codes.delete,
      ["GET block_users"] = block_users.list,
      ["POST block_users"] = block_users.block,
      ["DELETE block_users"] = block_users.unblock,
      ["GET call_permissions"] = calls.permissions,
      ["POST calls"] = calls.post,
      ["GET official_business_account"] = official_account.get,
      ["POST official_business_account"] = official_account.update,
      ["GET business_compliance_info"] = compliance.get,
      ["POST business_compliance_info"] = compliance.update,
      ["GET username"] = usernames.get,
      ["POST username"] = usernames.set,
      ["DELETE username"] = usernames.delete,
      ["GET username_suggestions"] = usernames.suggestions,
      ["GET groups"] = groups.list,
      ["POST groups"] = groups.create,
    },
    group = {
      ["GET"] = groups.get,
      ["POST"] = groups.update,
      ["DELETE"] = groups.delete,
      ["POST invite_link"] = groups.create_invite_link,
      ["DELETE invite_link"] = groups.delete_invite_link,
      ["GET join_requests"] = groups.join_requests,
      ["POST join_requests"] = groups.approve,
      ["DELETE join_requests"] = groups.reject,
      ["POST participants"] = groups.add_participants,
      ["DELETE participants"] = groups.remove_participants,
    },
    user = {
      ["GET assigned_whatsapp_business_accounts"] = people.accounts,
    },
    business = {
      ["GET"] = businesses.get,
      ["GET owned_whatsapp_business_accounts"] = businesses.owned_accounts,
      ["GET client_whatsapp_business_accounts"] = businesses.none,
      ["GET extendedcredits"] = businesses.credits,
      ["POST onboard_partners_to_mm_lite"] = businesses.onboard_partners,
      ["GET preverified_numbers"] = preverified_numbers.list,
      ["POST add_phone_numbers"] = preverified_numbers.add,
      ["POST share_preverified_numbers"] = preverified_numbers.share,
    },
    solution = {
      ["GET"] = solutions.get,
      ["GET access_token"] = solutions.access_token,
      ["POST accept"] = solutions.accept,
      ["POST reject"] = solutions.reject,
      ["POST send_deactivation_request"] = solutions.send_deactivation_request,
      ["POST accept_deactivation_request"] = solutions.accept_deactivation_request,
      ["POST reject_deactivation_request"] = solutions.reject_deactivation_request,
    },
    migration_intent = {
      ["GET"] = solutions.intent,
    },
    obo_intent = {
      ["GET"] = solutions.move_intent,
    },
    preverified_number = {
      ["GET"] = preverified_numbers.get,
      ["DELETE"] = preverified_numbers.delete,
      ["GET partners"] = preverified_numbers.partners,
      ["POST request_code"] = preverified_numbers.request_code,
      ["POST verify_code"] = preverified_numbers.verify_code,
    },
    business_profile = {
      ["GET"] = business_profile.get_own,
      ["POST"] = business_profile.update_own,
    },
    bot = {
      ["GET"] = number_settings.bot,
    },
    message = {
      ["GET events"] = message_history.events,
    },
    media = {
      ["GET"] = media.get,
      ["DELETE"] = media.delete,
    },
    application = {
      ["GET"] = uploads.app,
      ["POST uploads"] = uploads.create,
      ["GET connected_client_businesses"] = businesses.none,
      ["GET whatsapp_business_solutions"] = solutions.list,
      ["POST whatsapp_business_solution"] = solutions.create,
    },
    upload = {
      ["GET"] = uploads.get,
      ["POST"] = uploads.append,
    },
    template = {
      ["GET"] = message_templates.get,
      ["POST"] = message_templates.edit,
      ["POST unpause"] = message_templates.unpause,
      ["GET compare"] = template_insights.compare,
    },
    flow = {
      ["GET"] = flows.get,
      ["POST"] = flows.update,
      ["DELETE"] = flows.delete,
      ["GET assets"] = flows.assets,
      ["POST assets"] = flows.upload,
      ["POST publish"] = flows.publish,
      ["POST deprecate"] = flows.deprecate,
    },
    template_library = {
      ["GET"] = template_library.list,
    },
    business_account = {
      ["GET"] = business_account.get,
      ["POST"] = business_account.update,
      ["GET activities"] = businesses.none,
      ["GET in_progress_onbehalf_request"] = businesses.none,
      ["GET solutions"] = solutions.list,
      ["POST set_solution_migration_intent"] = solutions.migrate,
      ["POST obo_mobility_intent"] = solutions.move,
      ["POST set_obo_mobility_intent"] = solutions.set_move,
      ["GET assigned_users"] = people.list,
      ["POST assigned_users"] = people.assign,
      ["DELETE assigned_users"] = people.take_away,
      ["GET schedules"] = schedules.list,
      ["POST schedules"] = schedules.create,
      ["GET phone_numbers"] = phone_numbers.list,
      ["POST phone_numbers"] = phone_numbers.create,
      ["GET subscribed_apps"] = subscribed_apps.list,
      ["POST subscribed_apps"] = subscribed_apps.subscribe,
      ["DELETE subscribed_apps"] = subscribed_apps.unsubscribe,
      ["GET message_templates"] = message_templates.list,
      ["POST message_templates"] = message_templates.create,
      ["DELETE message_templates"] = message_templates.delete,
      ["POST upsert_message_templates"] = message_templates.upsert,
      ["GET template_analytics"] = template_insights.analytics,
      ["GET flows"] = flows.list,
      ["POST flows"] = flows.create,
      ["POST migrate_flows"] = flows.migrate,
      ["POST migrate_message_templates"] = message_templates.migrate,
    },
  },

  -- Files behind the urls that Graph hands out.
  files = {
    ["GET attachments"] = media.download,
    ["GET flows"] = flows.download,
    ["GET picked"] = media.download,
  },

  -- Files behind links of anybody's.
  samples = {
    ["GET photo.png"] = samples.photo,
    ["GET moved.png"] = samples.moved,
  },

  -- The gateway's control API.
  control = {
    ["GET connections"] = connections.list,
    ["POST connections"] = connections.create,
    ["GET connections/{id}"] = connections.get,
    ["DELETE connections/{id}"] = connections.delete,
  },
}
