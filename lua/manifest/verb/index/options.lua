--- What the declarations of the index verbs have in common.

---@module "manifest.declare.source_words"
local source_words = require("manifest.base.later")("manifest.declare.source_words")

local options = {}

options.HINTS = {
  not_found = "check the name and the tag, and whether the registry lets you read it",
  unauthorized = "log in to the registry with an account that may push to the repository",
  denied = "check that the account may push to the repository, and read the repositories of the sources",
}

--- What a source is.
options.OF_SOURCE = "A SOURCE is an image or an index, or a descriptor's JSON. It is in a registry (REF), in an OCI "
  .. "layout folder (oci:PATH[:TAG]), or in an archive (oci-archive:PATH[:TAG] or docker-archive:PATH[:NAME:TAG]).\n\n"
  .. "What belongs to one source follows it: REF,platform=linux/arm64/v8,annotation=K=V; also os=, arch=, variant=, "
  .. "os.version= (empty: cleared), only=PLATFORM, nested=, attestations=, artifact-type=, and behind a descriptor's "
  .. "JSON from=REPOSITORY, which has its document."

local ATTESTATIONS = { "keep", "drop", "only" }

local SOURCE = {
  ref = { "location", help = "The image or index; or `descriptor`" },
  descriptor = { "string|table", help = "In place of `ref`: JSON, or a table such as the verb resolve gives" },
  from = { "repository", help = "Repository that has what the descriptor names (default: any of this call's)" },
  platform = { "platform_change", help = "The whole platform; in Lua, a table sets single fields of it" },
  annotations = { "map_change", help = "Annotations of the entry; false or an empty text removes one" },
  artifact_type = { "media_type", help = "Artifact type of the entry" },
  nested = { "boolean", help = "Keep an index as one entry instead of taking its entries" },
  attestations = { "choice", of = ATTESTATIONS, help = "What becomes of attestations (default keep)" },
  platforms = { "platform[]", help = "Of an index, take only these" },
}

--- The argument that is a source, or a list of them.
---@param name string
---@param kind string type
---@param help string
function options.source(name, kind, help)
  return {
    name, kind, value = "SOURCE", class = "manifest.IndexSource", fields = SOURCE, help = help,
    words = function(word)
      return source_words.read(word)
    end,
  }
end

--- The tables of options that a verb has, as one of its own: a declaration fills it in.
---@param ... table
---@return table
function options.join(...)
  local all = {}
  for _, part in ipairs({ ... }) do
    for name, spec in pairs(part) do
      all[name] = {}
      for key, value in pairs(spec) do
        all[name][key] = value
      end
    end
  end
  return all
end

--- Of verbs that write platforms that the caller says.
options.PLATFORMS = {
  allow_unknown_platform = { "boolean", help = "Let a platform have an os or architecture that nobody knows" },
}

options.COMMON = {
  expect = { "platform[]", help = "Fail (2) unless these platforms are there" },
  if_digest = { "digest", help = "Fail unless the tag still names this digest" },
  dry_run = { "boolean", help = "Write nothing: print the exact bytes, and the plan to stderr" },
  media_type = { "choice", of = { "oci", "docker" },
    help = "Family of the index (default: docker's when all images are)" },
}

--- Of verbs that take sources. The last three are defaults for the sources that do not say them themselves.
options.SOURCES = {
  allow_unknown_platform = options.PLATFORMS.allow_unknown_platform,
  strict = { "boolean",
    help = "Read the config of each image, and fail (2) where it contradicts the platform that is said for it" },
  nested = { "boolean", help = "Keep an index as one entry instead of taking its entries" },
  attestations = { "choice", of = ATTESTATIONS, help = "What becomes of attestations (default keep)" },
  platforms = { "platform[]", flag = "platform", help = "Of an index, take only these" },
}

--- Of verbs that put sources beside each other.
options.JOINING = {
  replace = { "boolean", excludes = "allow_duplicates",
    help = "A later image takes the place of one of the same platform" },
  allow_duplicates = { "boolean", help = "Keep several images of one platform" },
  order = { "choice", of = { "given", "platform" }, default = "given", flag = false, help = "Order of the entries",
    switch = { flag = "sort", means = "platform", help = "Order entries by platform instead of as given" } },
}

--- Of verbs that edit.
options.EDITS = {
  shared = { "boolean", help = "Others edit the tag from other machines now: look until it holds" },
}

local PRINTING = { quiet = { "boolean", short = "q", help = "Print only the digest" } }

--- What the commands have beside.
---@param more table|nil
function options.printing(more)
  return options.join(PRINTING, more or {})
end

--- What no type says of sources: for `check` of a declaration.
---@param given table arguments and options
---@return string|nil sentence
function options.wrong_sources(given)
  local list = given.sources or given.source
  if type(list) ~= "table" or getmetatable(list) ~= nil then
    return nil
  end
  for position, one in ipairs(list[1] ~= nil and list or { list }) do
    local is_table = type(one) == "table" and getmetatable(one) == nil
    if is_table and (one.ref == nil) == (one.descriptor == nil) then
      return ("source %d: either 'ref' or 'descriptor' is needed"):format(position)
    elseif is_table and one.from and one.ref then
      return ("source %d: 'from' goes with 'descriptor'"):format(position)
    end
  end
end

return options
