--- How much what one reference names may take: in documents, and in their bytes. A registry can name more than any
--- machine holds.

local fail = require("manifest.base.failure").fail

local budget = {}

local DOCUMENTS = 10000
local BYTES = 256 * 1024 * 1024

local methods = {}
local mt = { __index = methods }

--- Makes a budget.
---@param options table of a client: max_documents, max_bytes
---@param roots integer|nil how many references share it, default 1
---@return table budget
function budget.new(options, roots)
  local documents, bytes = options.max_documents or DOCUMENTS, options.max_bytes or BYTES
  return setmetatable({
    most = { documents = documents, bytes = bytes },
    documents = documents * (roots or 1), bytes = bytes * (roots or 1),
  }, mt)
end

local function refuse(most, what, option)
  fail {
    code = "too_large", is_over = true, message = ("what is named has more than %d %s"):format(most, what),
    hint = ("if that is meant to be, allow it with option '%s'"):format(option),
  }
end

--- Refuses what would be too much.
---@param documents integer
---@param bytes integer
function methods:check(documents, bytes)
  if documents > self.documents then
    refuse(self.most.documents, "documents", "max_documents")
  end
  if bytes > self.bytes then
    refuse(self.most.bytes, "bytes of documents", "max_bytes")
  end
end

--- Takes so much, and refuses it when it is too much.
---@param documents integer
---@param bytes integer
function methods:take(documents, bytes)
  self:check(documents, bytes)
  self.documents, self.bytes = self.documents - documents, self.bytes - bytes
end

return budget
