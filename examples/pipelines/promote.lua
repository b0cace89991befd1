-- From staging to production: what was tested is what is released, and nothing moves unless every check holds.
--
--     ./dev lua examples/pipelines/promote.lua STAGING PRODUCTION [PLATFORM...]
--
--     ./dev lua examples/pipelines/promote.lua staging.example.com/app:1.4 example.com/app:1.4 linux/amd64 linux/arm64
--
-- Exit status 2 when a check does not hold.

local manifest = require "manifest"

local staging, production = arg[1], arg[2]
if not production then
  io.stderr:write("usage: promote.lua STAGING PRODUCTION [PLATFORM...]\n")
  os.exit(125)
end
---@cast staging string
---@cast production string
local platforms = table.move(arg, 3, #arg, 1, {})

local function promote()
  local client <close> = manifest.client()

  -- From here on the digest is meant, wherever the tag moves meanwhile.
  local digest = assert(client:digest(staging))
  local tested = staging:gsub(":[^:/]*$", "") .. "@" .. digest

  ---@type any, manifest.Error?
  local sound, problem = client:verify(tested)
  for position = 1, sound and #platforms or 0 do
    sound, problem = client:resolve(tested, platforms[position])
    if not sound then
      break
    end
  end
  if not sound then
    print(problem)
    return 2
  end

  -- Signatures and SBOMs come along. The tag moves last.
  assert(client:copy(tested, production, { referrers = true }))
  print(("%s is %s"):format(production, digest))
  return 0
end

os.exit(promote(), true)
