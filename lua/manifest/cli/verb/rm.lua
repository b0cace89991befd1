--- manifest rm

local function run(call)
  local removed, err = call.client():rm(call.arguments)
  return removed and 0, err
end

return {
  usage = "MANIFEST_LIST [MANIFEST_LIST...]",
  summary = "Delete one or more manifest lists from local storage",
  arguments = { 1 },
  options = {},
  run = run,
}
