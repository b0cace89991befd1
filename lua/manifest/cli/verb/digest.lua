--- manifest digest

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  local digest, err = client:digest(call.arguments[1])
  if not digest then
    return nil, err
  end
  call.out:write(digest .. "\n")
  return 0
end

return {
  usage = "[OPTIONS] REF",
  summary = "Show the digest of a reference",
  description = "Asks the registry for what REF names now. One request; nothing is downloaded.",
  arguments = { 1, 1 },
  options = {
    { name = "insecure", kind = "boolean", help = "Allow communication with an insecure registry" },
  },
  run = run,
}
