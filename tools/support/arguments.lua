--- What tools/support/arguments.sh does, for scripts in Lua: -h and --help print the comment at the head of the script,
--- and an option that is not known ends it with that comment. Words behind `--` are no options.

local function head_comment()
  local lines = {}
  for line in io.lines(arg[0]) do
    local text = line:match("^%-%- ?(.*)$")
    if not text and #lines > 0 then
      break
    end
    lines[#lines + 1] = text
  end
  return table.concat(lines, "\n") .. "\n"
end

---@param ... string the options that the script knows
return function(...)
  local known = {}
  for _, option in ipairs { ... } do
    known[option] = true
  end
  for _, word in ipairs(arg) do
    if word == "-h" or word == "--help" then
      io.stdout:write(head_comment())
      os.exit(0, true)
    elseif word == "--" then
      break
    elseif word:sub(1, 1) == "-" and not known[word] then
      io.stderr:write(head_comment(), ("%s: no such option: %s\n"):format(arg[0]:match("[^/]*$"), word))
      os.exit(2, true)
    end
  end
end
