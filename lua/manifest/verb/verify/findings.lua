--- What verify concludes of what it fetched. Pure: walked documents and fetched blobs in, a report out.

local elf = require("manifest.layer.elf")
local image = require("manifest.document.image")
local platform = require("manifest.name.platform")
local platforms = require("manifest.graph.platform")
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

local function is_encrypted(blob)
  return blob.media_type ~= nil and blob.media_type:find("+encrypted", 1, true) ~= nil
end

--- Whether a layer is looked into: an artifact's files are no archives, what is one says so in its media type.
---@param blob table {media_type, is_config}
---@return boolean
function findings.is_opened(blob)
  return not blob.is_config and (blob.media_type or ""):find(".tar", 1, true) ~= nil and not is_encrypted(blob)
end

local function add(report, code, digest, message, ...)
  report.problems[#report.problems + 1] = { code = code, digest = digest, message = message:format(...) }
end

local function note(report, digest, message, ...)
  report.notes[#report.notes + 1] = { digest = digest, message = message:format(...) }
end

--- What an index says of an entry, and what that is.
local function check_entry(report, index, edge)
  local node, entry = edge.node, edge.entry
  if node.err or node.kind == "blob" then
    return
  end
  if entry.size ~= node.size then
    add(report, "size", node.digest, "%s has %d bytes, the index %s says %d", node.digest, node.size, index.digest,
      entry.size)
  end
  if entry.media_type ~= node.media_type then
    add(report, "media_type", node.digest, "%s is %s, the index %s says %s", node.digest, node.media_type, index.digest,
      entry.media_type)
  end
end

--- What opening a layer showed.
local function check_scan(report, blob, binaries)
  if blob.damage then
    add(report, blob.damage.code, blob.digest, "layer %s: %s", blob.digest, blob.damage.message)
  elseif blob.scan and blob.scan.unopened then
    note(report, blob.digest, "the programs of layer %s were not looked at: it is %s", blob.digest,
      blob.scan.unopened.message)
  elseif blob.scan then
    local said = blob.media_type:match("[.+](gzip)$") or blob.media_type:match("[.+](zstd)$")
    if said and blob.scan.compression ~= said then
      note(report, blob.digest, "layer %s is called %s, it is %s", blob.digest, said,
        blob.scan.compression and "compressed with " .. blob.scan.compression or "a plain tar archive")
    end
  elseif binaries and is_encrypted(blob) then
    note(report, blob.digest, "layer %s is encrypted: nobody looked into it", blob.digest)
  end
end

local function check_blob(report, blob, binaries)
  if blob.err then
    if blob.foreign and blob.err.code == "not_found" then
      return note(report, blob.digest, "%s is kept elsewhere, as such layers are", blob.digest)
    end
    return add(report, blob.err.code, blob.digest, "%s %s: %s", blob.is_config and "config" or "layer", blob.digest,
      blob.err.message)
  end
  report.checked.size = report.checked.size + blob.found
  for size in pairs(blob.sizes) do
    if size ~= blob.found then
      add(report, "size", blob.digest, "%s has %d bytes, its manifest says %d", blob.digest, blob.found, size)
    end
  end
  check_scan(report, blob, binaries)
end

--- The fields in which an entry and a config disagree. What one of them does not say is no disagreement; features of an
--- os are none, for a host may have more.
local function disagreement(said, found)
  local a, b = platform.normalise(said), platform.normalise(found)
  for _, name in ipairs(platform.FIELDS) do
    local both = (said[name] or "") ~= "" and (found[name] or "") ~= ""
    if name ~= "os.features" and both and a[name] ~= b[name] then
      return name
    end
  end
end

--- An attestation names its platform "unknown" to be passed over by pulls.
local function is_real(value)
  return value ~= nil and value.os ~= "unknown" and (value.os or "") ~= ""
end

--- The platform that an image is for, after what its entry says was compared with its config.
local function check_platform(report, node, said, config)
  local found, why = image.platform(config.raw)
  if not found then
    if is_real(said) or not said then
      add(report, why.code, config.digest, "config %s: %s", config.digest, why.message)
    end
    return nil
  end
  if not is_real(said) then
    return is_real(found) and found or nil
  end
  if disagreement(said, found) then
    add(report, "platform", node.digest, "%s is listed as %s, its config says %s", node.digest,
      platform.format(said), platform.format(found))
  end
  return said
end

--- A config names each layer by the digest of the archive inside.
local function check_diff_ids(report, node, config, by_digest)
  local layers, ids, has_archive = node.view.layers, image.diff_ids(config.raw) or {}, false
  for _, layer in ipairs(layers) do
    has_archive = has_archive or findings.is_opened(layer)
  end
  if not has_archive then
    return
  end
  if #ids ~= #layers then
    return add(report, "invalid_manifest", config.digest, "config %s names %d layers, %s has %d", config.digest, #ids,
      node.digest, #layers)
  end
  for position, layer in ipairs(layers) do
    local scan = by_digest[layer.digest].scan
    if scan and scan.diff_id and scan.diff_id ~= ids[position] then
      add(report, "digest_mismatch", layer.digest, "layer %s has the diff ID %s, the config %s says %s", layer.digest,
        scan.diff_id, config.digest, ids[position])
    end
  end
end

--- The machines of an image's programs: [architecture] = {count, example, layer}.
---@return table<string, any>
local function machines_of(node, by_digest)
  local machines = {}
  for _, layer in ipairs(node.view.layers) do
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
      add(report, "machine", node.digest, "%s is listed as %s, but %d of its programs are for %s, such as %s",
        node.digest, platform.format(wanted), found.count, name, found.example)
    end
  end
end

--- Checks an image as it is listed: of its config, and of its programs.
local function check_image(report, edge, by_digest, binaries)
  local node = edge.node
  local config = by_digest[node.view.config.digest]
  if not config.raw or config.err then
    return
  end
  local wanted = check_platform(report, node, platforms.said(edge), config)
  if binaries and wanted and wanted.os == "linux" then
    check_machines(report, node, platform.normalise(wanted), by_digest)
  end
end

--- The report of a check.
---@param root manifest.Node walked
---@param list manifest.Node[] all nodes of the walk
---@param by_digest table<string, table> by digest: the blob, with what fetching it found: found (bytes), err,
--- raw (of a config), scan, damage
---@param options table binaries; listed_size = what a layout's index.json says of the root
---@return any report {checked, problems, notes}
function findings.of(root, list, by_digest, options)
  local binaries = options.binaries
  local report = {
    checked = { manifests = 0, blobs = 0, size = 0, programs = binaries and 0 or nil }, problems = {}, notes = {},
  }
  if options.listed_size and options.listed_size ~= root.size then
    add(report, "size", root.digest, "%s has %d bytes, index.json says %d", root.digest, root.size, options.listed_size)
  end
  for _, node in ipairs(list) do
    if node.kind ~= "blob" then
      report.checked.manifests = report.checked.manifests + 1
      report.checked.size = report.checked.size + (not node.err and node.size or 0)
    end
    if node.err then
      add(report, node.err.code, node.digest, "manifest %s: %s", node.digest, node.err.message)
    end
    for _, edge in ipairs(node.edges or {}) do
      check_entry(report, node, edge)
    end
  end
  for _, digest in ipairs(text.sorted_keys(by_digest)) do
    report.checked.blobs = report.checked.blobs + 1
    check_blob(report, by_digest[digest], binaries)
  end
  local seen = {}
  for _, edge in ipairs(platforms.edges(root)) do
    local node = edge.node
    if node.kind == "image" and node.view then
      check_image(report, edge, by_digest, binaries)
      local config = by_digest[node.view.config.digest]
      if not seen[node] and config.raw and image.platform(config.raw) then
        check_diff_ids(report, node, config, by_digest)
      end
      seen[node] = true
    end
  end
  return report
end

return findings
