--- The plot of the benchmark: its labels can be read whatever the figures are.

local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"

describe("the plot of the benchmark", function()
  it("has no label on another", function()
    local words = { "python3", "spec/support/programs/plot_labels.py", cwd = ours.root }
    for seed = 1, 40 do
      words[#words + 1] = tostring(seed)
    end
    local done = process.run(words)
    assert.equal(0, done.status, done.stderr)
    assert.equal("", (done.stdout:gsub("seed %d+: 14 labels\n", "")))
  end)
end)
