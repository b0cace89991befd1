--- Logins that the caller's own source is asked for.

local failure = require("manifest.base.failure")

local logins = {}

--- Asks it, and tells the engine. While it answers, the client may not be used: the source would be asked by itself.
---@param loop table
---@param asked table[] {registry, repository}
function logins.answer(loop, asked)
  loop.answering = true
  local _ <close> = failure.defer(function()
    loop.answering = false
  end)
  for _, login in ipairs(asked) do
    loop.engine:answer(login.registry, login.repository, loop.ask(login.registry, login.repository))
  end
end

return logins
