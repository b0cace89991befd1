--- manifest create

local function run(call)
  local sources = { table.unpack(call.arguments, 2) }
  local client = call.client({ insecure = call.options.insecure })
  local created, err = client:create(call.arguments[1], sources, { amend = call.options.amend })
  if not created then
    return nil, err
  end
  call.out:write(("Created manifest list %s\n"):format(created.reference))
  return 0
end

return {
  usage = "[OPTIONS] MANIFEST_LIST MANIFEST [MANIFEST...]",
  summary = "Create a local manifest list for annotating and pushing to a registry",
  arguments = { 2 },
  options = {
    { name = "amend", short = "a", kind = "boolean", help = "Amend an existing manifest list" },
    { name = "insecure", kind = "boolean", help = "Allow communication with an insecure registry" },
  },
  run = run,
}
