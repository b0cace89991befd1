--- Words that may stand for a verb: other names that people know, and slips.

local text = require("manifest.base.text")

local words = {}

local OTHER_NAMES = { ls = "tags", cp = "copy" }

--- A slip is led to none of these: what they take away does not come back.
local NEVER_MEANT = { rm = true, delete = true }

--- The verb's own name.
---@param word string|nil
---@return string|nil
function words.verb(word)
  return OTHER_NAMES[word] or word
end

--- Another name of a verb.
---@param verb string
---@return string|nil
function words.other_name(verb)
  for other, own in pairs(OTHER_NAMES) do
    if own == verb then
      return other
    end
  end
end

--- The verb that a mistyped one may have meant; nil when none is near.
---@param written string
---@param names string[] of verbs
---@return string|nil
function words.nearest(written, names)
  local near = text.nearest(written, names)
  return not NEVER_MEANT[near] and near or nil
end

return words
