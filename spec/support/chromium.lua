--- Pages as Chromium shows them, where it is installed:
--
--     local dom, said = chromium.dom("file:///a/page.html", { "--allow-file-access-from-files" })
--
-- `dom`: the page as HTML, after its scripts; `said`: what was written to the console, a line each with CONSOLE, among
-- what Chromium itself says. Its further options are the second argument.

local process = require "spec.support.process"
local temp = require "spec.support.temp"

local chromium = {}

function chromium.present()
  return process.present "chromium"
end

function chromium.dom(url, options)
  local words = { "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
    "--hide-scrollbars", "--user-data-dir=" .. temp.folder("profile"), "--window-size=1400,1000", "--dump-dom",
    "--virtual-time-budget=5000", timeout = 60 }
  table.move(options or {}, 1, #(options or {}), #words + 1, words)
  words[#words + 1] = url
  local done = process.run(words)
  return done.stdout, done.stderr
end

return chromium
