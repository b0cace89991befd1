--- Documents that are full of small values, each kind of its own: what they cost to read is not in their bytes.

local MOST, MOST_COSTLY, MOST_KEYS = 250000, 100000, 25000

--- As many items as there may be bytes for.
local function list(count, item)
  local items = {}
  for index = 1, count do
    items[index] = type(item) == "string" and item or item(index)
  end
  return table.concat(items, ",")
end

local function numbered(form)
  return function(index)
    return form:format(index, index)
  end
end

local small_values = {}

--- Texts just within what is read, by name: arrays, and objects without duplicate keys.
small_values.accepted = {
  ["empty objects"] = "[" .. list(MOST_COSTLY - 10, "{}") .. "]",
  ["empty arrays"] = "[" .. list(MOST_COSTLY - 10, "[]") .. "]",
  ["objects alike"] = "[" .. list(MOST // 3 - 10, numbered('{"a":"%x","b":0}')) .. "]",
  ["empty strings"] = "[" .. list(MOST - 10, '""') .. "]",
  ["strings unlike one another"] = "[" .. list(MOST - 10, numbered('"yyyyy%x"')) .. "]",
  ["zeros"] = "[" .. list(MOST - 10, "0") .. "]",
  ["floats"] = "[" .. list(MOST_COSTLY - 10, numbered("1.%de-300")) .. "]",
  ["deep arrays"] = "[" .. list((MOST_COSTLY - 10) // 60, ("["):rep(60) .. ("]"):rep(60)) .. "]",
  ["deep objects"] = "[" .. list((MOST_COSTLY - 10) // 60, ('{"a":'):rep(60) .. "0" .. ("}"):rep(60)) .. "]",
  ["many keys"] = "{" .. list(MOST_KEYS - 10, numbered('"%x":"%x"')) .. "}",
  ["objects unlike one another"] = "[" .. list(MOST_KEYS - 10, numbered('{"%x":{}}')) .. "]",
  ["escapes"] = '"' .. ("\\u0061"):rep(600000) .. '"',
}

--- Texts of up to 4 MiB that are refused.
small_values.refused = {
  ["too many empty objects"] = "[" .. list(1300000, "{}") .. "]",
  ["too many empty arrays"] = "[" .. list(1300000, "[]") .. "]",
  ["too many empty strings"] = "[" .. list(1300000, '""') .. "]",
  ["too many zeros"] = "[" .. list(2000000, "0") .. "]",
  ["too many floats"] = "[" .. list(240000, numbered("1.%de-300")) .. "]",
  ["too many keys"] = "{" .. list(240000, numbered('"%x":0')) .. "}",
  ["too many objects unlike one another"] = "[" .. list(240000, numbered('{"%x":0}')) .. "]",
  ["too many objects that begin alike"] = "[" .. list(80000, numbered('{"name":0,"k%x":0}')) .. "]",
}

--- An index of 10,000 images as they are found: about 210,000 values.
small_values.index = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":['
  .. list(10000, function(index)
    return ('{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%064x","size":%d,"platform":'
      .. '{"architecture":"arm","os":"linux","variant":"v7"},"annotations":{%s}}'):format(index, index + 500,
      list(index % 2 == 0 and 12 or 11, numbered('"org.example.%d":"' .. index % 7 .. '%d"')))
  end) .. "]}"

return small_values
