--- What only writing shows of a repository: a throw-away image is pushed, and taken away again. Where nothing can be
-- deleted it gets no tag: what stays is a manifest that only its digest names.

local config_of = require("manifest.document.config")
local digest_name = require("manifest.name.digest")
local image_of = require("manifest.document.image")
local media_type = require("manifest.name.media_type")

local trial = {}

local TAG = "manifest-doctor-"

--- Codes of a registry, or of an account, that does not do a thing: nothing is broken.
trial.REFUSALS = { unsupported = true, denied = true, unauthorized = true }

local function described(kind, raw)
  return { raw = raw, media_type = kind, digest = digest_name.of(raw), size = #raw }
end

--- A manifest of no layers; with a subject it refers to that.
local function manifest_of(config, subject)
  return described(media_type.oci_manifest, assert(image_of.build({
    media_type = media_type.oci_manifest, config = config, layers = {}, subject = subject,
  })))
end

--- An image that nobody else has, and one that refers to it.
local function new_image()
  local id = ("%016x"):format(math.random(0))
  local config = described(media_type.oci_config, assert(config_of.build({
    platform = { os = "linux", architecture = "amd64" }, config = { Labels = { ["manifest-doctor"] = id } },
    diff_ids = {},
  })))
  local manifest = manifest_of(config)
  return { tag = TAG .. id, config = config, manifest = manifest, referrer = manifest_of(config, manifest) }
end

--- Is it there? A failure counts as yes: who is told may look.
local function is_there(self, selector)
  local found, why = self.repository:head(selector)
  return found ~= nil or why.code ~= "not_found"
end

-- ---- the trials: each returns its state, what was found, and what to do ----

local function push(self)
  local repository, image = self.repository, self.image
  local ok, why = repository:upload(image.config.digest, { body = image.config.raw }) ---@type any, any
  if ok then
    ok, why = repository:put_manifest(self.name, image.manifest, { defer = {} })
  end
  if not ok then
    return "bad", why.message, why.hint
  end
  return "ok", ("a throw-away image was pushed as %s"):format(self.name)
end

--- What a deletion that failed says.
local function refused(why)
  return trial.REFUSALS[why.code] and "no" or "bad",
    why.code == "unsupported" and "nothing can be deleted" or why.message
end

local function delete_tag(self)
  if self.name ~= self.image.tag then
    return "unknown", "not tried: no tag was pushed, since it could not be deleted"
  end
  local done, why = self.repository:delete(self.image.tag)
  if not done and why.digest_alone then
    return "no", "it deletes by digest only, and with a manifest go all its tags",
      "see 'manifest delete --help' on images with more than one tag"
  end
  if not done then
    return refused(why)
  end
  if is_there(self, self.image.tag) then
    return "bad", "it says that the tag is deleted, and still serves it", "tell the registry's operator"
  end
  return "ok", is_there(self, self.image.manifest.digest) and "a tag can be deleted alone"
    or "with its only tag a manifest is deleted"
end

--- What is left of the image: its tag, else its digest.
local function left_of(self)
  for _, selector in ipairs({ self.name, self.image.manifest.digest }) do
    if is_there(self, selector) then
      return selector
    end
  end
end

local function delete(self)
  local done, why = self.repository:delete(self.image.manifest.digest)
  local left = left_of(self)
  if not left then
    return "ok", "a manifest can be deleted; nothing of the throw-away image is left"
  end
  local state, text = "bad", "it says that the manifest is deleted"
  if not done then
    state, text = refused(why)
  end
  return state, ("%s: the throw-away image stays as %s"):format(text, left),
    "the registry's garbage collection, or its operator, can remove it"
end

--- Can something be taken away again? Asked with names that nothing has.
local function may_delete(self)
  if self.repository.can.delete_tag == true then
    return true
  end
  for _, selector in ipairs({ self.image.tag, self.image.manifest.digest }) do
    if self.repository:delete(selector) then
      return true
    end
  end
  return false
end

--- Pushes an image and takes it away again.
---@param repository manifest.Repository
---@param more table<string, function?> trials of this kind of repository: what each returns is a line; `forget` is
--- none: it takes the config away, which no other image has
---@return {[string]: table} lines by the name of the check: {state, text, hint}
function trial.run(repository, more)
  local self = { repository = repository, image = new_image() }
  self.deletes = may_delete(self)
  self.name = self.deletes and self.image.tag or self.image.manifest.digest
  local lines = { push = { push(self) } }
  if lines.push[1] ~= "bad" then
    for name, try in pairs(more) do
      lines[name] = name ~= "forget" and { try(self) } or nil
    end
    lines.delete_tag = { delete_tag(self) }
    lines.delete = { delete(self) }
  end
  if more.forget then
    more.forget(self)
  end
  return lines
end

return trial
