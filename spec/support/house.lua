--- Reads a tree like ours and tells where it breaks the rules of its rooms: `house.faults(root)` -> list of lines.
--
-- The rooms stand on floors; a file may use rooms of lower floors only, and files of its own room in no circle. Folders
-- of one room use what is above or below them in the tree, not what is beside them.

local lfs = require "lfs"
local temp = require "spec.support.temp"

-- A room of C uses rooms before it in this list only; all of them are below the rooms of Lua.
local C_ROOMS = { "base", "json", "file", "process", "stream", "url", "header", "credential", "answer", "curl", "auth",
  "exchange", "bind/lib", "bind/core", "bind/http", "bind/testing", "bind/program" }
-- Those that know neither libcurl nor a room that does.
local LOCAL_ROOMS = { ["csrc/base"] = true, ["csrc/json"] = true, ["csrc/file"] = true, ["csrc/process"] = true,
  ["csrc/stream"] = true, ["csrc/bind/lib"] = true, ["csrc/bind/core"] = true }

local FLOORS = {
  ["lua/manifest/base"] = 4, ["lua/manifest/name"] = 5, ["lua/manifest/engine"] = 6,
  ["lua/manifest/document"] = 7, ["lua/manifest/layer"] = 7, ["lua/manifest/draft"] = 7,
  ["lua/manifest/credential"] = 7, ["lua/manifest/declare"] = 7,
  ["lua/manifest/repository"] = 8, ["lua/manifest/graph"] = 9, ["lua/manifest/tag"] = 10, ["lua/manifest/verb"] = 11,
  ["lua/manifest"] = 12, ["lua/manifest/cli"] = 13, ["bin"] = 14,
}

for number, room in ipairs(C_ROOMS) do
  FLOORS["csrc/" .. room] = number / 100
end

--- Folders of one room of which the first may use the second: a release is made of indexes.
local BESIDE = { ["lua/manifest/verb/release"] = "lua/manifest/verb/index" }

local MOST_LINES, MOST_FUNCTION_LINES = { c = 600, lua = 350 }, 60

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

--- Where the literal that opens at FROM ends: at its closing quote.
local function literal_end(text, from)
  local quote, at = text:sub(from, from), from + 1
  while text:sub(at, at) ~= quote and at <= #text do
    at = at + (text:sub(at, at) == "\\" and 2 or 1)
  end
  return at
end

