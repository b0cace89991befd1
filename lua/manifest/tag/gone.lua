--- Whether a tag is gone that was deleted, or whose manifest was. Some registries keep the tags of a manifest, and some
--- say yes and do nothing, or do it a moment later.

local LOOKS, PAUSE = 3, 0.5 -- seconds

--- Looks again, by GET: that tells at once, where a HEAD that says 404 would need one to confirm it.
---@param call manifest.Call
---@param repository manifest.Repository
---@param tag string
---@param digest string what it named
---@return string|boolean state "gone" or "remains"; false: it names something else by now, or nobody knows (a warning)
return function(call, repository, tag, digest)
  local answer, why = repository:manifest(tag)
  for _ = 2, LOOKS do
    if not answer or answer.digest ~= digest then
      break
    end
    call.loop:sleep(PAUSE)
    answer, why = repository:manifest(tag)
  end
  if answer then
    return answer.digest == digest and "remains"
  end
  if why.code == "not_found" then
    return "gone"
  end
  call:warn(("whether the tag %s is gone cannot be told: %s"):format(tag, why.message))
  return false
end
