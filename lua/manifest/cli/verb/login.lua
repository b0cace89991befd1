--- manifest login

local error_of = require("manifest.base.error")

local STDIN_LIMIT = 32768 -- in base64 it still fits a header

local function refusal(message, hint)
  return nil, error_of.new({ code = "invalid_argument", message = message, hint = hint, verb = "login" })
end

local function has_terminal()
  return require("manifest.base.core").terminal.is_terminal("stdin")
end

local function read_username(call)
  if call.options.username then
    return call.options.username
  end
  if not has_terminal() then
    return refusal("no user name, and standard input is not a terminal to ask at", "name it with --username")
  end
  call.out:tell("Username: ")
  local line = io.read("l")
  if not line or line == "" then
    return refusal("a user name is required")
  end
  return line
end

--- The password from standard input, without the line end that echo puts behind it.
local function piped_password()
  local given = io.read(STDIN_LIMIT) or ""
  if io.read(1) then
    return refusal(("the password on standard input is longer than %d bytes"):format(STDIN_LIMIT))
  end
  given = given:gsub("\r?\n$", "")
  if given == "" then
    return refusal("there is no password on standard input")
  end
  return given
end

local function read_password(call)
  if call.options.password_stdin then
    return piped_password()
  end
  if not has_terminal() then
    return refusal("no password, and standard input is not a terminal to ask at", "pipe it in with --password-stdin")
  end
  local line, err = require("manifest.base.core").terminal.read_secret("Password: ")
  if not line then
    return nil, err:with({ verb = "login" })
  end
  if line == "" then
    return refusal("a password is required")
  end
  return line
end

local function run(call)
  if call.options.password_stdin and not call.options.username then
    return refusal("--password-stdin needs --username", "standard input cannot be asked for both")
  end
  local registry = call.arguments[1]
  local client = call.client({ insecure = call.options.insecure })
  local place, err = client:login_place(registry)
  local username, password
  if place then
    username, err = read_username(call)
  end
  if username then
    password, err = read_password(call)
  end
  if not password then
    return nil, err
  end
  local done
  done, err = client:login({ registry = registry, username = username, password = password })
  if not done then
    return nil, err
  end
  if done.file then
    call.out:complain(("manifest: warning: the %s is kept unencrypted in %s; a credential helper would not")
      :format(done.identity and "identity token" or "password", done.file))
  end
  call.out:line("Login Succeeded")
  return 0
end

return {
  usage = "[OPTIONS] [SERVER]",
  summary = "Log in to a registry",
  description = [[
SERVER is HOST[:PORT], by default Docker Hub. The registry is asked whether it
accepts the credentials before they are kept: by the credential helper that
docker's config.json names, else in that file.]],
  arguments = { 0, 1 },
  options = {
    { name = "insecure", kind = "boolean", help = "Allow communication with an insecure registry" },
    { name = "password-stdin", kind = "boolean", help = "Take the password from standard input" },
    { name = "username", short = "u", kind = "string", help = "User name" },
  },
  run = run,
}
