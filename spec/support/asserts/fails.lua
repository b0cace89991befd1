--- Asserts that a call has failed with a code, and gives its error: `fails("not_found", client:get(name))`.

local assert = require "luassert"

return function(code, value, err)
  assert.is_nil(value)
  assert.equal(code, err.code, tostring(err))
  return err
end
