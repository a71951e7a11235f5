--- Where Meta's description and we part, and why: a reason, and the cases it is
--- for. What stands here and need not, fails.

return {
  -- Examples that are not run against it: by words in them.
  examples = {
    { "starts a sandbox of its own and talks to that", "whatsapp.sandbox" },
    { "the description's example URL leads out of this machine", "media:download" },
    { "connections are the gateway's, Meta knows none", "wa.connections" },
    { "the code in the description's example does not fit the description's pattern", "qr_codes:delete" },
    { "the description names carousels, but has no form for their cards", "carousel = {" },
    { "the description knows no pins", "pin = {" },
    { "the description does not know request_contact_info", "contact_request = " },
  },

  -- We send it, the description refuses it.
  sent = {
    { "the description has no form for the cards of a carousel (Interactive media carousel messages)",
      "carousel: links", "carousel: links with a text", "carousel: products", "carousel: quick replies",
      "carousel: ten cards", "carousel: videos" },
    { "the description is older than business-scoped user ids, and wants a phone number (Business-scoped user IDs)",
      "envelope: a business-scoped user id", "envelope: a portfolio's user id" },
    { "the description knows no pins (Groups API: pin a message)", "pin: for a week", "pin: taken down" },
    { "the description does not know request_contact_info", "requests: contact_request, a body",
      "requests: contact_request, a string" },
  },

  -- We refuse it, the description lets it pass.
  refused = {
    { "a phone number is any text of five characters to the description; it has 7 to 15 digits and a country (E.164)",
      "envelope: a national number", "envelope: a number of 16 digits", "envelope: a number of six digits",
      "envelope: letters" },
    { "an id is any text to the description; none has a slash or a space, and with `..` it would be a path",
      "envelope: a reply to something with spaces", "media: audio by an id that is a path",
      "media: document by an id that is a path", "media: image by an id that is a path",
      "media: sticker by an id that is a path", "media: video by an id that is a path" },
    { "the description does not look at the links and ids of audio and stickers, only at those of other media",
      "media: audio by a file's name", "media: audio by a link with a space", "media: audio by an empty id",
      "media: audio by a link with a space of Unicode", "media: sticker by a link with a space of Unicode",
      "media: audio by another scheme", "media: sticker by a file's name", "media: sticker by a link with a space",
      "media: sticker by an empty id", "media: sticker by another scheme" },
    { "the description has no shortest text; Graph wants one character (Interactive reply buttons, Interactive list)",
      "buttons: an empty body", "buttons: an empty title", "list: an empty button",
      "requests: call_permission_request, empty", "requests: location_request, empty", "template: an empty name",
      "template: an empty parameter" },
    { "the description says only in words that ids have no spaces around them (sendMessage: ActionObject)",
      "buttons: an id with a space behind it" },
    { "the description ignores members that it does not name inside buttons, parameters and headers",
      "buttons: an unknown field of a button", "cta_url: an unknown field", "buttons: a header with two things",
      "template: a header image by an id and a link" },
    { "the description cannot say that ids or titles differ (Interactive reply buttons, Interactive list)",
      "buttons: two with one id", "buttons: two with one title", "list: two rows with one id" },
    { "the description cannot say what two members allow together: with several sections each has a title, 30 products "
      .. "in all, which header a kind may have (Interactive list, Product messages)",
      "list: a header that is an image", "products: 31 products in two sections",
      "products: one product with a header", "products: the catalog with a header",
      "products: two sections of which one has no title" },
    { "the description does not say that data goes to a screen, and that data_exchange has none (Sending a Flow)",
      "flow: a screen with data exchange", "flow: data without a screen" },
    { "the description takes any number as a coordinate", "location: a latitude beyond the pole",
      "location: a longitude beyond 180" },
    { "the description has no longest file name; longer ones break file systems",
      "media: document with a file name of 241 characters" },
    { "the description does not look into address messages (Address messages: India)",
      "address_request: a country in small letters", "address_request: values that are a string",
      "address_request: a value of no field", "address_request: a pin code of seven digits" },
    { "the description does not look into voice calls (Call button messages)", "voice_call: 31 days",
      "voice_call: a button of 21 characters", "voice_call: a payload of 513 characters", "voice_call: half a minute",
      "voice_call: no minute" },
    { "the description knows orders by an example alone: it does not look into their parameters, nor want a body "
      .. "(Payments API: Orders)",
      "orders: a status that is none", "orders: details that do not add up",
      "orders: details with a price that is a number", "orders: details without a body" },
    { "the description takes any text as a link of a button", "cta_url: a url without a scheme" },
    { "the description has no limits for the texts of template messages (Templates: components)",
      "template: a code of 16 characters", "template: a name of 513 characters",
      "template: a payload of 257 characters" },
    { "the description does not count or compare the parameters of a template message (Templates: components)",
      "template: a button with two things", "template: a header with two things",
      "template: a header location without a longitude", "template: components beside a body",
      "template: numbered and named parameters" },
  },

  -- Where a row differs from the operation that it names (spec/api/operations_spec.lua).
  description = {
    { "older pages of Meta's, and Graph, allow 512 characters",
      "wa.profile:update.description: at most 512, Meta has 256",
      "wa.business_profiles:update.description: at most 512, Meta has 256" },
    { "it follows from the action, and is filled in", "wa.calls:accept.session.sdp_type: Meta requires it",
      "wa.calls:connect.session.sdp_type: Meta requires it", "wa.calls:pre_accept.session.sdp_type: Meta requires it" },
    { "Meta's page shows JSON, with more fields (Flows API)", "wa.flows:create: Meta takes no application/json",
      "wa.flows:create.flow_json: Meta has no such field", "wa.flows:create.publish: Meta has no such field",
      "wa.flows:update: Meta takes no application/json", "wa.flows:update.application_id: Meta has no such field" },
    { "Meta's page has more filters (Template management)", "wa.templates:list.category: Meta has no such field",
      "wa.templates:list.content: Meta has no such field", "wa.templates:list.language: Meta has no such field",
      "wa.templates:list.name_or_content: Meta has no such field",
      "wa.templates:list.quality_score: Meta has no such field", "wa.templates:list.status: Meta has no such field",
      "wa.templates:list.summary: Meta has no such field" },
    { "the credential says which numbers' media it may see", "deleteMedia: no row has its parameter phone_number_id",
      "retrieveMediaUrl: no row has its parameter phone_number_id" },
    { "a path on the caller's machine means nothing to Graph: the picture itself goes with set_picture",
      "updateGroupSettings: no row has its field profile_picture_file" },
  },

  -- Methods whose request is not taken for their operation, or whose answer is none.
  called = {
    { "the referee knows no ids of such nodes, and takes the path for another operation", "wa.account_numbers:get",
      "wa.bots:get", "wa.business_profiles:get", "wa.business_profiles:update", "wa.migrations:get",
      "wa.migrations:get_obo" },
    { "a list in a form is JSON text to Graph; the referee takes a form's fields as they are",
      "wa.assigned_users:add" },
    { "the description has no example of the answer", "wa.groups:list", "wa.groups:create_invite_link",
      "wa.groups:join_requests" },
    { "the description's example URL leads out of this machine", "wa.media:download" },
  },

  -- Random messages that we send and it refuses: by a piece of the payload, and a
  -- pattern in what it says.
  fuzz = {
    { "the description has no form for the cards of a carousel", payload = '"type":"carousel"' },
    { "the description knows no pins", payload = '"pin":{' },
    { "the description does not know request_contact_info", payload = '"request_contact_info"' },
    { "the description is older than business-scoped user ids", payload = '"recipient":"' },
    { "the referee counts the characters of a phone number in a group's id too", payload = '"recipient_type":"group"',
      why = "^body/to must NOT have fewer than 5 characters$" },
  },
}
