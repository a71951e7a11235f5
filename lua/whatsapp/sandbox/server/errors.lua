--- Graph's error codes, as far as the sandbox gives them: the HTTP status and the
--- text that goes with each.

return {
  [1] = { status = 500, message = "An unknown error occurred", transient = true },
  [100] = { status = 400, message = "Invalid parameter" },
  [190] = { status = 401, message = "Invalid OAuth access token",
            challenge = 'OAuth "Facebook Platform" "invalid_token" "Invalid OAuth access token."' },
  [2500] = { status = 400, message = "Unknown path components" },
  [131000] = { status = 500, message = "Something went wrong" },
  [131008] = { status = 400, message = "Required parameter is missing" },
  [131009] = { status = 400, message = "Parameter value is not valid" },
  [131053] = { status = 400, message = "Media upload error" },
  [132000] = { status = 400,
               message = "Number of parameters does not match the expected number of params" },
  [132001] = { status = 404, message = "Template name does not exist in the translation" },
  [132015] = { status = 400, message = "Template is paused" },
  [132016] = { status = 400, message = "Template is disabled" },
  [132012] = { status = 400,
               message = "Parameter format does not match format in the created template" },
  [132018] = { status = 400, message = "There was an issue with the parameters in the template" },
}
