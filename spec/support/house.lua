--- Reads a tree like ours and tells where it breaks the rules of its rooms: `house.faults(root)` -> list of lines.
--
-- The rooms stand on floors; a file may use rooms of lower floors only, and files of its own room in no circle. Folders
-- of one room use what is above or below them in the tree, not what is beside them.

local lfs = require "lfs"
local temp = require "spec.support.temp"

local FLOORS = {
  ["csrc/plain"] = 1, ["csrc/plain/http"] = 2, ["csrc/bind"] = 3,
  ["lua/manifest/base"] = 4, ["lua/manifest/name"] = 5, ["lua/manifest/engine"] = 6,
  ["lua/manifest/document"] = 7, ["lua/manifest/layer"] = 7, ["lua/manifest/draft"] = 7,
  ["lua/manifest/credential"] = 7, ["lua/manifest/declare"] = 7,
  ["lua/manifest/repository"] = 8, ["lua/manifest/graph"] = 9, ["lua/manifest/tag"] = 10, ["lua/manifest/verb"] = 11,
  ["lua/manifest"] = 12, ["lua/manifest/cli"] = 13, ["bin"] = 14,
}

--- Folders of one room of which the first may use the second: a release is made of indexes.
local BESIDE = { ["lua/manifest/verb/release"] = "lua/manifest/verb/index" }

local MOST_LINES, MOST_FUNCTION_LINES = 350, 60

--- What a kind of file must not say, as patterns on its text without comments.
local BANNED_C = { "strcpy", "strcat", "strtok", "sprintf", "vsprintf", "sscanf", "atoi", "atol", "atof", "gets",
  "alloca", "system", "popen", "printf", "puts", "exit" }
local PRINTING = { "%f[%w_.]print%s*%(", "%f[%w_]io%.write", "%f[%w_]io%.std", "%f[%w_]os%.exit" }

local function each_file(root, folder, visit)
  local path = root .. "/" .. folder
  if lfs.attributes(path, "mode") ~= "directory" then
    return
  end
  for name in lfs.dir(path) do
    local inner = folder .. "/" .. name
    local mode = lfs.attributes(root .. "/" .. inner, "mode")
    if mode == "directory" and not name:find("^%.") then
      each_file(root, inner, visit)
    elseif mode == "file" then
      visit(inner)
    end
  end
end

local function kind_of(path, text)
  if path:find("%.[ch]$") then
    return "c"
  end
  return (path:find("%.lua$") or text:find("^#![^\n]*lua")) and "lua" or nil
end

--- The text with its comments blanked, lines kept.
local function without_comments(text, kind)
  if kind == "lua" then
    return (text:gsub("%-%-[^\n]*", ""))
  end
  text = text:gsub("/%*.-%*/", function(comment) return (comment:gsub("[^\n]", "")) end)
  return (text:gsub("//[^\n]*", ""))
end

local function read_tree(root)
  local files = {}
  for _, top in ipairs { "csrc", "lua", "bin" } do
    each_file(root, top, function(path)
      local text = assert(temp.read(root .. "/" .. path))
      local kind = kind_of(path, text)
      if kind then
        files[path] = { kind = kind, text = text, code = without_comments(text, kind), room = path:match("^(.*)/") }
      end
    end)
  end
  return files
end

local function floor_of(room)
  while room and not FLOORS[room] do
    room = room:match("^(.*)/")
  end
  return FLOORS[room], room
end

--- A C source and its header are one unit of the house.
local function unit_of(path)
  return (path:gsub("%.[ch]$", ""))
end

local function lua_file(files, module)
  local path = "lua/" .. module:gsub("%.", "/")
  return files[path .. ".lua"] and path .. ".lua" or files[path .. "/init.lua"] and path .. "/init.lua" or nil
end

--- Calls `visit(target)` for each file that a file uses. Any text that names a module counts, since modules are also
--- required lazily through tables of their names; only the name of a metatable does not.
local function each_use(files, path, file, visit)
  if file.kind == "c" then
    for name in file.code:gmatch('#%s*include%s+"([^"]+)"') do
      local beside = file.room .. "/" .. name
      while beside:find("[^/]+/%.%./") do
        beside = beside:gsub("[^/]+/%.%./", "", 1)
      end
      visit(files[beside] and beside or nil, name)
    end
    return
  end
  for before, name in file.code:gmatch("([^\n]-)[\"'](manifest[%w_.]*)[\"']") do
    local target = lua_file(files, name)
    local required = before:find("require%s*%(?%s*$") ~= nil
    if name == "manifest.core" then
      target = required and "csrc/bind/core.c" or nil
    end
    if (target or required) and target ~= path and not before:find("__name%s*=%s*$") then
      visit(target, name)
    end
  end
