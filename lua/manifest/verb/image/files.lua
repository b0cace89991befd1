--- A layer of single files, for who has a static binary and no archive.

local failure = require("manifest.base.failure")
local inner_path = require("manifest.name.inner_path")
local tar_writer = require("manifest.layer.tar_writer")
local text = require("manifest.base.text")

local fail = failure.fail

local files = {}

--- The files by their paths in an archive: one in an image may begin with a slash.
local function by_inner_path(given)
  local found = {}
  for path, source in pairs(given) do
    local inner = path:gsub("^/", "")
    local fault = inner_path.fault(inner)
    if not fault and (inner:match("[^/]*$"):find("^%.wh%.")) then
      fault = "begins with .wh., which removes a file of the layers below"
    end
    if fault or found[inner] then
      fail {
        code = "invalid_argument", message = ("'%s' %s: it is no path of a file in an image"):format(
          text.printable(path), fault or "occurs twice"),
        hint = "write the whole path, such as /usr/bin/tool",
      }
    end
    found[inner] = source
  end
  return found
end

--- Writes the archive of some files.
---@param given table<string, string> by path in the image: path of the file
---@param time integer seconds since 1970
---@param spooled table of base/spool.lua
function files.write(given, time, spooled)
  tar_writer.write(by_inner_path(given), time, function(bytes)
    spooled:write(bytes)
  end)
  spooled:finish()
end

return files
