local file = require("manifest.core").file

local folder = ...

local function check(result, problem)
  assert(result or problem.code == "memory", problem and problem.message)
  return result
end

return function()
  local path = folder .. "/a/b/file"
  if not check(file.make_directory(folder .. "/a/b", 448)) then
    return
  end
  local lock <close> = check(file.lock(folder .. "/lock"))
  if check(file.replace(path, "bytes", {})) then
    check(file.read(path, 100))
    check(file.list(folder .. "/a/b"))
    check(file.identity(path))
    file.version(path)
    check(file.room(folder))
  end
  assert(lock == nil or tostring(lock))
  check(file.remove_tree(folder .. "/a"))
end