--- C without its comments, lines kept; and without its literals too.
local function bare_c(text)
  local code, bare, at = {}, {}, 1
  while at <= #text do
    local from = text:find("[\"'/]", at) or #text + 1
    local comment = text:match("^/%*.-%*/", from) or text:match("^//[^\n]*", from)
    local stop = comment and from + #comment - 1 or text:find("^/", from) or literal_end(text, from)
    local lines = comment and comment:gsub("[^\n]", "")
    code[#code + 1] = text:sub(at, from - 1) .. (lines or text:sub(from, stop))
    bare[#bare + 1] = text:sub(at, from - 1) .. (lines or text:match("^/", from) or " ")
    at = stop + 1
  end
  return table.concat(code), table.concat(bare)
end

local function read_tree(root)
  local files = {}
  for _, top in ipairs { "csrc", "lua", "bin" } do
    each_file(root, top, function(path)
      local text = assert(temp.read(root .. "/" .. path))
      local kind = kind_of(path, text)
      if kind then
        local code, bare
        if kind == "c" then
          code, bare = bare_c(text)
        else
          code = text:gsub("%-%-[^\n]*", "")
        end
        files[path] = { kind = kind, text = text, code = code, bare = bare, room = path:match("^(.*)/") }
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

--- Where each function and constant of C that other files see is defined; a file keeps the names of its own static
--- functions in `private`, since another file may have a function of that name.
local function definitions_of(files)
  local found = {}
  for path, file in pairs(files) do
    file.private = {}
    for before, name in ("\n" .. (file.bare or "")):gmatch("\n(%f[%a_][^\n;{}()]-)([%a_][%w_]*)%s*%b()%s*\n{") do
      if before:find("%f[%w]static%f[%W]") then
        file.private[name] = true
      else
        found[name] = path
      end
    end
    for name in ("\n" .. (file.bare or "")):gmatch("\nconst [^\n;=()]-([%a_][%w_]*)%s*=") do
      found[name] = path
    end
  end
  return found
end

--- Calls `visit(target, name)` for each file that a C file includes, or whose functions and constants it names: a call
--- is an arrow too when the header is someone else's.
local function each_c_use(files, path, file, definitions, visit)
  for name in file.code:gmatch('#%s*include%s+"([^"]+)"') do
    local beside = file.room .. "/" .. name
    while beside:find("[^/]+/%.%./") do
      beside = beside:gsub("[^/]+/%.%./", "", 1)
    end
    visit(files[beside] and beside or nil, name)
  end
  if path:find("%.h$") then
    return
  end
  local bare = file.bare:gsub("%f[%w_]struct%s+[%w_]+", ""):gsub("%f[%w_]enum%s+[%w_]+", "")
  for name in bare:gmatch("%f[%w_]([%a_][%w_]*)") do
    if definitions[name] and definitions[name] ~= path and not file.private[name] then
      visit(definitions[name], name)
    end
  end
end

--- Calls `visit(target, name)` for each file that a Lua file uses. Any text that names a module counts, since modules
--- are also required lazily through tables of their names; the name of a metatable and a scope
--- of annotations do not.
local function each_lua_use(files, path, file, visit)
  for before, name in file.code:gmatch("([^\n]-)[\"'](manifest[%w_.]*)[\"']") do
    local target = lua_file(files, name)
    local required = before:find("require%s*%(?%s*$") ~= nil
    if name == "manifest.core" then
      target = required and "csrc/bind/core/core.c" or nil
    end
    if (target or required) and target ~= path and not before:find("__name%s*=%s*$")
      and not before:find("scope%s*=%s*$") then
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
  local edges, definitions = {}, definitions_of(files)
  local function each_use(path, file, visit)
    if file.kind == "c" then
      return each_c_use(files, path, file, definitions, visit)
    end
    return each_lua_use(files, path, file, visit)
  end
  for path, file in pairs(files) do
    each_use(path, file, function(target, name)
      if not target then
        return say("%s uses %s, which is nowhere", path, name)
      end
      local from, from_room = floor_of(file.room)
      local to, to_room = floor_of(files[target].room)
      if from and to and from_room ~= to_room and to >= from then
        say("runs %s: %s uses %s", to > from and "up" or "sideways", path, target)
      elseif LOCAL_ROOMS[from_room] and to and not LOCAL_ROOMS[to_room] then
        say("needs libcurl: %s uses %s", path, target)
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
  for header in file.code:gmatch("#%s*include%s+[<\"]([^\n>\"]*)[>\"]") do
    if not path:find("^csrc/bind/") and (header:find("lua", 1, true) or header:find("lauxlib", 1, true)) then
      say("%s includes %s: only bind knows Lua", path, header)
    elseif LOCAL_ROOMS[file.room] and header:find("^curl/") then
      say("%s includes %s: this room does without libcurl", path, header)
    end
  end
  for _, name in ipairs(BANNED_C) do
    if file.bare:find("%f[%w_]" .. name .. "%s*%(") then
      say("%s calls %s", path, name)
    end
  end
end

--- In these rooms a failure is raised (base/failure.lua): they neither catch it nor hand it on by themselves.
local RAISING = { "verb/", "graph/", "tag/", "draft/", "layer/", "credential/", "repository/" }
--- Their files that make errors, read a grammar, or blame who wrote a callback.
local OTHERWISE = {
  ["lua/manifest/repository/problem.lua"] = true, ["lua/manifest/repository/registry/link.lua"] = true,
  ["lua/manifest/credential/vault.lua"] = true,
}
local HANDING_ON = {
  "%f[%w_]x?pcall%f[^%w_]", "%f[%w_.]error%s*[%({\"']", "%f[%w_]return nil,",
  "%f[%w_]local [%w_, ]*, ?err%f[^%w_]", "%f[%w_]local [%w_, ]*, ?problem%f[^%w_]",
  "%f[%w_]local [%w_, ]*, ?failure%f[^%w_]", "%f[%w_]require%(?%s*\"manifest%.base%.error\"",
}

local function check_failures(path, file, say)
  local is_raising, found = false, nil
  for _, prefix in ipairs(not OTHERWISE[path] and RAISING or {}) do
    is_raising = is_raising or path:find("lua/manifest/" .. prefix, 1, true) == 1
  end
  for _, pattern in ipairs(is_raising and HANDING_ON or {}) do
    found = found or file.code:match(pattern)
  end
  if found then
    say("%s hands a failure on by itself (%s): base/failure.lua does", path, found)
  end
end

--- Words that a reader has to look up; the field has others for what they stood for.
local RETIRED = { "told", "built", "turn", "shape", "glance", "ring", "aside", "sated", "beside" }
local NAMED = {
  "local [^=\n]*%%f[%%w_]%s%%f[^%%w_]", "[.:]%s%%f[^%%w_]%%s*[=(]", "function [%%w_.:]*%%f[%%w_]%s%%f[^%%w_]",
}

local function check_words(path, file, say)
  for _, word in ipairs(RETIRED) do
    local found = path:find(("/%s.lua"):format(word), 1, true)
    for _, pattern in ipairs(NAMED) do
      found = found or file.code:find(pattern:format(word))
    end
    if found then
      say("%s names something '%s'", path, word)
    end
  end
end

local function check_lua(path, file, say)
  check_words(path, file, say)
  local _, room = floor_of(file.room)
  for _, pattern in ipairs(room ~= "lua/manifest/cli" and room ~= "bin" and PRINTING or {}) do
    local found = file.code:match(pattern)
    if found then
      say("%s prints or exits (%s): only the command does", path, found)
    end
  end
  check_failures(path, file, say)
  if file.code:find("coroutine%.yield") and path ~= "lua/manifest/engine/loop.lua" then
    say("%s yields: only the loop does", path)
  end
  if file.code:find("core%.file%.lock") and path ~= "lua/manifest/engine/lock.lua" then
    say("%s takes a lock by itself: engine/lock.lua waits without deafness", path)
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
  if number - 1 > MOST_LINES[file.kind] then
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
