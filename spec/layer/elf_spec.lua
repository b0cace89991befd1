local elf = require "manifest.layer.elf"
local sample = require "spec.support.inputs.elf"
local temp = require "spec.support.temp"

describe("elf", function()
  it("tells the machine of programs and libraries", function()
    for architecture in pairs(sample.machines) do
      assert.equal(architecture, elf.machine(sample.head(architecture)))
      assert.equal(architecture, elf.machine(sample.head(architecture, 3)))
    end
  end)

  it("passes over what is none", function()
    local head = sample.head("amd64")
    for _, bytes in ipairs { "", "\127ELF", head:sub(1, 19), "#!/bin/sh\n" .. ("x"):rep(20), sample.head("arm", 1),
      sample.head("arm", 4), head:sub(1, 4) .. "\3" .. head:sub(6), head:sub(1, 5) .. "\3" .. head:sub(7) } do
      assert.is_nil(elf.machine(bytes))
    end
  end)

  it("has a name for a machine it does not know", function()
    local head = sample.head("amd64")
    assert.equal("machine 9999", elf.machine(head:sub(1, 18) .. string.pack("<I2", 9999) .. head:sub(21)))
  end)

  it("reads the program that runs this", function()
    local bytes = assert(temp.read("/proc/self/exe"))
    assert.is_string(elf.machine(bytes:sub(1, elf.HEAD)))
  end)

  it("knows who runs whose programs", function()
    assert.is_true(elf.also_runs("amd64", "386"))
    assert.is_true(elf.also_runs("arm64", "arm"))
    assert.is_false(elf.also_runs("amd64", "arm64"))
    assert.is_false(elf.also_runs("386", "amd64"))
  end)
end)
