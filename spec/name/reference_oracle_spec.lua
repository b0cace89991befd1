--- The live comparison with the docker CLI: the recorded table, and seeded random mutations of it.

local oracle = require("spec.support.worlds.docker_oracle")
local recorded = require("spec.fixtures.references")
local reference = require("manifest.name.reference")

local SEED = tonumber(os.getenv("MANIFEST_SEED") or "20261123")
local MUTATIONS = tonumber(os.getenv("MANIFEST_MUTATIONS") or "600")
local PIECES = {
  "/", "/", ":", ":", "@", ".", "..", "-", "--", "_", "__", "___", "[", "]", "[::1]", "a", "b", "Z", "A", "0", "5000",
  "x.y", "localhost", "docker.io", "index.docker.io", "library/", "sha256:", "sha512:", "SHA256:", "blake3:", "+", "%",
  " ", "~", "\r", "\u{e9}", "\u{3b1}", "\u{6f22}", ("0123456789abcdef"):rep(2), ("0123456789abcdef"):rep(4),
  ("f"):rep(31), ("a"):rep(63), ("a"):rep(64), ("t"):rep(127), ("t"):rep(128), ("t"):rep(129), ("p"):rep(247),
  ("p"):rep(254), ("p"):rep(255), ("p"):rep(256), ("F"):rep(64), "xn--n3h.com", "127.0.0.1", ":latest",
}

local function ours(text)
  local ref, err = reference.parse(text)
  return ref and tostring(ref:with_default_tag()) or "!" .. err.message
end

--- Cuts, repeats or replaces a piece of the text.
local function mutate(text)
  local at = math.random(0, #text)
  local choice = math.random(5)
  if choice <= 3 then
    return text:sub(1, at) .. PIECES[math.random(#PIECES)] .. text:sub(at + math.random(1, 2))
  elseif choice == 4 then
    return text:sub(1, at) .. text:sub(at + math.random(2, 9))
  end
  return text:sub(at + 1) .. text:sub(1, at)
end

local function build()
  local parts = {}
  for i = 1, math.random(1, 7) do
    parts[i] = PIECES[math.random(#PIECES)]
  end
  return table.concat(parts)
end

--- Half mutations of what is recorded, half built of pieces; each text once. Texts that docker's answer would repeat
--- over several lines, or in other bytes (it replaces what is not UTF-8), cannot be compared and are left out.
local function mutations(count)
  math.randomseed(SEED)
  local list, seen = {}, {}
  while #list < count do
    local text = math.random(2) == 1 and build() or recorded[math.random(#recorded)][1]
    for _ = 1, math.random(0, 3) do
      text = mutate(text)
    end
    if not seen[text] and not text:find("\n") and utf8.len(text) then
      seen[text] = true
      list[#list + 1] = text
    end
  end
  return list
end

--- What docker and this module make of each text, where they differ. docker repeats a name in its message whatever is
--- in it, and knows upper case outside ASCII; for such texts it is enough that both refuse.
local function differences(texts)
  local answers, found = oracle.ask(texts), {}
  for i, text in ipairs(texts) do
    local mine = ours(text)
    local odd = #text > 1000 or text:find("[^\x20-\x7e]")
    local both_refuse = odd and answers[i]:sub(1, 1) == "!" and mine:sub(1, 1) == "!"
    if mine ~= answers[i] and not both_refuse then
      found[#found + 1] = ("%q: docker says %s, we say %s"):format(text, answers[i], mine)
    end
  end
  return found
end

describe("references against the docker CLI #oracle", function()
  local available = oracle.available()

  it("are read alike for every recorded text, and the record is what docker answers", function()
    if not available then
      pending("the docker CLI is not installed")
      return
    end
    local texts = {}
    for i, row in ipairs(recorded) do
      texts[i] = row[1]
    end
    local answers = oracle.ask(texts)
    for i, row in ipairs(recorded) do
      assert.are.equal(row[2], answers[i])
    end
    assert.are.same({}, differences(texts))
  end)

  it("are read alike for random mutations (MANIFEST_SEED, MANIFEST_MUTATIONS)", function()
    if not available then
      pending("the docker CLI is not installed")
      return
    end
    assert.are.same({}, differences(mutations(MUTATIONS)))
  end)
end)
