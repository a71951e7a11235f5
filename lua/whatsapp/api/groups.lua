--- `wa.groups`: group chats of the business. Groups are made and changed in the
-- background: webhooks tell the outcome. Meta's page: "Groups API".

local fields = require "whatsapp.api.fields"

local PRODUCT = { messaging_product = "whatsapp" }

local subject, description = fields.text(128), fields.text(2048)
local requests = { type = "list", required = true, of = fields.id }
local participants = { type = "list", required = true, max = 8, before = fields.users.before, of = fields.users.of,
  says = "a list of at most 8 phone numbers and user ids, or one alone" }

return {
  list = { "GET", "{phone_number_id}/groups", operation = "getActiveGroups", does = "The groups of the number.",
    query = true, page = "data.groups",
    fields = { limit = { type = "number", min = 1, max = 1024, whole = true } } },
  create = { "POST", "{phone_number_id}/groups", operation = "createGroup",
    does = "Makes a group; its id comes by webhook, with this request's `request_id`.", json = true,
    short = "subject", always = PRODUCT, fields = {
      subject = fields.required(subject), description = description,
      join_approval_mode = fields.one_of "approval_required auto_approve",
    } },
  get = { "GET", "{id}", operation = "getGroupInfo", does = "What Graph knows of a group.", query = true },
  update = { "POST", "{id}", operation = "updateGroupSettings", does = "Changes subject or description.",
    json = true, some = true, always = PRODUCT, idempotent = true,
    fields = { subject = subject, description = description } },
  set_picture = { "POST", "{id}", operation = "updateGroupSettings",
    does = "Sets the picture: a square JPEG of at least 192×192 pixels and at most 5 MB.", parts = true,
    short = "file", always = PRODUCT, idempotent = true,
    upload = { type = "image/jpeg", filename = "picture.jpg" } },
  delete = { "DELETE", "{id}", operation = "deleteGroup", does = "Deletes a group for all in it.",
    returns = "success" },
  create_invite_link = { "POST", "{id}/invite_link", operation = "createGroupInviteLink",
    does = "A link to join the group with; earlier ones lead nowhere then.", json = true, always = PRODUCT,
    closed = true, returns = "invite_link" },
  delete_invite_link = { "DELETE", "{id}/invite_link", operation = "deleteGroupInviteLink",
    does = "Makes the group's link lead nowhere.", json = true, always = PRODUCT, closed = true,
    returns = "success" },
  join_requests = { "GET", "{id}/join_requests", operation = "getJoinRequests",
    does = "Who wants to join.", query = true, page = "data" },
  approve_join_requests = { "POST", "{id}/join_requests", operation = "approveJoinRequests",
    does = "Lets them join: a list of the requests' ids.", json = true, short = "join_requests",
    always = PRODUCT, fields = { join_requests = requests } },
  reject_join_requests = { "DELETE", "{id}/join_requests", operation = "rejectJoinRequests",
    does = "Does not let them join.", json = true, short = "join_requests", always = PRODUCT,
    fields = { join_requests = requests } },
  add_participants = { "POST", "{id}/participants", operation = "addGroupParticipants",
    does = "Adds at most 8 people.", json = true, short = "participants", always = PRODUCT,
    fields = { participants = participants } },
  remove_participants = { "DELETE", "{id}/participants", operation = "removeGroupParticipants",
    does = "Removes at most 8 people.", json = true, short = "participants", always = PRODUCT,
    fields = { participants = participants } },
}
