--- How much what one reference names may take: in documents, and in their bytes. A registry can name more than any
--- machine holds.

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

local function too_large(most, what, option)
  return {
    code = "too_large", message = ("what is named has more than %d %s"):format(most, what),
    hint = ("if that is meant to be, allow it with option '%s'"):format(option),
  }
end

--- Why so much more is too much.
---@param documents integer
---@param bytes integer
---@return table|nil refusal what an error is made of (too_large); nil: it is not
function methods:over(documents, bytes)
  if documents > self.documents then
    return too_large(self.most.documents, "documents", "max_documents")
  end
  if bytes > self.bytes then
    return too_large(self.most.bytes, "bytes of documents", "max_bytes")
  end
end

--- Takes so much.
---@param documents integer
---@param bytes integer
---@return table|nil refusal of over: it was too much
function methods:take(documents, bytes)
  local refusal = self:over(documents, bytes)
  self.documents, self.bytes = self.documents - documents, self.bytes - bytes
  return refusal
end

return budget
