--- Folders that vanish: each lives until `temp.remove` or until the spec file that asked for it is done.

local lfs = require "lfs"

local root

local function quoted(path)
  return "'" .. path:gsub("'", [['\'']]) .. "'"
end

local function remove(path)
  os.execute("rm -rf -- " .. quoted(path))
end

--- The folder that holds all others, made on first use. The guard removes it when this module is collected, which is at
--- the end of the spec file (busted unloads the modules a spec loaded) or at the end of the run.
local guard = setmetatable({}, {
  __gc = function()
    if root then
      remove(root)
    end
  end,
})

local function top()
  if not root then
    local pipe = assert(io.popen("mktemp -d \"${TMPDIR:-/tmp}/manifest-spec.XXXXXX\""))
    root = pipe:read("l")
    pipe:close()
    assert(root and root ~= "", "mktemp made no folder")
    guard.root = root
  end
  return root
end

local count = 0

--- A path that does not exist yet, in a folder that does. The name may hint at the purpose.
local function path(name)
  count = count + 1
  return ("%s/%d-%s"):format(top(), count, name or "x")
end

--- Makes an empty folder and returns its path.
local function folder(name)
  local made = path(name)
  assert(lfs.mkdir(made))
  return made
end

--- Writes a file and returns its path; without a path it gets a fresh one.
local function file(bytes, at)
  at = at or path("file")
  local handle = assert(io.open(at, "wb"))
  assert(handle:write(bytes))
  assert(handle:close())
  return at
end

--- The bytes of a file, or nil and a message.
local function read(at)
  local handle, err = io.open(at, "rb")
  if not handle then
    return nil, err
  end
  local bytes = handle:read("a")
  handle:close()
  return bytes
end

--- The names of the files in a folder and below, sorted.
local function files(at, prefix, list)
  list, prefix = list or {}, prefix or ""
  for name in lfs.dir(at) do
    local inner = at .. "/" .. name
    if lfs.attributes(inner, "mode") ~= "directory" then
      list[#list + 1] = prefix .. name
    elseif name ~= "." and name ~= ".." then
      files(inner, prefix .. name .. "/", list)
    end
  end
  table.sort(list)
  return list
end

return { folder = folder, path = path, file = file, files = files, read = read, remove = remove }
