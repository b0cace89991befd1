--- Secrets that servers repeat, in whatever way they write them, are written over in what is shown.

local base64 = require("manifest.core").base64
local testing = require "manifest.testing"

local blot = testing.auth.blot

--- With all characters that some escape has its own way with, and some beyond ASCII and the basic plane.
local SECRET = 'pa"s\\s&w<o>r\'d/%41+é€😀z'

local function each_byte(text, form)
  return (text:gsub(".", function(byte)
    return form:format(byte:byte())
  end))
end

local function each_code(text, form)
  local parts = {}
  for _, code in utf8.codes(text) do
    parts[#parts + 1] = form(code)
  end
  return table.concat(parts)
end

local function json_code(code)
  if code < 0x10000 then
    return ("\\u%04x"):format(code)
  end
  return ("\\u%04X\\u%04X"):format(0xd800 + (code - 0x10000 >> 10), 0xdc00 + (code - 0x10000 & 0x3ff))
end

local function json(text)
  return (text:gsub('[\\"/]', "\\%0"):gsub("[&<>]", function(sign)
    return ("\\u%04x"):format(sign:byte())
  end))
end

local function html(text)
  return (text:gsub("[&<>\"']", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }))
end

local function url(text)
  return (text:gsub("[^A-Za-z0-9]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end))
end

local function for_urls(text)
  return (base64.encode(text):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
end

local WAYS = {
  { "as it is", SECRET }, { "in capitals", SECRET:upper() }, { "in JSON", json(SECRET) },
  { "in JSON, every character", each_code(SECRET, json_code) }, { "in HTML", html(SECRET) },
  { "in HTML, decimal", each_code(SECRET, function(code) return ("&#%d;"):format(code) end) },
  { "in HTML, hexadecimal", each_code(SECRET, function(code) return ("&#x%X;"):format(code) end) },
  { "in a URL", url(SECRET) }, { "in a URL, in small letters", url(SECRET):gsub("%%%x%x", string.lower) },
  { "in hexadecimal", each_byte(SECRET, "%02x") }, { "in hexadecimal, capitals", each_byte(SECRET, "%02X") },
  { "byte by byte, backslashed", each_byte(SECRET, "\\x%02x") },
  { "in HTML in JSON", json(html(SECRET)) }, { "in a URL in JSON", json(url(SECRET)) },
  { "in JSON in JSON", json(json(SECRET)) }, { "in JSON in HTML", html(json(SECRET)) },
  { "in base64", base64.encode(SECRET) }, { "in base64 behind one byte", base64.encode("x" .. SECRET .. "y") },
  { "in base64 behind a user", base64.encode("me:" .. SECRET) }, { "in base64 for URLs", for_urls("ab" .. SECRET) },
  { "in base64 in JSON", json(base64.encode(SECRET)) }, { "in base64 in a URL", url(base64.encode(SECRET)) },
}

--- The same, but for the stretch that belongs to the secret: nothing of it may be left.
local function assert_gone(text, shown, what)
  assert.equal(#text, #shown, what)
  local left = shown:gsub("%*+", "")
  for start = 1, #text - 11 do
    local piece = text:sub(start, start + 11)
    assert.is_nil(left:find(piece, 1, true), ("%s: '%s' is left in '%s'"):format(what, piece, shown))
  end
end

describe("a secret that is repeated", function()
  for _, way in ipairs(WAYS) do
    it(way[1] .. " is written over, and nothing else is", function()
      local shown = blot("you sent " .. way[2] .. "; go away", { "another secret", SECRET })
      assert.equal("you sent ", shown:sub(1, 9))
      assert.equal("; go away", shown:sub(-9))
      assert_gone(way[2], shown:sub(10, -10), way[1])
    end)
  end

  it("again and again is written over each time", function()
    assert.equal("****** and ******, ******", blot("secret and SECRET, secret", { "secret" }))
  end)

  it("in a piece that gives it away is written over too", function()
    local token = ("abcdefghijklmnopqrstuvwxyz"):rep(10)
    assert.equal("token " .. ("*"):rep(100) .. "...", blot("token " .. token:sub(1, 100) .. "...", { token }))
  end)

  it("is one of several", function()
    assert.equal("******** ********", blot("onewords twowords", { "onewords", "twowords" }))
  end)

  it("is kept as long as it is sent, however many others are", function()
    local secrets = {}
    for i = 1, 64 do
      secrets[#secrets + 1] = "the password"
      secrets[#secrets + 1] = "token number " .. i
    end
    assert.equal("************, token number 1, ***************",
      blot("the password, token number 1, token number 64", secrets))
  end)

  it("is left alone when it is a few bytes: it may be a part of any word", function()
    assert.equal("admin is unknown", blot("admin is unknown", { "admin", "" }))
  end)
end)

it("text without a secret stays as it is, whatever is in it", function()
  for _, text in ipairs { "", "plain", "100%", "%zz %4", "\\", "\\u12", "\\ud800\\u0041", "&", "&#;", "&#x;",
    "&#99999999;", "&amp",
    ("\\u"):rep(100), ("%4"):rep(100), ("&#"):rep(100), "\0\255" } do
    assert.equal(text, blot(text, { SECRET, "secret words" }))
  end
end)
