--- pull: the files of an artifact, as `attach` stored them: an SBOM, a report, a tool that is no image.

local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local files = require("manifest.verb.pull.files")
local image = require("manifest.document.image")
local new_file = require("manifest.base.new_file")
local read = require("manifest.graph.read")
local referrer = require("manifest.repository.referrer")
local referrer_list = require("manifest.repository.referrer_list")
local resolve = require("manifest.graph.resolve")

local fail, try = failure.fail, failure.try

local pull = declare.verb {
  name = "pull", network = true,
  description = "Each file goes to its title below DIR, which is made. A title that leads out of DIR is refused, a "
    .. "file that is there with other content stays. Prints digest and path of each file.",
  arguments = {
    { "subject", "location", help = "An artifact, or with option 'artifact_type' what it refers to" },
    { "folder", "folder", value = "DIR", help = "Where the files go" },
  },
  options = {
    artifact_type = { "media_type", help = "Take the artifact of this type that refers to SUBJECT" },
    platform = { "platform", help = "Take the image of an index for this platform" },
    replace = { "boolean", help = "Replace files that are there with other content" },
    dry_run = { "boolean", help = "Only say what would be done" },
  },
  examples = {
    "pull --artifact-type application/spdx+json example.com/app:1.0 sboms",
    "pull oci:release:report .",
  },
}

local function document_at(call, at, digest)
  return read.document_at(call.verb, argument.name_of(at, digest), at.repository, digest)
end

--- The type of an artifact, as the list of referrers has it when its manifest says none.
local function type_of(view)
  return view.artifact_type or view.config.media_type
end

--- The document of an entry of a list of referrers, when its type is the wanted one.
local function matching(call, at, entry, artifact_type)
  if entry.artifact_type == artifact_type then
    return document_at(call, at, entry.digest)
  end
  if referrer.listed_type(entry.artifact_type) then
    return false
  end
  local answer = document_at(call, at, entry.digest)
  return answer.decoded.json.artifactType == artifact_type and answer
end

--- What refers to a digest and has a type.
local function referrers_of(call, at, subject, artifact_type)
  local found = {}
  for _, answer in ipairs(call:each(referrer_list.of(at.repository, subject), function(entry)
    return matching(call, at, entry, artifact_type)
  end)) do
    found[#found + 1] = answer or nil
  end
  return found
end

--- The one referrer of a type.
local function referrer_of(call, at, subject, artifact_type)
  local found = referrers_of(call, at, subject, artifact_type)
  if #found == 0 then
    fail {
      code = "not_found", message = ("no %s refers to %s"):format(artifact_type, at.text),
      hint = "'manifest referrers' lists what does",
    }
  end
  if #found > 1 then
    fail {
      code = "ambiguous", message = ("%d artifacts of the type %s refer to %s"):format(#found, artifact_type, at.text),
      hint = ("pull one of them by its digest, such as %s"):format(argument.name_of(at, found[1].digest)),
    }
  end
  return found[1]
end

--- The artifact's document.
local function document_of(call, at, o)
  if not o.artifact_type then
    return resolve.document(call, at, o.platform)
  end
  local subject = o.platform and resolve.at(call, at, o.platform) or read.descriptor_of(call.verb, at)
  return referrer_of(call, at, subject.digest, o.artifact_type)
end

--- What it holds; an image or an index has no files of its own.
local function view_of(answer)
  local view = answer.decoded.kind ~= "index" and try(image.of(answer.decoded, answer.size))
  if not view or view.kind == "image" then
    fail {
      code = "unsupported", message = ("%s is an %s, no artifact with files"):format(answer.digest,
        view and "image" or "index"),
      hint = "choose what refers to it (option 'artifact_type'); 'manifest referrers' lists that",
    }
  end
  return view
end

local function write(repository, folder, file)
  new_file(files.make_folder(folder, file), file.path, function(temporary)
    return repository:save_blob({ digest = file.digest, size = file.size }, temporary)
  end)
end

---@class manifest.PullFile
---@field title string
---@field path string
---@field digest string
---@field size integer bytes
---@field media_type string
---@field unchanged boolean? it was there

---@class manifest.PullResult
---@field reference string
---@field digest string of the artifact
---@field artifact_type string
---@field files manifest.PullFile[]
---@field untitled manifest.Descriptor[] what has no name, and was left
---@field dry_run boolean?

--- What can be refused is refused before the first byte of a file is asked for.
---@param call manifest.Call
---@param subject string|manifest.Location
---@param folder string
---@param o manifest.PullOptions
---@return manifest.PullResult
function pull.run(call, subject, folder, o)
  local at = call:open(subject)
  local _ <close> = failure.about(at.text)
  local answer = document_of(call, at, o)
  local view = view_of(answer)
  local list, untitled = files.of(view.layers)
  for _, file in ipairs(list) do
    files.look(folder, file, o.replace)
  end
  if not o.dry_run then
    call:each(list, function(file)
      if not file.unchanged then
        write(at.repository, folder, file)
      end
    end)
  end
  return {
    reference = argument.name_of(at, answer.digest), digest = answer.digest, files = list, untitled = untitled,
    artifact_type = type_of(view), dry_run = o.dry_run,
  }
end

return pull
