--- Asserts that a call has failed with a code and says these words, and gives its error, which may be a problem of the
--- core: `fails_saying("not_found", "no tag", client:get(name))`.

local assert = require "luassert"

return function(code, words, value, err)
  assert.is_nil(value)
  assert.equal(code, err.code, tostring(err))
  assert.matches(words, getmetatable(err) and tostring(err) or err.message, 1, true)
  return err
end
