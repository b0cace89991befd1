--- What `manifest doctor` prints.

local show = require("manifest.cli.show")

local print = {}

local UNHEALTHY = 1
local MEANING = { ok = "good", bad = "bad" }

--- Says before anything is written what --write leaves where nothing can be deleted.
function print.prepare(out, _, given)
  if given.options.write and not given.all.quiet then
    out:complain("manifest doctor: a throw-away image is pushed as manifest-doctor-HEX and deleted again; where the "
      .. "registry deletes nothing, its manifest stays without a tag")
  end
  return true
end

---@param out table output
---@param found manifest.DoctorResult
---@param options table
function print.text(out, found, options)
  for _, check in ipairs(found.checks) do
    out:line(("%-12s %-8s %s"):format((check.name:gsub("_", " ")), check.state, check.text), MEANING[check.state])
    if check.hint then
      out:line((" "):rep(22) .. "-> " .. check.hint)
    end
  end
  if not options.write and found.healthy then
    out:complain("nothing was written: --write tries to push, to mount and to delete")
  end
end

local checks = show.list(show.object({ "name", "state", "text", "hint" }))

print.json = show.document({ "repository", "healthy", { "checks", checks } })

---@param found manifest.DoctorResult
---@return integer exit status
function print.status(found)
  return found.healthy and 0 or UNHEALTHY
end

return print
