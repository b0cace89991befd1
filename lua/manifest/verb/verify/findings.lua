--- What verify concludes of what it fetched. Pure: walked documents and fetched blobs in, a report out.

local elf = require("manifest.layer.elf")
local image = require("manifest.document.image")
local platform = require("manifest.name.platform")
local text = require("manifest.base.text")

local findings = {}

--- Errors that say something of the image; any other says that the check could not be made.
local OF_THE_IMAGE = {
  not_found = true, digest_mismatch = true, invalid_manifest = true, invalid_json = true, invalid_digest = true,
  ambiguous = true, too_large = true, corrupt = true, unsupported = true,
}

--- Whether a failure to fetch something is a fault of what was fetched, and no failure of the check.
---@param err table
---@return boolean
function findings.is_finding(err)
  return OF_THE_IMAGE[err.code] == true
end

local function add(report, code, digest, message)
  report.problems[#report.problems + 1] = { code = code, digest = digest, message = message }
end

local function note(report, digest, message)
  report.notes[#report.notes + 1] = { digest = digest, message = message }
end

--- What an index says of a child, and what the child is.
local function check_entry(report, parent, link)
  local node, entry = link.node, link.entry
  if node.err then
    return
  end
  if entry.size ~= node.size then
    add(report, "size", node.digest, ("%s has %d bytes, the index %s says %d"):format(node.digest, node.size,
      parent.digest, entry.size))
  end
  if node.kind ~= "other" and entry.media_type ~= node.media_type then
    add(report, "media_type", node.digest, ("%s is %s, the index %s says %s"):format(node.digest, node.media_type,
      parent.digest, entry.media_type))
  end
end

local function check_blob(report, blob)
  if blob.err then
    if blob.foreign and blob.err.code == "not_found" then
      return note(report, blob.digest, ("%s is kept elsewhere, as such layers are"):format(blob.digest))
    end
    return add(report, blob.err.code, blob.digest, ("%s %s: %s"):format(blob.is_config and "config" or "layer",
      blob.digest, blob.err.message))
  end
  report.checked.size = report.checked.size + blob.found
  for size in pairs(blob.sizes) do
    if size ~= blob.found then
      add(report, "size", blob.digest, ("%s has %d bytes, its manifest says %d"):format(blob.digest, blob.found, size))
    end
  end
  if blob.damage then
    add(report, blob.damage.code, blob.digest, ("layer %s: %s"):format(blob.digest, blob.damage.message))
  elseif blob.scan and blob.scan.unopened then
    note(report, blob.digest, ("the programs of layer %s were not looked at: it is %s"):format(blob.digest,
      blob.scan.unopened.message))
  end
end

local COMPARED = { "os", "architecture", "variant", "os.version" }

--- The fields in which an entry and a config disagree. What one of them does not tell is no disagreement.
local function disagreement(said, found)
  local a, b = platform.normalise(said), platform.normalise(found)
  for _, name in ipairs(COMPARED) do
    local told = (said[name] or "") ~= "" and (found[name] or "") ~= ""
    if told and a[name] ~= b[name] then
      return name
    end
  end
end

--- An attestation names its platform "unknown" to be passed over by pulls.
local function is_real(value)
  return value ~= nil and value.os ~= "unknown" and (value.os or "") ~= ""
end

local function check_platform(report, node, said, config)
  if config.err or not config.bytes then
    return nil
  end
  local found, err = image.platform(config.bytes)
  if not found then
    if is_real(said) then
      add(report, err.code, config.digest, ("config %s: %s"):format(config.digest, err.message))
    end
    return nil
  end
  if not is_real(said) then
    return is_real(found) and found or nil
  end
  local field = disagreement(said, found)
  if field then
    add(report, "platform", node.digest, ("%s is listed as %s, its config says %s"):format(node.digest,
      platform.format(said), platform.format(found)))
  end
  return said
end

--- The machines of an image's programs: [architecture] = {count, example, layer}.
local function machines_of(node, by_digest)
  local machines = {}
  for _, layer in ipairs(node.image.layers) do
    local scan = by_digest[layer.digest].scan
    for name, found in pairs(scan and scan.machines or {}) do
      local known = machines[name] or { count = 0, example = found.example, layer = layer.digest }
      known.count = known.count + found.count
      machines[name] = known
    end
  end
  return machines
end

local function check_machines(report, node, wanted, by_digest)
  local machines = machines_of(node, by_digest)
  local own = machines[wanted.architecture]
  for _, name in ipairs(text.sorted_keys(machines)) do
    local found = machines[name]
    report.checked.programs = report.checked.programs + found.count
    local expected = name == wanted.architecture or (own and elf.also_runs(wanted.architecture, name))
    if not expected then
      add(report, "machine", node.digest, ("%s is listed as %s, but %d of its programs are for %s, such as %s"):format(
        node.digest, platform.format(wanted), found.count, name, found.example))
    end
  end
end

--- The platforms that an image is listed as; {false} when nothing lists it.
local function listings(walked)
  local by_node = {}
  for _, node in ipairs(walked.nodes) do
    for _, link in ipairs(node.entries or {}) do
      local list = by_node[link.node] or {}
      by_node[link.node] = list
      list[#list + 1] = link.entry.platform or false
    end
  end
  return by_node
end

local function check_image(report, node, said, by_digest, options)
  local config = by_digest[node.image.config.digest]
  local wanted = check_platform(report, node, said or nil, config)
  if options.binaries and wanted and wanted.os == "linux" then
    check_machines(report, node, platform.normalise(wanted), by_digest)
  end
end

--- The report of a check.
---@param walked table of walk.from
---@param by_digest table [digest] = blob of verify.plan, with what fetching it found
---@param options table {binaries}
---@return table report {checked, problems, notes}
function findings.of(walked, by_digest, options)
  local report = {
    checked = { documents = #walked.nodes, blobs = 0, size = 0, programs = options.binaries and 0 or nil },
    problems = {}, notes = {},
  }
  local listed = listings(walked)
  for _, node in ipairs(walked.nodes) do
    report.checked.size = report.checked.size + (not node.err and node.size or 0)
    if node.err then
      add(report, node.err.code, node.digest, ("manifest %s: %s"):format(node.digest, node.err.message))
    end
    for _, link in ipairs(node.entries or {}) do
      check_entry(report, node, link)
    end
  end
  for _, digest in ipairs(text.sorted_keys(by_digest)) do
    report.checked.blobs = report.checked.blobs + 1
    check_blob(report, by_digest[digest])
  end
  for _, node in ipairs(walked.nodes) do
    for _, said in ipairs(node.image and (listed[node] or { false }) or {}) do
      check_image(report, node, said, by_digest, options)
    end
  end
  return report
end

return findings
