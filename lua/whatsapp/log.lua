--- One line a request on stderr: `whatsapp.new { on_request = whatsapp.log }`.
---@param event whatsapp.Attempt
return function(event)
  -- The session of a resumable upload is a secret of its own.
  local path = event.path:gsub("upload:[^/]+", "upload:***")
  io.stderr:write(("whatsapp: %s %s %s %.3f s%s%s\n"):format(event.method, path,
    event.status or "-", event.seconds,
    event.attempt > 1 and (", attempt %d"):format(event.attempt) or "",
    event.kind and ", " .. event.kind or ""))
end
