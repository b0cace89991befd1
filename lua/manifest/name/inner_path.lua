--- Paths of files below a folder, as strangers write them: the title of a file of an artifact, a path in an image.

local inner_path = {}

--- What is wrong with a text as the path of a file below a folder; nil: nothing is.
---@param path string
---@return string|nil fault a predicate, such as "is absolute"
function inner_path.fault(path)
  if path:find("[%c\\]") then
    return "has a backslash or a control character"
  end
  if path:find("^/") then
    return "is absolute"
  end
  for part in (path .. "/"):gmatch("([^/]*)/") do
    if part == "" or part == "." or part == ".." then
      return ("has the part '%s'"):format(part)
    end
  end
end

return inner_path