end

--- Files that reach each other: Tarjan's components of more than one member.
local function circles(edges)
  local order, index, low, stack, on, found = 0, {}, {}, {}, {}, {}
  local function visit(node)
    order = order + 1
    index[node], low[node], on[node] = order, order, true
    stack[#stack + 1] = node
    for next_node in pairs(edges[node] or {}) do
      if not index[next_node] then
        visit(next_node)
        low[node] = math.min(low[node], low[next_node])
      elseif on[next_node] then
        low[node] = math.min(low[node], index[next_node])
      end
    end
    if low[node] == index[node] then
      local ring = {}
      repeat
        local member = table.remove(stack)
        on[member] = nil
        ring[#ring + 1] = member
      until member == node
      if #ring > 1 then
        table.sort(ring)
        found[#found + 1] = "circle: " .. table.concat(ring, ", ")
      end
    end
  end
  for node in pairs(edges) do
    if not index[node] then
      visit(node)
    end
  end
  return found
end

local function is_beside(a, b)
  return a ~= b and BESIDE[a] ~= b and a:sub(1, #b + 1) ~= b .. "/" and b:sub(1, #a + 1) ~= a .. "/"
end

local function check_arrows(files, say)
  local edges = {}
  for path, file in pairs(files) do
    each_use(files, path, file, function(target, name)
      if not target then
        return say("%s uses %s, which is nowhere", path, name)
      end
      local from, from_room = floor_of(file.room)
      local to, to_room = floor_of(files[target].room)
      if from and to and from_room ~= to_room and to >= from then
        say("runs %s: %s uses %s", to > from and "up" or "sideways", path, target)
      elseif from_room == to_room and is_beside(file.room, files[target].room) then
        say("runs sideways: %s uses %s", path, target)
      end
      if unit_of(path) ~= unit_of(target) then
        edges[unit_of(path)] = edges[unit_of(path)] or {}
        edges[unit_of(path)][unit_of(target)] = true
      end
    end)
    if file.room == "" or not floor_of(file.room) then
      say("%s is in no room", path)
    end
  end
  for _, ring in ipairs(circles(edges)) do
    say("%s", ring)
  end
end

local function check_c(path, file, say)
  local plain = path:find("^csrc/plain/")
  for header in file.code:gmatch("#%s*include%s+[<\"]([^\n>\"]*)[>\"]") do
    if plain and (header:find("lua", 1, true) or header:find("lauxlib", 1, true)) then
      say("%s includes %s: plain C knows no Lua", path, header)
    end
  end
  for _, name in ipairs(BANNED_C) do
    if file.code:find("%f[%w_]" .. name .. "%s*%(") then
      say("%s calls %s", path, name)
    end
  end
end

local function check_lua(path, file, say)
  local _, room = floor_of(file.room)
  for _, pattern in ipairs(room ~= "lua/manifest/cli" and room ~= "bin" and PRINTING or {}) do
    local found = file.code:match(pattern)
    if found then
      say("%s prints or exits (%s): only the command does", path, found)
    end
  end
  if file.code:find("coroutine%.yield") and path ~= "lua/manifest/engine/loop.lua" then
    say("%s yields: only the loop does", path)
  end
  if room == "lua/manifest/document" or room == "lua/manifest/name" then
    for part in file.code:gmatch("%f[%w_]core%.(%w+)") do
      if part == "file" or part == "engine" or part == "child" then
        say("%s uses core.%s: this room is pure", path, part)
      end
    end
  end
end

--- Functions at the left margin that are too long: from a line that opens one to the next `end` or `}` at the margin.
local function check_lengths(path, file, say)
  local number, name, first = 0, nil, nil
  local opening = file.kind == "lua" and "^[%a_][^\n]*function%f[%W]" or "^%f[%a_][^;#=]*%)%s*{?%s*$"
  for line in (file.text .. "\n"):gmatch("([^\n]*)\n") do
    number = number + 1
    if line:find(opening) then
      first, name = number, line
    elseif first and line:find(file.kind == "lua" and "^end%f[%W]" or "^}") then
      if number - first + 1 > MOST_FUNCTION_LINES then
        say("long function in %s: %s (%d lines)", path, name, number - first + 1)
      end
      first = nil
    end
  end
  if number - 1 > MOST_LINES then
    say("long file: %s (%d lines)", path, number - 1)
  end
end

local function faults(root)
  local files, list = read_tree(root), {}
  local function say(...)
    list[#list + 1] = string.format(...)
  end
  check_arrows(files, say)
  for path, file in pairs(files) do
    (file.kind == "c" and check_c or check_lua)(path, file, say)
    check_lengths(path, file, say)
  end
  table.sort(list)
  return list, files
end

return { faults = faults }
