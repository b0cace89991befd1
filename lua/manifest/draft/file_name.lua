--- The names that docker's local store gives to references.
--
-- Different references may share a name (a:b-c and a-b:c, a_b and a/b). We keep docker's names, since the store is
-- shared with it, and see a collision by what is inside: the entry's own reference, and our record of the list's.

local fail = require("manifest.base.failure").fail

local file_name = {}

--- The longest name that common file systems take, in bytes.
local LONGEST = 255

--- The name of the folder of a list, or of the file of an entry.
---@param ref any a reference, or its normalised text
---@return string name
function file_name.of(ref)
  return (tostring(ref):gsub("[:/]", { [":"] = "-", ["/"] = "_" }))
end

--- The same, where a file can have that name. docker fails there too, with the system's words only.
---@param ref any
---@return string name; fails with io
function file_name.check(ref)
  local name = file_name.of(ref)
  if #name <= LONGEST then
    return name
  end
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
  return fail { code = "io", ref = tostring(ref),
    message = ("its name in docker's local store has %d bytes, and file systems take %d"):format(#name, LONGEST),
    hint = "shorten the repository or the tag" }
end

--- True for names that no reference has, such as those of editors' and file managers' own files (.x.swp, x~, #x#).
function file_name.is_stray(name)
  return name:find("^[.#]") ~= nil or name:find("~$") ~= nil
end

return file_name
