--- manifest inspect

local function run(call)
  local list, image = call.arguments[1], call.arguments[2]
  if not image then
    list, image = nil, list
  elseif list == "" then -- to docker, no list at all
    list = nil
  end
  local client = call.client({ insecure = call.options.insecure })
  local seen, err = client:inspect(image, { list = list, verbose = call.options.verbose and not call.options.raw })
  if not seen then
    return nil, err
  end
  if not call.options.raw then
    local ok
    ok, err = require("manifest.verb.inspect").is_showable(seen)
    if not ok then
      return nil, err
    end
  end
  call.out:write(require("manifest.cli.render").inspect(seen, call.options))
  return 0
end

return {
  usage = "[OPTIONS] [MANIFEST_LIST] MANIFEST",
  summary = "Display an image manifest, or manifest list",
  arguments = { 1, 2 },
  options = {
    { name = "insecure", kind = "boolean", help = "Allow communication with an insecure registry" },
    { name = "raw", kind = "boolean", help = "Output the exact bytes that the digest is over" },
    { name = "verbose", short = "v", kind = "boolean",
      help = "Output additional info including layers and platform" },
  },
  run = run,
}
