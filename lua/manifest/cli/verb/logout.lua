--- manifest logout

local function run(call)
  local done, err = call.client():logout(call.arguments[1])
  if not done then
    return nil, err
  end
  if not done.helper and done.entries == 0 then
    call.out:line(("Not logged in to %s"):format(done.registry))
    return 0
  end
  call.out:line(("Removing login credentials for %s"):format(done.registry))
  return 0
end

return {
  usage = "[SERVER]",
  summary = "Forget the login at a registry",
  description = "SERVER is HOST[:PORT], by default Docker Hub.",
  arguments = { 0, 1 },
  options = {},
  run = run,
}
