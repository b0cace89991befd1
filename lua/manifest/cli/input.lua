--- What a command reads whole: a file, or standard input where the word for it is `-`.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")

local input = {}

--- More than any registry takes for a manifest; what is larger is no document.
local LIMIT = 64 * 1024 * 1024

local function read_stdin()
  local bytes, reason = io.read(LIMIT)
  if reason then
    return nil, error_of.new({ code = "io", message = "standard input cannot be read: " .. reason })
  end
  if bytes and io.read(1) then
    return nil, error_of.new({
      code = "too_large", message = ("standard input has more than %d bytes"):format(LIMIT),
      hint = "give the document alone",
    })
  end
  return bytes or ""
end

--- The bytes that a word of the command names.
---@param word string path, or "-"
---@return_overload string bytes
---@return_overload nil, table err not_found, too_large, io
function input.read(word)
  if word == "-" then
    return read_stdin()
  end
  local bytes, err = core.file.read(word, LIMIT)
  return bytes, err and err:with({ hint = err.code == "not_found" and "check the path" or nil })
end

return input
