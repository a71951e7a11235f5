---@meta
-- Made by `make reference` from lua/whatsapp/api; do not edit.

---@class whatsapp.Page
---@field data table[]
---@field after? string the cursor of the next page: give it back as `after`

---@class whatsapp.Client
---@field account_numbers whatsapp.AccountNumbers WhatsApp account numbers, a node beside the phone number.
---@field apps whatsapp.Apps What belongs to a Meta app: the client's own unless an id is given.
---@field assigned_users whatsapp.AssignedUsers The people of a business who work with the business account.
---@field automation whatsapp.Automation What a customer sees before the first message: the welcome message event, prompts (ice breakers) and commands. Meta's page: "Conversational components".
---@field blocked_users whatsapp.BlockedUsers Who cannot write to the number. Only who wrote in the last 24 hours can be blocked. Meta's page: "Block users".
---@field bots whatsapp.Bots The prompts and commands of a number, as a node of their own.
---@field business_account whatsapp.BusinessAccount The WhatsApp Business Account (WABA) itself.
---@field business_profiles whatsapp.BusinessProfiles A business profile by its own id; `wa.profile` is that of the client's number.
---@field businesses whatsapp.Businesses A business portfolio and what belongs to it.
---@field calls whatsapp.Calls Voice calls; the media itself goes over WebRTC. Meta's page: "Calling API".
---@field commerce whatsapp.Commerce Whether catalog and cart show in a chat with the number.
---@field compliance whatsapp.Compliance What the law of India asks of a business that sells. Meta's page: "Business compliance".
---@field connections whatsapp.Connections The gateway's OAuth connections to WhatsApp Business. They belong to the gateway: a client that talks straight to Graph has none.
---@field encryption whatsapp.Encryption The public key that the data of Flows is encrypted with: RSA of 2048 bits, PEM. Meta's page: "Business encryption".
---@field flows whatsapp.Flows WhatsApp Flows: forms inside a chat. Meta's page: "Flows API".
---@field groups whatsapp.Groups Group chats of the business. Groups are made and changed in the background: webhooks tell the outcome. Meta's page: "Groups API".
---@field media whatsapp.Media Files on Meta's side. Meta's pages: "Media"; operations uploadMedia, getMediaUrl, deleteMedia.
---@field messages whatsapp.Messages Messages, and what became of those that were sent, without a webhook.
---@field migrations whatsapp.Migrations Intents to move the business account to another solution, or from on-behalf-of ownership.
---@field official_account whatsapp.OfficialAccount The blue mark of an official business account.
---@field phone_numbers whatsapp.PhoneNumbers The numbers of a business account, and the life of one: added, verified, registered. Meta's pages: "Business phone numbers", "Registration".
---@field preverified_numbers whatsapp.PreverifiedNumbers Numbers that a partner has verified for its clients.
---@field profile whatsapp.Profile What customers see of the business. Meta's page: "Business profiles".
---@field qr_codes whatsapp.QrCodes QR codes and short links that open a chat with a text typed in. Meta's page: "QR codes".
---@field schedules whatsapp.Schedules Schedules of the business account: opening hours, maintenance, ….
---@field settings whatsapp.Settings Calling, identity change, payload encryption and storage of a number.
---@field solutions whatsapp.Solutions Multi-partner solutions. Meta's page: "Multi-partner solutions".
---@field subscribed_apps whatsapp.SubscribedApps The apps that get the webhooks of the business account.
---@field templates whatsapp.Templates The message templates of a business account. Meta's page: "Message templates"; operations of /{WABA-ID}/message_templates.
---@field uploads whatsapp.Uploads Files that Meta knows by a handle: the examples of template headers, and the profile picture. Meta's page: "Resumable Upload API" (https://developers.facebook.com/docs/graph-api/guides/upload).
---@field username whatsapp.Username The business username of a number. (Newer than Meta's OpenAPI description; Meta's page: "Business usernames".)
---@field users whatsapp.Users The people of a business.

