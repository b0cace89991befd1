--- The tag under which a registry without the referrers API keeps the list of a manifest's referrers.

local digest = require("manifest.name.digest")

local referrers_tag = {}

local ALGORITHM_LIMIT, HEX_LIMIT = 32, 64

--- The tag of a digest: `algorithm-hex`, cut as the distribution specification says, so that it is always a tag.
---@param text string digest
---@return_overload string tag
---@return_overload nil, table err invalid_digest
function referrers_tag.of(text)
  local read, err = digest.parse(text)
  if not read then
    return nil, err
  end
  local tag = read.algorithm:sub(1, ALGORITHM_LIMIT) .. "-" .. read.hex:sub(1, HEX_LIMIT)
  return (tag:gsub("[^A-Za-z0-9_.-]", "-"))
end

--- The digest that a tag of this form belongs to (sha256 only: what is longer is cut).
---@param tag string
---@return string|nil digest
---@return string|nil rest what stands behind it, such as ".sig" of a signature kept under a tag
function referrers_tag.subject(tag)
  local hex, rest = tag:match("^sha256%-(" .. ("[0-9a-f]"):rep(64) .. ")(.*)$")
  ---@cast rest string where hex is there
  if hex and not rest:find("^[A-Za-z0-9]") then
    return "sha256:" .. hex, rest
  end
end

return referrers_tag
