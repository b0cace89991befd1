--- doctor: what is well with a registry and a repository, and what is not. What is looked at, the kind of repository
-- knows (`examine`).

local declare = require("manifest.declare")

local doctor = declare.verb {
  name = "doctor", network = true,
  description = "A line for each check, with what to do about it: the way to the registry, its clock, how it asks for "
    .. "credentials and where they come from, what they may do, and what the registry offers. ok: it is well. no: it "
    .. "is not offered or not granted, and nothing is wrong. bad: something is wrong; the command then exits with 1. "
    .. "unknown: it does not show.\n\nNothing is written without --write. With it a throw-away image, of a config and "
    .. "no layers, is pushed under a tag manifest-doctor-HEX and deleted again. Where the registry deletes nothing it "
    .. "gets no tag, and its manifest stays, named by its digest alone.",
  arguments = { { "repository", "repository", help = "The repository, without a tag" } },
  options = {
    write = { "boolean", help = "Also try to push, to mount and to delete, with a throw-away tag" },
  },
  examples = { "doctor registry.example.com/team/app", "doctor --write --json localhost:5000/app" },
}

---@class manifest.DoctorResult
---@field repository string
---@field healthy boolean no check is bad
---@field checks manifest.Check[]

---@param call manifest.Call
---@param repository string|manifest.Location
---@param o manifest.DoctorOptions
---@return manifest.DoctorResult
function doctor.run(call, repository, o)
  local events, healthy = {}, true
  local _ <close> = call:apart(function(event)
    events[#events + 1] = event
  end)
  local at = call:open(repository, { whole = true })
  local checks = at.repository:examine({ write = o.write, events = events })
  for _, check in ipairs(checks) do
    healthy = healthy and check.state ~= "bad"
  end
  return { repository = at.text, healthy = healthy, checks = checks }
end

return doctor
