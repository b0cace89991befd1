--- The first bytes of programs, as the linkers of several machines write them.

local MACHINES = {
  amd64 = { 2, 1, 62 }, ["386"] = { 1, 1, 3 }, arm64 = { 2, 1, 183 }, arm = { 1, 1, 40 }, s390x = { 2, 2, 22 },
  ppc64le = { 2, 1, 21 }, ppc64 = { 2, 2, 21 }, riscv64 = { 2, 1, 243 }, mips64le = { 2, 1, 8 }, mips = { 1, 2, 8 },
  loong64 = { 2, 1, 258 },
}

--- The head of a program. kind: e_type, 2 (program) by default.
local function head(architecture, kind)
  local class, order, machine = table.unpack(MACHINES[architecture])
  return ("\127ELF%c%c\1\0"):format(class, order) .. ("\0"):rep(8)
    .. string.pack(order == 1 and "<I2I2I4" or ">I2I2I4", kind or 2, machine, 1)
end

return { head = head, machines = MACHINES }
