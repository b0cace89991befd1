--- Shell patterns for tags: `*` any run of characters, `?` one character, everything else itself.

local glob = {}

--- True when the whole text fits the pattern. Time is at most the product of the two lengths, whatever they are.
---@param text string
---@param pattern string
---@return boolean
function glob.match(text, pattern)
  local at, in_pattern = 1, 1
  local star, mark ---@type integer?, integer
  while at <= #text do
    local wanted = pattern:sub(in_pattern, in_pattern)
    if wanted == "*" then
      star, mark = in_pattern, at
      in_pattern = in_pattern + 1
    elseif wanted == "?" or (wanted ~= "" and wanted == text:sub(at, at)) then
      at, in_pattern = at + 1, in_pattern + 1
    elseif star then
      mark = mark + 1
      at, in_pattern = mark, star + 1
    else
      return false
    end
  end
  return pattern:find("^%**$", in_pattern) ~= nil
end

local function fits_any(text, patterns)
  for _, pattern in ipairs(patterns) do
    if glob.match(text, pattern) then
      return true
    end
  end
  return false
end

--- The texts that fit one of `include` (all, when there is none) and none of `exclude`, in order.
---@param list string[]
---@param include string[]|nil
---@param exclude string[]|nil
---@return string[]
function glob.choose(list, include, exclude)
  local matching = {}
  for _, text in ipairs(list) do
    if (not include or #include == 0 or fits_any(text, include)) and not fits_any(text, exclude or {}) then
      matching[#matching + 1] = text
    end
  end
  return matching
end

return glob