---@class whatsapp.AccountNumbers
---@field get fun(self: whatsapp.AccountNumbers, id: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? What Graph knows of an account number.

---@class whatsapp.Apps
---@field connected_businesses fun(self: whatsapp.Apps, app_id?: string|integer|{ after?: string, before?: string, fields?: any, limit?: integer }, query?: { after?: string, before?: string, fields?: any, limit?: integer }|whatsapp.CallOptions, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The client businesses connected to an app.
---@field each_connected_businesses fun(self: whatsapp.Apps, app_id?: string|integer|{ after?: string, before?: string, fields?: any, limit?: integer }, query?: { after?: string, before?: string, fields?: any, limit?: integer }|whatsapp.CallOptions, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_connected_businesses fun(self: whatsapp.Apps, app_id?: string|integer|{ after?: string, before?: string, fields?: any, limit?: integer }, query?: { after?: string, before?: string, fields?: any, limit?: integer }|whatsapp.CallOptions, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field solutions fun(self: whatsapp.Apps, app_id?: string|integer|{ after?: string, before?: string, fields?: any, limit?: integer, role?: "OWNER"|"PARTNER" }, query?: { after?: string, before?: string, fields?: any, limit?: integer, role?: "OWNER"|"PARTNER" }|whatsapp.CallOptions, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The multi-partner solutions an app takes part in.
---@field each_solutions fun(self: whatsapp.Apps, app_id?: string|integer|{ after?: string, before?: string, fields?: any, limit?: integer, role?: "OWNER"|"PARTNER" }, query?: { after?: string, before?: string, fields?: any, limit?: integer, role?: "OWNER"|"PARTNER" }|whatsapp.CallOptions, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_solutions fun(self: whatsapp.Apps, app_id?: string|integer|{ after?: string, before?: string, fields?: any, limit?: integer, role?: "OWNER"|"PARTNER" }, query?: { after?: string, before?: string, fields?: any, limit?: integer, role?: "OWNER"|"PARTNER" }|whatsapp.CallOptions, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.

---@class whatsapp.AssignedUsers
---@field add fun(self: whatsapp.AssignedUsers, user: string|integer, fields: string[]|{ tasks: string[] }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Assigns a person: a list of tasks.
---@field list fun(self: whatsapp.AssignedUsers, query: string|integer|{ after?: string, before?: string, business: string|integer, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The people of this business.
---@field each fun(self: whatsapp.AssignedUsers, query: string|integer|{ after?: string, before?: string, business: string|integer, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.AssignedUsers, query: string|integer|{ after?: string, before?: string, business: string|integer, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field remove fun(self: whatsapp.AssignedUsers, user: string|integer, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Takes a person's tasks away.

---@class whatsapp.Automation
---@field get fun(self: whatsapp.Automation, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? The automation of the number.
---@field update fun(self: whatsapp.Automation, fields: { commands?: ({ command_description: string, command_name: string })[], enable_welcome_message?: boolean, prompts?: string[] }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Sets welcome message, prompts (at most 3) and commands (at most 30).

---@class whatsapp.BlockedUsers
---@field block fun(self: whatsapp.BlockedUsers, fields: string|{ user: string }|(string|{ user: string })[]|{ block_users: string|{ user: string }|(string|{ user: string })[] }, options?: whatsapp.CallOptions): string|table|nil, whatsapp.Error? Blocks people: { "+1 555…", … }.
---@field list fun(self: whatsapp.BlockedUsers, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? Who is blocked.
---@field each fun(self: whatsapp.BlockedUsers, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.BlockedUsers, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field unblock fun(self: whatsapp.BlockedUsers, fields: string|{ user: string }|(string|{ user: string })[]|{ block_users: string|{ user: string }|(string|{ user: string })[] }, options?: whatsapp.CallOptions): string|table|nil, whatsapp.Error? Lets them write again.

---@class whatsapp.Bots
---@field get fun(self: whatsapp.Bots, id: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? What Graph knows of a bot.

---@class whatsapp.BusinessAccount
---@field activities fun(self: whatsapp.BusinessAccount, query?: { activity_type?: any, after?: string, before?: string, fields?: any, limit?: integer, since?: string|number, ["until"]: nil|string|number }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? What was done to the account, by whom.
---@field each_activities fun(self: whatsapp.BusinessAccount, query?: { activity_type?: any, after?: string, before?: string, fields?: any, limit?: integer, since?: string|number, ["until"]: nil|string|number }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_activities fun(self: whatsapp.BusinessAccount, query?: { activity_type?: any, after?: string, before?: string, fields?: any, limit?: integer, since?: string|number, ["until"]: nil|string|number }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field get fun(self: whatsapp.BusinessAccount, business_account_id?: string|integer|{ fields?: any }, query?: { fields?: any }|whatsapp.CallOptions, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? What Graph knows of an account; the client's own unless an id is given.
---@field on_behalf_requests fun(self: whatsapp.BusinessAccount, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? Requests to own the account on behalf of a business.
---@field each_on_behalf_requests fun(self: whatsapp.BusinessAccount, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_on_behalf_requests fun(self: whatsapp.BusinessAccount, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field update fun(self: whatsapp.BusinessAccount, business_account_id?: string|integer|{ name?: string, timezone_id?: string|integer }, fields?: { name?: string, timezone_id?: string|integer }|whatsapp.CallOptions, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Renames the account or moves it to another time zone.

---@class whatsapp.BusinessProfiles
---@field get fun(self: whatsapp.BusinessProfiles, id: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? A business profile.
---@field update fun(self: whatsapp.BusinessProfiles, id: string|integer, fields: { about?: string, address?: string, description?: string, email?: string, profile_picture_handle?: string, vertical?: string, websites?: string[] }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Changes what is given.

---@class whatsapp.Businesses
---@field client_accounts fun(self: whatsapp.Businesses, id: string|integer, query?: { after?: string, before?: string, business_type?: any, fields?: any, find?: string|integer, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The business accounts shared with it.
---@field each_client_accounts fun(self: whatsapp.Businesses, id: string|integer, query?: { after?: string, before?: string, business_type?: any, fields?: any, find?: string|integer, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_client_accounts fun(self: whatsapp.Businesses, id: string|integer, query?: { after?: string, before?: string, business_type?: any, fields?: any, find?: string|integer, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field extended_credits fun(self: whatsapp.Businesses, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? Its credit lines.
---@field each_extended_credits fun(self: whatsapp.Businesses, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_extended_credits fun(self: whatsapp.Businesses, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field get fun(self: whatsapp.Businesses, id: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? What Graph knows of a business.
---@field onboard_partners fun(self: whatsapp.Businesses, id: string|integer, query?: string|integer|{ solution_id?: string|integer }, options?: whatsapp.CallOptions): string|table|nil, whatsapp.Error? Asks it to have its marketing messages sent through a partner.
---@field owned_accounts fun(self: whatsapp.Businesses, id: string|integer, query?: { after?: string, before?: string, business_type?: any, fields?: any, find?: string|integer, first?: integer, last?: integer, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The business accounts it owns.
---@field each_owned_accounts fun(self: whatsapp.Businesses, id: string|integer, query?: { after?: string, before?: string, business_type?: any, fields?: any, find?: string|integer, first?: integer, last?: integer, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_owned_accounts fun(self: whatsapp.Businesses, id: string|integer, query?: { after?: string, before?: string, business_type?: any, fields?: any, find?: string|integer, first?: integer, last?: integer, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.

---@class whatsapp.Calls
---@field accept fun(self: whatsapp.Calls, call_id: string|integer, fields: { biz_opaque_callback_data?: string, session: string|{ sdp: string, sdp_type?: "answer"|"offer" } }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Takes an incoming call.
---@field connect fun(self: whatsapp.Calls, fields: { biz_opaque_callback_data?: string, session: string|{ sdp: string, sdp_type?: "answer"|"offer" }, to: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Calls somebody who permitted it.
---@field permissions fun(self: whatsapp.Calls, query: string|{ fields?: any, user_wa_id: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Whether a user may be called, and how often.
---@field pre_accept fun(self: whatsapp.Calls, call_id: string|integer, fields: { session: string|{ sdp: string, sdp_type?: "answer"|"offer" } }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Prepares the media of an incoming call.
---@field reject fun(self: whatsapp.Calls, call_id: string|integer, fields?: table, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Refuses an incoming call.
---@field terminate fun(self: whatsapp.Calls, call_id: string|integer, fields?: table, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Ends a call.

---@class whatsapp.Commerce
---@field get fun(self: whatsapp.Commerce, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Whether cart and catalog show.
---@field update fun(self: whatsapp.Commerce, query: { is_cart_enabled?: boolean, is_catalog_visible?: boolean }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Shows or hides cart and catalog.

---@class whatsapp.Compliance
---@field get fun(self: whatsapp.Compliance, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? The compliance information.
---@field update fun(self: whatsapp.Compliance, fields: { customer_care_details: { email: string, landline_number?: string, mobile_number?: string }, entity_name: string, entity_type: "LIMITED_LIABILITY_PARTNERSHIP"|"OTHER"|"PARTNERSHIP"|"PRIVATE_COMPANY"|"PUBLIC_COMPANY"|"SOLE_PROPRIETORSHIP", entity_type_custom?: string, grievance_officer_details: { email: string, landline_number?: string, mobile_number?: string, name: string }, is_registered?: boolean }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Sets the compliance information.

---@class whatsapp.Connections
---@field create fun(self: whatsapp.Connections, fields?: table, options?: whatsapp.CallOptions): string|table|nil, whatsapp.Error? Makes a connection, PENDING until a person has opened its `url` in a browser.
---@field delete fun(self: whatsapp.Connections, id: string|integer, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Deletes a connection.
---@field get fun(self: whatsapp.Connections, id: string|integer, options?: whatsapp.CallOptions): string|table|nil, whatsapp.Error? One connection.
---@field list fun(self: whatsapp.Connections, query?: { status?: "ACTIVE"|"FAILED"|"PENDING" }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The connections.
---@field each fun(self: whatsapp.Connections, query?: { status?: "ACTIVE"|"FAILED"|"PENDING" }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.Connections, query?: { status?: "ACTIVE"|"FAILED"|"PENDING" }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field wait fun(self: whatsapp.Connections, id: string, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Waits until a pending connection is active: asks again and again, at first after half a second, later every 5 seconds.

---@class whatsapp.Encryption
---@field get fun(self: whatsapp.Encryption, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? The public key and whether its signature is valid; an empty table when there is none.
---@field set fun(self: whatsapp.Encryption, fields: string|{ business_public_key: string }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Sets the public key.

---@class whatsapp.Flows
---@field assets fun(self: whatsapp.Flows, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The files of a flow, with a link to each.
---@field each_assets fun(self: whatsapp.Flows, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_assets fun(self: whatsapp.Flows, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field create fun(self: whatsapp.Flows, flow: string|{ name: string, categories?: string[], screens?: whatsapp.Flow, flow_json?: string, endpoint_uri?: string, clone_flow_id?: string, publish?: boolean }, options?: whatsapp.CallOptions): { id: string, validation_errors?: table[] }|nil, whatsapp.Error? Makes a flow, a draft unless it is published at once. Its screens are checked before anything is sent.
---@field delete fun(self: whatsapp.Flows, id: string|integer, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Deletes a draft.
---@field deploy fun(self: whatsapp.Flows, flow_name: string, flow: whatsapp.Flow, settings?: { categories?: string[], endpoint_uri?: string, publish?: boolean }, options?: whatsapp.CallOptions): { id: string, changed: boolean }|nil, whatsapp.Error? Makes the flow of this name what the screens say, and publishes it: made when there is none, uploaded when its content differs, left alone when it is the same.
---@field deprecate fun(self: whatsapp.Flows, id: string|integer, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Ends a published flow: it can be sent no more.
---@field download fun(self: whatsapp.Flows, id: string, options?: whatsapp.CallOptions): string|nil, whatsapp.Error? The Flow JSON of a flow, as it was uploaded: for `whatsapp.flow.parse`, or a file.
---@field get fun(self: whatsapp.Flows, id: string|integer, query?: { date_format?: string, fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? What Graph knows of a flow; `fields` asks for more: preview, …
---@field list fun(self: whatsapp.Flows, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The flows of the business account.
---@field each fun(self: whatsapp.Flows, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.Flows, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field metrics fun(self: whatsapp.Flows, id: string, query: string|{ name: string, granularity?: "DAY"|"HOUR"|"LIFETIME", since?: string, until?: string }, options?: whatsapp.CallOptions): { name: string, granularity: string, data_points: table[] }|nil, whatsapp.Error? How a flow's endpoint did.
---@field migrate fun(self: whatsapp.Flows, fields: string|integer|{ source_flow_names?: string[], source_waba_id: string|integer }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Copies flows from another business account.
---@field preview fun(self: whatsapp.Flows, id: string, query?: { invalidate?: boolean, interactive?: boolean, token?: string, action?: "navigate"|"data_exchange", screen?: string, data?: table, phone_number?: string, debug?: boolean }, options?: whatsapp.CallOptions): { preview_url: string, expires_at: string }|nil, whatsapp.Error? A link to a page that shows the flow, good for 30 days; anyone who has it can look. With any of the others than `invalidate` it can be filled in there, and is opened as a message with the same `token`, `action`, `screen` and `data` would open it. A flow with an endpoint needs `token` and the `phone_number` that has its public key; `debug` shows what it does beside it.
---@field publish fun(self: whatsapp.Flows, id: string|integer, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Publishes a flow; what is uploaded later is a new draft of it.
---@field set_public_key fun(self: whatsapp.Flows, pem: string, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Sets the public key that the data of Flows is encrypted with: the same as `wa.encryption:set`.
---@field update fun(self: whatsapp.Flows, id: string, changes: { name?: string, categories?: string[], endpoint_uri?: string, application_id?: string, screens?: whatsapp.Flow }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Changes name, categories or endpoint; with `screens`, what it shows too.
---@field upload fun(self: whatsapp.Flows, id: string, given: whatsapp.Flow|string|{ data: string }, options?: whatsapp.CallOptions): { success: boolean, validation_errors: table[] }|nil, whatsapp.Error? Uploads the screens of a flow: a table as for `whatsapp.flow.screens`, or Flow JSON as a file (`"flow.json"`) or text (`{ data = text }`).

---@class whatsapp.Groups
---@field add_participants fun(self: whatsapp.Groups, id: string|integer, fields: string|{ user: string }|(string|{ user: string })[]|{ participants: string|{ user: string }|(string|{ user: string })[] }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Adds at most 8 people.
---@field approve_join_requests fun(self: whatsapp.Groups, id: string|integer, fields: (string|integer)[]|{ join_requests: (string|integer)[] }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Lets them join: a list of the requests' ids.
---@field create fun(self: whatsapp.Groups, fields: string|{ description?: string, join_approval_mode?: "approval_required"|"auto_approve", subject: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Makes a group; its id comes by webhook, with this request's `request_id`.
---@field create_invite_link fun(self: whatsapp.Groups, id: string|integer, options?: whatsapp.CallOptions): string|table|nil, whatsapp.Error? A link to join the group with; earlier ones lead nowhere then.
---@field delete fun(self: whatsapp.Groups, id: string|integer, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Deletes a group for all in it.
---@field delete_invite_link fun(self: whatsapp.Groups, id: string|integer, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Makes the group's link lead nowhere.
---@field get fun(self: whatsapp.Groups, id: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? What Graph knows of a group.
---@field join_requests fun(self: whatsapp.Groups, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? Who wants to join.
---@field each_join_requests fun(self: whatsapp.Groups, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_join_requests fun(self: whatsapp.Groups, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field list fun(self: whatsapp.Groups, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The groups of the number.
---@field each fun(self: whatsapp.Groups, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.Groups, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field reject_join_requests fun(self: whatsapp.Groups, id: string|integer, fields: (string|integer)[]|{ join_requests: (string|integer)[] }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Does not let them join.
---@field remove_participants fun(self: whatsapp.Groups, id: string|integer, fields: string|{ user: string }|(string|{ user: string })[]|{ participants: string|{ user: string }|(string|{ user: string })[] }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Removes at most 8 people.
---@field set_picture fun(self: whatsapp.Groups, id: string|integer, fields: string|{ data?: string, file?: string, filename?: string, type?: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Sets the picture: a square JPEG of at least 192×192 pixels and at most 5 MB.
---@field update fun(self: whatsapp.Groups, id: string|integer, fields: { description?: string, subject?: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Changes subject or description.

---@class whatsapp.Media
---@field delete fun(self: whatsapp.Media, id: string|integer, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Deletes a file. A cache of uploads (`media_cache`) forgets it.
---@field download fun(self: whatsapp.Media, id: string, path?: string, options?: whatsapp.CallOptions): string|table|nil, table|whatsapp.Error? Downloads a media id. With a path the bytes are streamed to a file that appears under its name only when it is whole; without one they are returned (at most 110 MB). What breaks off goes on where it was, and the SHA-256 must be the one that Graph announced. It wants a client with `access_token`: Meta's media hosts take nothing else.
---@field get fun(self: whatsapp.Media, id: string|integer, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? What Graph knows of a file: its type, size and SHA-256, and a URL for five minutes.
---@field upload fun(self: whatsapp.Media, given: string|{ file?: string, data?: string, fetch?: string, type?: string, filename?: string, ttl_minutes?: integer }, options?: whatsapp.CallOptions): { id: string }|nil, whatsapp.Error? Uploads a file (streamed, in constant memory), bytes, or what is behind a link; the id is good for 30 days. The content type follows the file's ending (a link's: what its server says) unless `type` says it, or the first bytes tell another. Limits: images 5 MB, video and audio 16 MB, stickers 500 KB, else 100 MB. `ttl_minutes` (60 to 43200) is for numbers without storage, where Graph keeps it an hour.

---@class whatsapp.Messages
---@field encrypted fun(self: whatsapp.Messages, fields: string|{ encrypted_contents: string }, options?: whatsapp.CallOptions): string|table|nil, whatsapp.Error? Sends a message that is encrypted already, as a JWE.
---@field events fun(self: whatsapp.Messages, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer, status_filter?: "DELETED"|"DELIVERED"|"FAILED"|"READ"|"SENT" }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The events of an entry of the history.
---@field each_events fun(self: whatsapp.Messages, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer, status_filter?: "DELETED"|"DELIVERED"|"FAILED"|"READ"|"SENT" }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_events fun(self: whatsapp.Messages, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer, status_filter?: "DELETED"|"DELIVERED"|"FAILED"|"READ"|"SENT" }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field history fun(self: whatsapp.Messages, query?: string|{ after?: string, before?: string, fields?: any, limit?: integer, message_id?: string }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? What became of one message, or of all of the number.
---@field each_history fun(self: whatsapp.Messages, query?: string|{ after?: string, before?: string, fields?: any, limit?: integer, message_id?: string }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_history fun(self: whatsapp.Messages, query?: string|{ after?: string, before?: string, fields?: any, limit?: integer, message_id?: string }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field mark_read fun(self: whatsapp.Messages, message_id: string, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? The same as `wa:mark_read`.
---@field marketing fun(self: whatsapp.Messages, message: whatsapp.Message, options?: whatsapp.CallOptions): whatsapp.Sent|nil, whatsapp.Error? Sends a template as a marketing message that Meta optimises: the message as for `wa:send`, and `product_policy` ("CLOUD_API_FALLBACK", "STRICT") and `message_activity_sharing` (true, false).
---@field send fun(self: whatsapp.Messages, message: whatsapp.Message, options?: whatsapp.CallOptions): whatsapp.Sent|nil, whatsapp.Error? The same as `wa:send`.
---@field wait fun(self: whatsapp.Messages, wamid: string, state?: "sent"|"delivered"|"read", options?: whatsapp.CallOptions): whatsapp.Delivery|nil, whatsapp.Error? Waits until a message has reached a state, by asking for its history: at first after half a second, later every 5 seconds. What may pass by itself (a lost connection, a rate limit) is waited out too.

---@class whatsapp.Migrations
---@field create fun(self: whatsapp.Migrations, fields: { migration_intent: "CANCEL_MIGRATION"|"CONFIRM_MIGRATION"|"INITIATE_MIGRATION"|"SCHEDULE_MIGRATION", migration_reason?: string, scheduled_migration_time?: string, solution_id: string|integer, target_solution_id?: string|integer }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Starts, confirms, schedules or cancels the move to another solution.
---@field create_obo fun(self: whatsapp.Migrations, fields: { intent_type: "APPROVE_HANDOVER"|"CANCEL_TRANSFER"|"CONFIRM_TRANSFER"|"INITIATE_TRANSFER"|"REJECT_HANDOVER"|"REQUEST_HANDOVER", metadata?: table, mobility_reason?: string, scheduled_execution_time?: string, solution_id: string|integer, target_solution_id?: string|integer }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Starts or answers a transfer of on-behalf-of ownership.
---@field get fun(self: whatsapp.Migrations, id: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? How an intent to migrate stands.
---@field get_obo fun(self: whatsapp.Migrations, id: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? How an on-behalf-of intent stands.
---@field set_obo fun(self: whatsapp.Migrations, fields: string|integer|{ actor_id?: string|integer, app_id?: string|integer, client_mutation_id?: string, solution_id?: string|integer, waba_id: string|integer }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Sets the on-behalf-of intent of an account.

---@class whatsapp.OfficialAccount
---@field get fun(self: whatsapp.OfficialAccount, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? How the application stands.
---@field update fun(self: whatsapp.OfficialAccount, fields: "RESUBMIT_APPLICATION"|"SUBMIT_APPLICATION"|"WITHDRAW_APPLICATION"|{ action: "RESUBMIT_APPLICATION"|"SUBMIT_APPLICATION"|"WITHDRAW_APPLICATION", application_data?: { business_description?: string, business_name?: string, contact_email?: string, website_url?: string } }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Submits, resubmits or withdraws the application.

---@class whatsapp.PhoneNumbers
---@field create fun(self: whatsapp.PhoneNumbers, fields: { cc?: string|number, migrate_phone_number?: boolean, phone_number: string, preverified_id?: string|integer, verified_name: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Adds a number to the business account; it is to be verified and registered then.
---@field deregister fun(self: whatsapp.PhoneNumbers, phone_number_id?: string|integer, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Takes the number off the Cloud API.
---@field get fun(self: whatsapp.PhoneNumbers, phone_number_id?: string|integer|{ fields?: any }, query?: { fields?: any }|whatsapp.CallOptions, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? What Graph knows of a number; the client's own unless an id is given.
---@field list fun(self: whatsapp.PhoneNumbers, query?: { after?: string, before?: string, fields?: any, filtering?: string, limit?: integer, sort?: "creation_time.asc"|"creation_time.desc"|"last_onboarded_time.asc"|"last_onboarded_time.desc" }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The numbers of the business account.
---@field each fun(self: whatsapp.PhoneNumbers, query?: { after?: string, before?: string, fields?: any, filtering?: string, limit?: integer, sort?: "creation_time.asc"|"creation_time.desc"|"last_onboarded_time.asc"|"last_onboarded_time.desc" }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.PhoneNumbers, query?: { after?: string, before?: string, fields?: any, filtering?: string, limit?: integer, sort?: "creation_time.asc"|"creation_time.desc"|"last_onboarded_time.asc"|"last_onboarded_time.desc" }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field register fun(self: whatsapp.PhoneNumbers, fields: string|number|{ backup?: { data?: string, password?: string }, data_localization_region?: string, meta_store_retention_minutes?: number, pin: string|number, tier?: "PROD"|"SANDBOX" }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Registers the number for the Cloud API; the PIN is that of two-step verification, new or existing.
---@field request_code fun(self: whatsapp.PhoneNumbers, fields: "SMS"|"VOICE"|{ code_method: "SMS"|"VOICE", language: string }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Has a verification code sent to the number.
---@field set_pin fun(self: whatsapp.PhoneNumbers, fields: string|number|{ pin: string|number }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Sets the PIN of two-step verification.
---@field update fun(self: whatsapp.PhoneNumbers, phone_number_id?: string|integer|{ connection_status?: string, new_display_name?: string, pin?: string|number, search_visibility?: "HIDDEN"|"VISIBLE", username?: string, webhook_configuration?: { override_callback_uri: string, verify_token?: string }, webhook_url?: string, whatsapp_business_api_data?: table }, fields?: { connection_status?: string, new_display_name?: string, pin?: string|number, search_visibility?: "HIDDEN"|"VISIBLE", username?: string, webhook_configuration?: { override_callback_uri: string, verify_token?: string }, webhook_url?: string, whatsapp_business_api_data?: table }|whatsapp.CallOptions, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Changes a number: its visibility, display name, webhook, …
---@field verify_code fun(self: whatsapp.PhoneNumbers, fields: string|number|{ code: string|number }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Verifies the number with the code that it got.

---@class whatsapp.PreverifiedNumbers
---@field add fun(self: whatsapp.PreverifiedNumbers, id: string|integer, fields: string|{ phone_number: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Adds a number to a business, to be verified.
---@field delete fun(self: whatsapp.PreverifiedNumbers, id: string|integer, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Deletes a number.
---@field get fun(self: whatsapp.PreverifiedNumbers, id: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? What Graph knows of a number.
---@field list fun(self: whatsapp.PreverifiedNumbers, id: string|integer, query?: { after?: string, availability_status?: "AVAILABLE"|"IN_USE"|"RESERVED"|"UNAVAILABLE", before?: string, country_code?: string, fields?: any, limit?: integer, verification_status?: "EXPIRED"|"FAILED"|"PENDING"|"VERIFIED" }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The pre-verified numbers of a business.
---@field each fun(self: whatsapp.PreverifiedNumbers, id: string|integer, query?: { after?: string, availability_status?: "AVAILABLE"|"IN_USE"|"RESERVED"|"UNAVAILABLE", before?: string, country_code?: string, fields?: any, limit?: integer, verification_status?: "EXPIRED"|"FAILED"|"PENDING"|"VERIFIED" }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.PreverifiedNumbers, id: string|integer, query?: { after?: string, availability_status?: "AVAILABLE"|"IN_USE"|"RESERVED"|"UNAVAILABLE", before?: string, country_code?: string, fields?: any, limit?: integer, verification_status?: "EXPIRED"|"FAILED"|"PENDING"|"VERIFIED" }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field partners fun(self: whatsapp.PreverifiedNumbers, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The businesses it is shared with.
---@field each_partners fun(self: whatsapp.PreverifiedNumbers, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_partners fun(self: whatsapp.PreverifiedNumbers, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field request_code fun(self: whatsapp.PreverifiedNumbers, id: string|integer, fields: "SMS"|"VOICE"|{ code_method: "SMS"|"VOICE", language: string }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Has a verification code sent to the number.
---@field share fun(self: whatsapp.PreverifiedNumbers, id: string|integer, fields: { partner_business_id: string|integer, preverified_id: string|integer }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Shares a number of a business with another business.
---@field verify_code fun(self: whatsapp.PreverifiedNumbers, id: string|integer, fields: string|number|{ code: string|number }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Verifies the number with the code that it got.

---@class whatsapp.Profile
---@field get fun(self: whatsapp.Profile, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? The profile of the number.
---@field update fun(self: whatsapp.Profile, profile: { about?: string, address?: string, description?: string, email?: string, websites?: string[], vertical?: string, profile_picture?: string|table, profile_picture_handle?: string }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Changes what is given; an empty text takes a field away. A `profile_picture`, the name of a file, is uploaded first.

---@class whatsapp.QrCodes
---@field create fun(self: whatsapp.QrCodes, fields: string|{ generate_qr_image?: "PNG"|"SVG", prefilled_message: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Makes a QR code for a text of at most 140 characters, with an image when it is asked for.
---@field delete fun(self: whatsapp.QrCodes, code: string|integer, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Deletes a QR code; its link leads nowhere then.
---@field get fun(self: whatsapp.QrCodes, code: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? One QR code.
---@field list fun(self: whatsapp.QrCodes, query?: { after?: string, before?: string, code?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The QR codes of the number.
---@field each fun(self: whatsapp.QrCodes, query?: { after?: string, before?: string, code?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.QrCodes, query?: { after?: string, before?: string, code?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field update fun(self: whatsapp.QrCodes, code: string|integer, fields: string|{ prefilled_message: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Gives a QR code another text.

---@class whatsapp.Schedules
---@field create fun(self: whatsapp.Schedules, fields: { days_of_week?: ("FRIDAY"|"MONDAY"|"SATURDAY"|"SUNDAY"|"THURSDAY"|"TUESDAY"|"WEDNESDAY")[], description?: string, end_time: string, is_active?: boolean, name: string, recurrence_pattern?: { end_date?: string, frequency?: "DAILY"|"MONTHLY"|"WEEKLY"|"YEARLY", interval?: integer }, schedule_type: "AUTOMATED_RESPONSE"|"BUSINESS_HOURS"|"CUSTOM"|"MAINTENANCE_WINDOW"|"MESSAGE_CAMPAIGN", start_time: string, timezone?: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Makes a schedule.
---@field list fun(self: whatsapp.Schedules, query?: { after?: string, before?: string, fields?: any, filtering?: string, limit?: integer, sort?: "created_time.asc"|"created_time.desc"|"updated_time.asc"|"updated_time.desc" }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The schedules.
---@field each fun(self: whatsapp.Schedules, query?: { after?: string, before?: string, fields?: any, filtering?: string, limit?: integer, sort?: "created_time.asc"|"created_time.desc"|"updated_time.asc"|"updated_time.desc" }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.Schedules, query?: { after?: string, before?: string, fields?: any, filtering?: string, limit?: integer, sort?: "created_time.asc"|"created_time.desc"|"updated_time.asc"|"updated_time.desc" }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.

---@class whatsapp.Settings
---@field get fun(self: whatsapp.Settings, query?: { fields?: any, include_sip_credentials?: boolean }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? The settings of the number.
---@field update fun(self: whatsapp.Settings, fields: { calling?: table, payload_encryption?: table, storage_configuration?: table, user_identity_change?: table }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Changes one of the settings.

---@class whatsapp.Solutions
---@field accept fun(self: whatsapp.Solutions, id: string|integer, fields: string|integer|{ log_session_id?: string, partner_app_id: string|integer }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Accepts an invitation.
---@field accept_deactivation_request fun(self: whatsapp.Solutions, id: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Agrees to end the solution.
---@field access_token fun(self: whatsapp.Solutions, id: string|integer, query: string|integer|{ business_id: string|integer, fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? A token for the resources of a client business.
---@field create fun(self: whatsapp.Solutions, app_id?: string|integer|{ owner_permissions: "MESSAGING"[], partner_app_id: string|integer, partner_permissions: "MESSAGING"[], solution_name: string }, fields?: { owner_permissions: "MESSAGING"[], partner_app_id: string|integer, partner_permissions: "MESSAGING"[], solution_name: string }|whatsapp.CallOptions, options?: whatsapp.CallOptions): string|table|nil, whatsapp.Error? Makes a solution that an app owns.
---@field get fun(self: whatsapp.Solutions, id: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? What Graph knows of a solution.
---@field list fun(self: whatsapp.Solutions, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The solutions of the business account.
---@field each fun(self: whatsapp.Solutions, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.Solutions, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field reject fun(self: whatsapp.Solutions, id: string|integer, fields: "DEACTIVATION_REQUEST"|"PARTNERSHIP_REQUEST"|{ partner_app_id?: string|integer, rejection_reason?: string, request_type: "DEACTIVATION_REQUEST"|"PARTNERSHIP_REQUEST" }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Rejects a request.
---@field reject_deactivation_request fun(self: whatsapp.Solutions, id: string|integer, query?: { fields?: any }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Does not agree to end the solution.
---@field send_deactivation_request fun(self: whatsapp.Solutions, id: string|integer, fields?: string|{ reason?: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Asks the partner to end the solution.

---@class whatsapp.SubscribedApps
---@field list fun(self: whatsapp.SubscribedApps, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The subscribed apps.
---@field each fun(self: whatsapp.SubscribedApps, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.SubscribedApps, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field subscribe fun(self: whatsapp.SubscribedApps, fields?: { override_callback_uri?: string, verify_token?: string }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Subscribes the app of the token, with its own callback or another one.
---@field unsubscribe fun(self: whatsapp.SubscribedApps, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Takes the app of the token off.

---@class whatsapp.Templates
---@field analytics fun(self: whatsapp.Templates, query: { after?: string, before?: string, ["end"]: integer, fields?: any, granularity?: "DAILY", limit?: integer, metric_types?: ("CLICKED"|"COST"|"DELIVERED"|"READ"|"SENT")[], product_type?: "CLOUD_API"|"MARKETING_MESSAGES_LITE_API", start: integer, template_ids: string|string[], use_waba_timezone?: boolean }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? How often templates were sent, delivered, read and clicked, day by day; 90 days back.
---@field each_analytics fun(self: whatsapp.Templates, query: { after?: string, before?: string, ["end"]: integer, fields?: any, granularity?: "DAILY", limit?: integer, metric_types?: ("CLICKED"|"COST"|"DELIVERED"|"READ"|"SENT")[], product_type?: "CLOUD_API"|"MARKETING_MESSAGES_LITE_API", start: integer, template_ids: string|string[], use_waba_timezone?: boolean }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_analytics fun(self: whatsapp.Templates, query: { after?: string, before?: string, ["end"]: integer, fields?: any, granularity?: "DAILY", limit?: integer, metric_types?: ("CLICKED"|"COST"|"DELIVERED"|"READ"|"SENT")[], product_type?: "CLOUD_API"|"MARKETING_MESSAGES_LITE_API", start: integer, template_ids: string|string[], use_waba_timezone?: boolean }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field compare fun(self: whatsapp.Templates, id: string, query: string|{ with: string, days?: 7|30|60|90 }, options?: whatsapp.CallOptions): { metric: string, type: string }[]|nil, whatsapp.Error? Compares a template with another of the account; both were sent 1000 times in the window.
---@field create fun(self: whatsapp.Templates, template: { name: string, language: string, category: string, header?: string|table, header_example?: string, body?: string, examples?: string|table, footer?: string, buttons?: (string|table)[], carousel?: table[], limited_time_offer?: string|table, call_permission_request?: true, add_security_recommendation?: boolean, code_expiration_minutes?: integer, library_template_name?: string, components?: table[] }, options?: whatsapp.CallOptions): { id: string, status: string, category: string }|nil, whatsapp.Error? Submits a template for review. Its parts are those of Meta's page: see docs/templates.md. A file in a header is uploaded by itself, which needs the app's id (`app_id`) where Graph does not tell it.
---@field delete fun(self: whatsapp.Templates, which: string|{ name?: string, language?: string, id?: string, ids?: string[] }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Deletes a template: by name in all its languages, by id or by name and language in one; or up to 100 by their `ids`. The name of an approved one cannot be used again for 30 days.
---@field get fun(self: whatsapp.Templates, which: string|integer|{ id?: string, name?: string, language?: string }, query?: { fields?: string|string[] }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? One template.
---@field library fun(self: whatsapp.Templates, query?: { after?: string, before?: string, fields?: any, industry?: string, language?: string, limit?: integer, name?: string, search?: string, topic?: string, usecase?: string }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The templates that Meta has written: create { library_template_name = … } makes one your own.
---@field each_library fun(self: whatsapp.Templates, query?: { after?: string, before?: string, fields?: any, industry?: string, language?: string, limit?: integer, name?: string, search?: string, topic?: string, usecase?: string }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_library fun(self: whatsapp.Templates, query?: { after?: string, before?: string, fields?: any, industry?: string, language?: string, limit?: integer, name?: string, search?: string, topic?: string, usecase?: string }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field list fun(self: whatsapp.Templates, query?: { after?: string, before?: string, category?: "AUTHENTICATION"|"MARKETING"|"UTILITY", content?: string, fields?: any, language?: string, limit?: integer, name?: string, name_or_content?: string, quality_score?: string, status?: string, summary?: any }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The templates of the business account.
---@field each fun(self: whatsapp.Templates, query?: { after?: string, before?: string, category?: "AUTHENTICATION"|"MARKETING"|"UTILITY", content?: string, fields?: any, language?: string, limit?: integer, name?: string, name_or_content?: string, quality_score?: string, status?: string, summary?: any }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all fun(self: whatsapp.Templates, query?: { after?: string, before?: string, category?: "AUTHENTICATION"|"MARKETING"|"UTILITY", content?: string, fields?: any, language?: string, limit?: integer, name?: string, name_or_content?: string, quality_score?: string, status?: string, summary?: any }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
---@field migrate fun(self: whatsapp.Templates, fields: string|integer|{ count?: integer, page_number?: integer, source_waba_id: string|integer, template_ids?: (string|integer)[] }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Makes this account's own of another one's approved templates, 500 at a time: answers which, and why others were not.
---@field unpause fun(self: whatsapp.Templates, id: string|integer, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Ends the pause of a template, 5 minutes after it began at the earliest.
---@field update fun(self: whatsapp.Templates, which: string|integer|{ id?: string, name?: string, language?: string }, changes: { category?: string, header?: string|table, body?: string, examples?: string|table, footer?: string, buttons?: (string|table)[], components?: table[] }, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Changes a template: its parts in the same form as for create, or `category`. An approved one can be changed once in 24 hours and ten times in 30 days, and is reviewed again.
---@field upsert fun(self: whatsapp.Templates, template: { name: string, languages: string[], buttons: table[], add_security_recommendation?: boolean, code_expiration_minutes?: integer }, options?: whatsapp.CallOptions): { id: string, language: string, status: string }[]|nil, whatsapp.Error? Makes or changes an authentication template in several languages at once.
---@field wait fun(self: whatsapp.Templates, which: string|integer|{ id?: string, name?: string, language?: string }, status?: string, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Waits until a template has a status, by asking: at first after half a second, later every 30 seconds.

---@class whatsapp.Uploads
---@field upload fun(self: whatsapp.Uploads, given: string|{ file?: string, data?: string, fetch?: string, type?: string, filename?: string }, options?: whatsapp.CallOptions): { handle: string }|nil, whatsapp.Error? Uploads a file (streamed, in constant memory), bytes, or what is behind a link. A transfer that breaks off goes on from where it got to, at most `retries` times. Limits: JPEG and PNG of 5 MB, MP4 of 16 MB, PDF of 100 MB.

---@class whatsapp.Username
---@field delete fun(self: whatsapp.Username, options?: whatsapp.CallOptions): true|nil, whatsapp.Error? Gives the username up.
---@field get fun(self: whatsapp.Username, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? The username of the number and its status; no username when there is none.
---@field set fun(self: whatsapp.Username, fields: string|{ transfer_action?: "force_transfer"|"none", username: string }, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Claims or changes the username: 3 to 35 letters, digits, periods, underscores.
---@field suggestions fun(self: whatsapp.Username, options?: whatsapp.CallOptions): table|nil, whatsapp.Error? Usernames reserved for the number.

---@class whatsapp.Users
---@field assigned_accounts fun(self: whatsapp.Users, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): whatsapp.Page|nil, whatsapp.Error? The business accounts a person works with.
---@field each_assigned_accounts fun(self: whatsapp.Users, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): fun(): table|nil Iterates over all pages; raises the error.
---@field all_assigned_accounts fun(self: whatsapp.Users, id: string|integer, query?: { after?: string, before?: string, fields?: any, limit?: integer }, options?: whatsapp.CallOptions): table[]|nil, whatsapp.Error? All pages in one list.
