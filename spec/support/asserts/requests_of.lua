--- What a function makes a registry answer, as sorted "METHOD path" lines, digests cut to 12 digits.

local function requests_of(server, fn)
  server:clear()
  local results = table.pack(fn())
  local lines = {}
  for index, request in ipairs(server:requests()) do
    local path = request.path:gsub("^/v2", ""):gsub("(sha256[:-]" .. ("%x"):rep(12) .. ")%x+", "%1")
    lines[index] = ("%s %s"):format(request.method, path)
  end
  table.sort(lines)
  return lines, table.unpack(results, 1, results.n)
end

return requests_of
