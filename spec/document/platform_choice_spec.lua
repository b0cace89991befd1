local attestation = require "manifest.document.attestation"
local choice = require "manifest.document.platform_choice"
local platform = require "manifest.name.platform"

local function entries(...)
  local list = {}
  for position, text in ipairs { ... } do
    list[position] = { digest = "d" .. position, platform = text ~= "" and assert(platform.parse(text)) or nil }
  end
  return list
end

describe("choice", function()
  it("finds by digest and by platform", function()
    local list = entries("linux/amd64", "linux/arm/v7", "windows(10.0.20348.1)/amd64", "")
    assert.same({ 2 }, choice.find(list, { digest = "d2" }))
    assert.same({ 2 }, choice.find(list, { platform = platform.parse("linux/arm") }))
    assert.same({}, choice.find(list, { platform = platform.parse("linux/arm/v6") }))
    assert.same({ 3 }, choice.find(list, { platform = platform.parse("windows/amd64") }))
    assert.same({ 3 }, choice.find(list, { platform = platform.parse("windows(10.0.20348)/amd64") }))
    assert.same({}, choice.find(list, { platform = platform.parse("windows(10.0.203)/amd64") }))
  end)

  it("wants the features of the os that were asked for", function()
    local list = entries("windows(10.0+a+b)/amd64")
    assert.same({ 1 }, choice.find(list, { platform = platform.parse("windows(10.0+b)/amd64") }))
    assert.same({}, choice.find(list, { platform = platform.parse("windows(10.0+c)/amd64") }))
  end)

  it("tells what is missing", function()
    local list = entries("linux/amd64", "linux/arm64")
    local wanted = { platform.parse("linux/arm64/v8"), platform.parse("linux/arm"), platform.parse("linux/amd64") }
    assert.same({ wanted[2] }, choice.missing(list, wanted))
  end)

  it("describes the platforms once each, and attestations not at all", function()
    local list = entries("linux/amd64", "linux/amd64", "linux/arm/v6")
    list[4] = { platform = { os = "unknown", architecture = "unknown" }, annotations = attestation.link("x") }
    assert.equal("linux/amd64, linux/arm/v6", choice.describe(list))
    assert.equal("no platform", choice.describe({ list[4] }))
  end)
end)
