--- What `manifest login` asks and prints.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")

local print = {}

local STDIN_LIMIT = 32768 -- in base64 it still fits a header

local STDIN_INSTEAD = "a password among the words of a command is seen by every user of the machine; pipe it in: "
  .. "printf %s \"$PASSWORD\" | manifest login --username NAME --password-stdin SERVER"

print.instead = { p = STDIN_INSTEAD, password = STDIN_INSTEAD }

local function refusal(message, hint)
  return nil, error_of.new({ code = "invalid_argument", message = message, hint = hint })
end

local function read_username(out)
  if not core.terminal.is_terminal("stdin") then
    return refusal("no user name, and standard input is not a terminal to ask at", "name it with --username")
  end
  out:tell("Username: ")
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

local function read_password()
  if not core.terminal.is_terminal("stdin") then
    return refusal("no password, and standard input is not a terminal to ask at", "pipe it in with --password-stdin")
  end
  local line, err = core.terminal.read_secret("Password: ")
  if line == "" then
    return refusal("a password is required")
  end
  return line, err
end

--- What is not given stays empty until it is asked for.
function print.read(given)
  given.options.username, given.options.password = given.printing.username or "", ""
end

--- Asks for what was not given, once it is known that the login can be kept.
function print.prepare(out, client, given)
  local options, is_piped, is_named = given.options, given.printing.password_stdin, given.printing.username
  if is_piped and not is_named then
    return refusal("--password-stdin needs --username", "standard input cannot be asked for both")
  end
  local ready, err = client:login_place(options.registry)
  if ready and not is_named then
    options.username, err = read_username(out)
    ready = options.username
  end
  if ready then
    options.password, err = (is_piped and piped_password or read_password)()
    ready = options.password
  end
  return ready, err
end

---@param out table output
---@param done manifest.LoginResult
---@param options table
function print.text(out, done, options)
  if done.file and not options.quiet then
    out:complain(("manifest: warning: the %s is kept unencrypted in %s; a credential helper would not")
      :format(done.identity and "identity token" or "password", done.file))
  end
  out:line("Login Succeeded")
end

return print
