--- What `manifest push` prints: docker's lines.

local print = {}

---@param out table output
---@param done manifest.PushResult|manifest.Error
function print.text(out, done)
  for _, one in ipairs(done.pushed or {}) do
    out:write(("Pushed ref %s with digest: %s\n"):format(one.reference, one.digest))
  end
  if done.digest then
    out:write(done.digest .. "\n")
  end
end

--- What was put before the failure.
function print.failed(out, err)
  print.text(out, err)
end

return print
