--- manifest resolve

local show = require("manifest.cli.show")

--- One line: digest, platform, media type, size.
local function line_of(found)
  local platform = require("manifest.name.platform")
  return ("%s  %s  %s  %d"):format(found.digest, platform.format(found.platform or {}), found.media_type, found.size)
end

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  local found, err = client:resolve(call.arguments[1], call.arguments[2])
  if not found then
    return nil, err
  end
  if call.options.json then
    show.report(call.out, show.descriptor(found))
  else
    call.out:line(line_of(found))
  end
  return 0
end

return {
  usage = "[OPTIONS] REF PLATFORM",
  summary = "Show what a pull on a given platform takes",
  description = "PLATFORM is OS/ARCHITECTURE[/VARIANT], such as linux/arm/v7. The best match is taken: the platform\n"
    .. "itself, then older variants of it, then its 32 bit architecture.",
  arguments = { 2, 2 },
  options = {
    show.insecure,
    { name = "json", kind = "boolean", help = "Print the descriptor as JSON" },
  },
  run = run,
}
