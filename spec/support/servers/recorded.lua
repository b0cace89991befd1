--- What servers that write down their requests have in common: `requests`, those since the start or the last `clear`,
--- and `stop`. `requests(NAME)` has those to one of several servers of a program.
---@param methods table of the server's class; the server has `process`
---@param all fun(self: table): table[] every request since the start
return function(methods, all)
  function methods:requests(name)
    local list = {}
    for position, one in ipairs(all(self)) do
      list[#list + 1] = position > self.seen and (not name or one.server == name) and one or nil
    end
    return list
  end

  --- Forgets the requests so far.
  function methods:clear()
    self.seen = #all(self)
  end

  function methods:stop()
    return self.process:stop()
  end
end
