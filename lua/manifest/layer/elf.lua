--- What machine a program is for, by the first bytes of its ELF header.

local elf = {}

--- Bytes of a file that machine() looks at.
elf.HEAD = 20

local EXECUTABLE, SHARED = 2, 3 -- e_type: programs and libraries; objects and core files tell nothing of an image

--- e_machine -> Go's name of the architecture, by class (32 or 64 bit) where that matters; "le" is added where it does.
local MACHINES = {
  [2] = "sparc", [3] = "386", [8] = { [32] = "mips", [64] = "mips64", ordered = true }, [20] = "ppc",
  [21] = { [64] = "ppc64", ordered = true }, [22] = { [32] = "s390", [64] = "s390x" }, [40] = "arm", [43] = "sparc64",
  [62] = "amd64", [183] = "arm64", [243] = { [32] = "riscv", [64] = "riscv64" },
  [258] = { [32] = "loong32", [64] = "loong64" },
}

--- Architectures whose images may well carry programs of another: the one that their hosts run too.
local ALSO_RUNS = { amd64 = "386", arm64 = "arm", mips64 = "mips", mips64le = "mipsle", s390x = "s390", ppc64 = "ppc" }

--- The architecture of a program or library.
---@param head string the first bytes of the file, HEAD of them where it has as many
---@return string|nil architecture nil when the file is none; "machine N" for one that has no name here
function elf.machine(head)
  if #head < elf.HEAD or head:sub(1, 4) ~= "\127ELF" then
    return nil
  end
  local class, order = head:byte(5), head:byte(6)
  if (class ~= 1 and class ~= 2) or (order ~= 1 and order ~= 2) then
    return nil
  end
  local kind, machine = string.unpack(order == 1 and "<I2I2" or ">I2I2", head, 17)
  if kind ~= EXECUTABLE and kind ~= SHARED then
    return nil
  end
  local name = MACHINES[machine]
  if type(name) == "table" then
    local suffix = name.ordered and order == 1 and "le" or ""
    name = name[class * 32] and name[class * 32] .. suffix
  end
  return name or ("machine %d"):format(machine)
end

--- Whether programs of one architecture are no surprise in an image of another.
function elf.also_runs(architecture, other)
  return ALSO_RUNS[architecture] == other
end

return elf
