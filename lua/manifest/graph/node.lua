--- One graph for each document that a call begins with: a node for each digest that it names, fetched once.
--
-- Failures are raised (base/failure.lua), and kept in the node: whoever asks again meets the same one.

local descriptor = require("manifest.document.descriptor")
local failure = require("manifest.base.failure")
local image = require("manifest.document.image")
local index = require("manifest.document.index")
local media_type = require("manifest.name.media_type")
local mentions = require("manifest.document.mentions")
local reader = require("manifest.graph.read")
local kinds = require("manifest.document.kind")

local allow, amend, fail, try = failure.allow, failure.amend, failure.fail, failure.try

--- Bytes of documents that one call keeps; those of others are fetched again, by digest, by whoever needs them.
local KEPT_BYTES = 64 * 1024 * 1024

local CONFIG_LIMIT = reader.CONFIG_LIMIT

---@class manifest.Edge
---@field node manifest.Node
---@field entry table descriptor
---@field parent manifest.Edge? the edge to the index that has the entry; nil where that is the root
---@field platform table? see platform.lua
---@field digest string? of its entry
---@field annotations table<string, string>? of its entry
---@field index manifest.Node? the node that has the entry
---@field position integer? of the entry there

---@class manifest.Node
---@field repository manifest.Repository
---@field graph table what the nodes of one root share
---@field digest string
---@field media_type string what its document is, once it is loaded; until then what an entry says
---@field size integer
---@field kind "index"|"image"|"artifact"|"blob"
---@field view table? what it says, once it is loaded: entries of an index, config and layers of a manifest;
--- annotations, artifact_type, subject. Of an artifact of a type that is known by its name alone: blobs, and its
--- subject
---@field entry table? the descriptor that named it first
---@field is_absent boolean? an attestation that is not there: no image needs it
---@field is_loaded boolean?
---@field kept string? its bytes, while few are kept
---@field edges manifest.Edge[]? what it names, as far as a walk (walk.lua) followed it
---@field configured table? the platform that its config tells (platform.lua)
---@field names table? tags that it is to get (transfer.lua)
---@field err manifest.Error? why it could not be fetched or read
local methods = {}
local mt = { __name = "manifest.node", __index = methods }

---@class manifest.Root: manifest.Node one that is loaded
---@field view table

local DOCUMENTS = 10000
local BYTES = 256 * 1024 * 1024

local budget = {}
local budget_mt = { __index = budget }

--- How much what a reference names may take, in documents and in their bytes: a registry can name more than any machine
--- holds.
---@param options table of a client: max_documents, max_bytes
---@param roots integer|nil how many references share it, default 1
---@return table budget
local function new_budget(options, roots)
  local documents, bytes = options.max_documents or DOCUMENTS, options.max_bytes or BYTES
  return setmetatable({
    most = { documents = documents, bytes = bytes },
    documents = documents * (roots or 1), bytes = bytes * (roots or 1),
  }, budget_mt)
end

local function refuse(most, what, option)
  fail {
    code = "too_large", option = option, message = ("what is named has more %s than %d"):format(what, most),
    hint = ("if that is meant to be, allow it with option '%s'"):format(option),
  }
end

--- Refuses what would be too much.
---@param documents integer
---@param bytes integer
function budget:check(documents, bytes)
  if documents > self.documents then
    refuse(self.most.documents, "documents", "max_documents")
  end
  if bytes > self.bytes then
    refuse(self.most.bytes, "bytes of documents", "max_bytes")
  end
end

--- Takes so much, and refuses it when it is too much.
---@param documents integer
---@param bytes integer
function budget:take(documents, bytes)
  self:check(documents, bytes)
  self.documents, self.bytes = self.documents - documents, self.bytes - bytes
end

--- Makes a node of its fields.
---@return manifest.Node
local function new(fields)
  return setmetatable(fields, mt)
end

--- What the nodes of one root share: each node once, by its digest, and how much all may take.
local function new_graph(call, nodes)
  return { call = call, nodes = nodes or {}, allowed = new_budget(call.options) }
end

local function keep(self, raw)
  local call = self.graph.call
  call.kept_bytes = (call.kept_bytes or 0) + #raw
  self.kept = call.kept_bytes <= KEPT_BYTES and raw or nil
end

