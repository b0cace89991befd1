--- manifest digest

local location = require("manifest.name.location")
local show = require("manifest.cli.show")

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  local given = call.arguments[1]
  local digest, err = client:digest(given)
  if not digest then
    return nil, err
  end
  if call.options.json then
    local named = location.parse(given):with_default_tag()
    show.document(call.out, { { "reference", tostring(named) }, { "digest", digest } })
  else
    call.out:line(digest)
  end
  return 0
end

return {
  usage = "[OPTIONS] REF",
  summary = "Show the digest of a reference",
  description = "Asks the registry for what REF names now. One request; nothing is downloaded.",
  arguments = { 1, 1 },
  options = { show.insecure, show.json },
  run = run,
}
