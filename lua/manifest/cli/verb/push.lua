--- manifest push

local function run(call)
  local render = require("manifest.cli.render")
  local client = call.client({ insecure = call.options.insecure })
  local done, err = client:push(call.arguments[1], { purge = call.options.purge })
  if not done then
    call.out:write(render.push(err.pushed or {}, err.digest))
    return nil, err
  end
  call.out:write(render.push(done.pushed, done.digest))
  return 0
end

return {
  usage = "[OPTIONS] MANIFEST_LIST",
  summary = "Push a manifest list to a repository",
  arguments = { 1, 1 },
  options = {
    { name = "insecure", kind = "boolean", help = "Allow push to an insecure registry" },
    { name = "purge", short = "p", kind = "boolean", help = "Remove the local manifest list after push" },
  },
  run = run,
}
