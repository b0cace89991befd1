--- R10: the public JSON test suite (github.com/nst/JSONTestSuite, its folder test_parsing): what its names say is valid
--- is read, what they say is invalid is refused, but for a reviewed list.

local json = require "manifest.base.json"
local temp = require "spec.support.temp"

--- Valid by RFC 8259, and refused: two readers may understand each differently, or a C reader cut it short.
local REVIEWED = {
  ["y_object_duplicated_key.json"] = "a key that is there twice",
  ["y_object_duplicated_key_and_value.json"] = "a key that is there twice",
  ["y_object_escaped_null_in_key.json"] = "a NUL",
  ["y_string_null_escape.json"] = "a NUL",
}

--- Left open by RFC 8259, and read: nothing of them is lost. All others that it leaves open are refused.
local READ = {
  ["i_number_double_huge_neg_exp.json"] = "too small a number is 0",
  ["i_number_real_underflow.json"] = "too small a number is 0",
}

local classes = { promise = "R10", summary = "each class of the public JSON test suite", counts = "not used",
  words = "FOLDER" }

--- Should the file be read?
local function wanted(name)
  local class = name:sub(1, 1)
  return class == "y" and not REVIEWED[name] or class == "i" and READ[name] ~= nil
end

---@param options table argument: the folder
function classes.run(options)
  assert(options.argument, "name the folder test_parsing of the suite")
  local seen, wrong = { y = 0, n = 0, i = 0 }, {}
  for _, name in ipairs(temp.files(options.argument)) do
    local class = name:match("^([yni])_.*%.json$")
    if class then
      local _, err = json.decode(assert(temp.read(options.argument .. "/" .. name)))
      seen[class] = seen[class] + 1
      if (err == nil) ~= wanted(name) then
        wrong[#wrong + 1] = ("%s is %s"):format(name, err == nil and "read" or "refused: " .. tostring(err))
      end
    end
  end
  return { wrong = wrong, figures = ("%d valid but for 4, %d invalid, %d left open"):format(seen.y, seen.n, seen.i) }
end

return classes
