--- What a registry says that a digest is: words in a header, to be compared and never to be taken for the truth.

local digest_name = require("manifest.name.digest")

local told = {}

local USABLE = { sha256 = true, sha384 = true, sha512 = true }

--- The digest that an answer tells, when it is one that can be checked.
---@param response table
---@return string|nil digest
function told.digest(response)
  local said = response.headers["docker-content-digest"]
  local parsed = said and digest_name.parse(said)
  return parsed and USABLE[parsed.algorithm] and said or nil
end

--- Are two digests of one algorithm, so that they can be compared?
---@param one string digest
---@param other string digest
---@return boolean
function told.same_algorithm(one, other)
  return one:match("^[^:]*") == other:match("^[^:]*")
end

--- Does an answer tell another digest than the one that is meant? Not when it tells none, or one of another algorithm.
---@param response table
---@param meant string
---@return string|nil digest the other one
function told.another(response, meant)
  local said = told.digest(response)
  return said and told.same_algorithm(said, meant) and said ~= meant and said or nil
end

return told
