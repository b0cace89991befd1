--- manifest tags

local show = require("manifest.cli.show")

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  local tags, err = client:tags(call.arguments[1], { include = call.options.include, exclude = call.options.exclude })
  if not tags then
    return nil, err
  end
  if call.options.json then
    local json = require("manifest.base.json")
    show.document(call.out, { { "repository", call.arguments[1] }, { "tags", json.array(tags) } })
  else
    for _, tag in ipairs(tags) do
      call.out:line(tag)
    end
  end
  return 0
end

return {
  usage = "[OPTIONS] REPOSITORY",
  summary = "List the tags of a repository",
  description = "One tag a line, in the registry's order. PATTERN: * is any text, ? is one character.",
  arguments = { 1, 1 },
  options = {
    show.insecure, show.json,
    { name = "include", kind = "strings", value = "pattern", help = "Only tags that fit; may be repeated" },
    { name = "exclude", kind = "strings", value = "pattern", help = "No tags that fit; may be repeated" },
  },
  run = run,
}
