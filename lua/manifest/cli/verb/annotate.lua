--- manifest annotate

local function run(call)
  local annotated, err = call.client():annotate(call.arguments[1], call.arguments[2], {
    os = call.options.os,
    arch = call.options.arch,
    variant = call.options.variant,
    os_version = call.options.os_version,
    os_features = call.options.os_features,
  })
  return annotated and 0, err
end

return {
  usage = "[OPTIONS] MANIFEST_LIST MANIFEST",
  summary = "Add additional information to a local image manifest",
  arguments = { 2, 2 },
  options = {
    { name = "arch", kind = "string", help = "Set architecture" },
    { name = "os", kind = "string", help = "Set operating system" },
    { name = "os-features", kind = "list", value = "strings", help = "Set operating system feature" },
    { name = "os-version", kind = "string", help = "Set operating system version" },
    { name = "variant", kind = "string", help = "Set architecture variant" },
  },
  run = run,
}
