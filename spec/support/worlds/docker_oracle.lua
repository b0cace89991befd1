--- The docker CLI as the oracle for references: `docker manifest rm` on an empty store names what it understood.

local oracle = {}

local BATCH = 50

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function read_command(command)
  local pipe = assert(io.popen(command, "r"))
  local output = pipe:read("a")
  pipe:close()
  return output
end

--- True when the docker CLI with its manifest command is installed.
function oracle.available()
  return read_command("docker manifest rm --help 2>/dev/null"):find("MANIFEST_LIST", 1, true) ~= nil
end

local function ask_batch(folder, references)
  local words = { "HOME=" .. quote(folder), "DOCKER_CONFIG=" .. quote(folder), "docker manifest rm --" }
  for _, reference in ipairs(references) do
    words[#words + 1] = quote(reference)
  end
  local lines = {}
  for line in read_command(table.concat(words, " ") .. " 2>&1"):gmatch("([^\n]*)\n") do
    lines[#lines + 1] = line
  end
  assert(#lines == #references, ("asked docker about %d references, got %d lines"):format(#references, #lines))
  return lines
end

--- Asks docker about each text.
---@param references string[] without NUL; a line feed only where docker's answer does not repeat it
---@return string[] answers the normalised reference, or "!" and docker's message
function oracle.ask(references)
  local folder = read_command("mktemp -d"):gsub("\n$", "")
  local _ <close> = setmetatable({}, { __close = function()
    os.execute("rm -rf " .. quote(folder))
  end })
  local answers = {}
  for first = 1, #references, BATCH do
    local last = math.min(first + BATCH - 1, #references)
    for _, line in ipairs(ask_batch(folder, { table.unpack(references, first, last) })) do
      answers[#answers + 1] = line:match("^No such manifest: (.*)$") or "!" .. line
    end
  end
  return answers
end

return oracle