--- Decodes a document: what it says, and its JSON.
---@param raw string
---@param kind string|nil media type that it was sent with
---@param seen table|nil of kinds.read, where that was done
local function decode(raw, kind, seen)
  seen = seen or try(kinds.read(raw, kind)) ---@type table
  return try((seen.kind == "index" and index or image).of(seen, #raw))
end

--- What a document of a type that is not known here mentions: blobs that go with it, and a subject.
local function opaque_view(raw)
  local view = { kind = "artifact", blobs = {} }
  for _, one in ipairs(mentions(raw) or {}) do
    view.subject = one.is_subject and one or view.subject
    view.blobs[#view.blobs + 1] = not one.is_document and one.size and one or nil
  end
  return view
end

--- Fills a node with its document. Its JSON is not kept: a view is what most need of it.
local function read(self, answer)
  self.graph.allowed:take(self.entry and 1 or 0, #answer.raw)
  local is_opaque = self.kind == "artifact" and not answer.decoded
  local view = is_opaque and opaque_view(answer.raw) or decode(answer.raw, answer.media_type, answer.decoded)
  view.json = nil
  self.view, self.kind, self.size, self.is_loaded = view, view.kind, #answer.raw, true
  self.media_type = view.media_type or answer.media_type or self.media_type
  keep(self, answer.raw)
end

--- Its document; where the repository lacks it, what the entry itself holds of it.
local function fetch(self)
  local is_opaque = self.kind == "artifact" and (not self.view or self.view.blobs)
  local options = is_opaque and { accept = media_type.accept .. ", " .. self.media_type } or nil
  local answer, gone = allow("not_found", self.repository:manifest(self.digest, options))
  local content = not answer and self.entry and descriptor.content(self.entry)
  if content then
    return { raw = content, media_type = self.media_type }
  end
  return answer or fail(gone)
end

--- Fetches and reads its document, once; a blob has none.
---@return manifest.Node self
function methods:load()
  if self.err then
    fail(self.err)
  end
  if self.kind ~= "blob" and not self.is_loaded then
    local _ <close> = amend(function(err)
      self.err = err
    end)
    read(self, fetch(self))
  end
  return self
end

--- The exact bytes of its document.
---@return string
function methods:raw()
  self:load()
  return self.kept or fetch(self).raw
end

--- Its document, as a repository takes it.
---@return table document {raw, media_type, digest}
function methods:document()
  local raw = self:raw()
  return { raw = raw, media_type = self.media_type, digest = self.digest }
end

--- Its document with its JSON, for who edits that: a new one each time.
---@return table view
function methods:decoded()
  return (decode(self:raw(), self.media_type))
end

--- The blobs that a repository must have before its document, each digest once: of an image its config first.
---@return table[] blobs {digest, size, media_type, foreign}
function methods:blobs()
  if self.kind == "blob" then
    return { { digest = self.digest, size = self.size, media_type = self.media_type, foreign = false } }
  end
  if self.kind == "index" or not self.view then
    return {}
  end
  return self.view.blobs or image.blobs(self.view)
end

--- The bytes of an image's config, fetched once.
---@return string
function methods:config()
  self:load()
  ---@cast self.view -nil
  if not self.config_raw then
    self.config_raw = reader.config(self.repository, self.view.config)
  end
  return self.config_raw
end

--- The node of what an entry names: the same one for each entry of one digest.
---@param entry table descriptor
---@return manifest.Node
function methods:child(entry)
  local nodes = self.graph.nodes
  local node = nodes[entry.digest]
  if not node then
    node = new({
      graph = self.graph, repository = self.repository, digest = entry.digest, media_type = entry.media_type,
      size = entry.size, kind = media_type.kind(entry.media_type), entry = entry,
    })
    nodes[entry.digest] = node
  end
  return node
end

--- The same node with other fields in the place of some.
---@param fields table
---@return manifest.Node
function methods:with(fields)
  for name, value in pairs(self) do
    if fields[name] == nil then
      fields[name] = value
    end
  end
  return new(fields)
end

--- Begins a graph with a document that was fetched.
---@param call manifest.Call
---@param answer table of read.lua: bytes, media_type, digest, decoded, repository
---@return manifest.Root root
local function root(call, answer)
  local node = new({
    graph = new_graph(call), repository = answer.repository, digest = answer.digest, media_type = answer.media_type,
  })
  node.graph.nodes[node.digest] = node
  read(node, answer)
  return node
end

--- Begins a graph with the document of what call:open opened; a digest in its name is checked.
---@param call manifest.Call
---@param at table of call:open
---@return manifest.Root root
local function open(call, at)
  return root(call, reader.document_of(call.verb, at))
end

--- Begins a graph with an index that is not stored: its entries are there.
---@param call manifest.Call
---@param repository manifest.Repository that has what they name
---@param entries table[] descriptors; `node`: of one that was fetched already
---@return manifest.Root root
local function of_entries(call, repository, entries)
  local nodes = {}
  for _, entry in ipairs(entries) do
    nodes[entry.digest] = entry.node
  end
  return new({
    graph = new_graph(call, nodes), repository = repository, kind = "index", is_loaded = true,
    view = { kind = "index", entries = entries },
  })
end

--- Begins a graph with what a list names: a document, of whatever type.
---@param call manifest.Call
---@param repository manifest.Repository
---@param entry table descriptor
---@return manifest.Node root
local function named(call, repository, entry)
  local kind = media_type.kind(entry.media_type)
  local node = new({
    graph = new_graph(call), repository = repository, digest = entry.digest, media_type = entry.media_type,
    size = entry.size, kind = kind == "blob" and "artifact" or kind,
  })
  node.graph.nodes[node.digest] = node
  return node:load()
end

return {
  new = new, root = root, open = open, of_entries = of_entries, named = named, budget = new_budget,
  CONFIG_LIMIT = CONFIG_LIMIT,
}
