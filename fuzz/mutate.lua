--- Noise that a seed decides: texts made out of others, by the changes that parsers mind most.

local mutate = {}

--- What means something to one grammar or another.
local WORDS = { "\0", "\n", "\r\n", "\"", "\\", "/", ":", "@", "?", "#", "%", ",", ";", "=", "<", ">", "{", "}", "[",
  "]", "..", "//", " ", "\t", "-1", "0", "9007199254740993", "1e400", "null", "true", "sha256:", "\\u0000", "\255",
  "\226\128\168", "\27[31m", "linux/", "*", "(", "&a", "!!", "--- ", "- ", "return ", "function" }

local changes = {
  function(text, chance) -- a byte is another
    local at = chance(#text)
    return text:sub(1, at - 1) .. string.char(chance(256) - 1) .. text:sub(at + 1)
  end,
  function(text, chance) -- a piece is gone
    local first = chance(#text)
    return text:sub(1, first - 1) .. text:sub(first + chance(16))
  end,
  function(text, chance) -- a piece is there once more
    local first = chance(#text)
    local piece = text:sub(first, first + chance(32))
    return text:sub(1, first) .. piece:rep(chance(4)) .. text:sub(first + 1)
  end,
  function(text, chance) -- a word comes in between
    local at = chance(#text + 1)
    return text:sub(1, at - 1) .. WORDS[chance(#WORDS)] .. text:sub(at)
  end,
  function(text, chance) -- it ends early
    return text:sub(1, chance(#text))
  end,
  function(text, chance, other) -- it goes on as another
    return text:sub(1, chance(#text)) .. other:sub(chance(#other + 1))
  end,
}

--- A text made of one of a list.
---@param seeds string[]
---@param chance function (n) -> 1..n
---@return string
function mutate.text(seeds, chance)
  local text = seeds[chance(#seeds)]
  for _ = 1, chance(4) do
    if text == "" then
      text = WORDS[chance(#WORDS)]
    end
    text = changes[chance(#changes)](text, chance, seeds[chance(#seeds)])
  end
  return text
end

return mutate
