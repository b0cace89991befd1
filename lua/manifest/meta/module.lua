---@meta

--- The verbs as functions of the module, on the default client.
-- Written by tools/generate out of the declarations: change those, then run ./dev docs.

---@class manifest.Module
local Module = {}

--- Create a local manifest list for annotating and pushing to a registry.
---@param target string|manifest.Reference The list
---@param sources string|manifest.Reference|(string|manifest.Reference)[] Its images
---@param options? manifest.CreateOptions
---@return manifest.CreateResult?, manifest.Error?
---@return_overload manifest.CreateResult
---@return_overload nil, manifest.Error
function Module.create(target, sources, options) end

--- Add additional information to a local image manifest.
---@param list string|manifest.Reference The local list
---@param image string|manifest.Reference Its entry
---@param options? manifest.AnnotateOptions
---@return manifest.AnnotateResult?, manifest.Error?
---@return_overload manifest.AnnotateResult
---@return_overload nil, manifest.Error
function Module.annotate(list, image, options) end

--- Display an image manifest, or manifest list.
---@param image string|manifest.Reference What is looked at
---@param options? manifest.InspectOptions
---@return manifest.InspectResult?, manifest.Error?
---@return_overload manifest.InspectResult
---@return_overload nil, manifest.Error
function Module.inspect(image, options) end

--- Push a manifest list to a repository.
---@param list string|manifest.Reference The local list
---@param options? manifest.PushOptions
---@return manifest.PushResult?, manifest.Error?
---@return_overload manifest.PushResult
---@return_overload nil, manifest.Error
function Module.push(list, options) end

--- Delete one or more manifest lists from local storage.
---@param lists string|manifest.Reference|(string|manifest.Reference)[] Local lists
---@return manifest.RmResult?, manifest.Error?
---@return_overload manifest.RmResult
---@return_overload nil, manifest.Error
function Module.rm(lists) end

--- Show what a pull on a given platform takes.
---@param ref string|manifest.Location An index, or an image
---@param platform string|manifest.Platform What the pull is on
---@param options? manifest.ResolveOptions
---@return manifest.ResolveResult?, manifest.Error?
---@return_overload manifest.ResolveResult
---@return_overload nil, manifest.Error
function Module.resolve(ref, platform, options) end

--- Make an index of images from anywhere, and push it.
---@param options manifest.IndexCreateOptions
---@return manifest.IndexResult?, manifest.Error?
---@return_overload manifest.IndexResult
---@return_overload nil, manifest.Error
function Module.index_create(options) end

--- Make an index of images from anywhere, and push it.
---@param options manifest.IndexCreateOptions
---@return manifest.IndexResult?, manifest.Error?
---@return_overload manifest.IndexResult
---@return_overload nil, manifest.Error
function Module.index(options) end

--- Add images to an index.
---@param target string|manifest.Location The index
---@param sources string|manifest.Location|manifest.IndexSource|(string|manifest.Location|manifest.IndexSource)[]
--- What is added
---@param options? manifest.IndexAddOptions
---@return manifest.IndexResult?, manifest.Error?
---@return_overload manifest.IndexResult
---@return_overload nil, manifest.Error
function Module.index_add(target, sources, options) end

--- Remove entries from an index.
---@param target string|manifest.Location The index
---@param entries string|manifest.Platform|(string|manifest.Platform)[] What goes
---@param options? manifest.IndexRemoveOptions
---@return manifest.IndexResult?, manifest.Error?
---@return_overload manifest.IndexResult
---@return_overload nil, manifest.Error
function Module.index_remove(target, entries, options) end

--- Replace the image of a platform in an index.
---@param target string|manifest.Location The index
---@param source string|manifest.Location|manifest.IndexSource The new image, or an index of new images
---@param options? manifest.IndexReplaceOptions
---@return manifest.IndexResult?, manifest.Error?
---@return_overload manifest.IndexResult
---@return_overload nil, manifest.Error
function Module.index_replace(target, source, options) end

--- Change what an index says of an entry, or of itself.
---@param target string|manifest.Location The index
---@param entry? string|manifest.Platform Its entry; without, the index itself
---@param options? manifest.IndexAnnotateOptions
---@return manifest.IndexAnnotateResult?, manifest.Error?
---@return_overload manifest.IndexAnnotateResult
---@return_overload nil, manifest.Error
function Module.index_annotate(target, entry, options) end

--- Make an image of layer archives.
---@param options manifest.ImageOptions
---@return manifest.ImageResult?, manifest.Error?
---@return_overload manifest.ImageResult
---@return_overload nil, manifest.Error
function Module.image(options) end

--- Print the exact bytes of a manifest or index.
---@param ref string|manifest.Location A manifest, or an index
---@param options? manifest.GetOptions
---@return manifest.GetResult?, manifest.Error?
---@return_overload manifest.GetResult
---@return_overload nil, manifest.Error
function Module.get(ref, options) end

--- Store the exact bytes of a manifest or index.
---@param ref string|manifest.Location Where it goes: a tag, or the digest that the bytes have
---@param document string The document; in Lua its bytes
---@param options? manifest.PutOptions
---@return manifest.PutResult?, manifest.Error?
---@return_overload manifest.PutResult
---@return_overload nil, manifest.Error
function Module.put(ref, document, options) end

--- Print the exact bytes of a blob, or write them to a file.
---@param ref string|manifest.Location The blob
---@param options? manifest.BlobGetOptions
---@return manifest.BlobGetResult?, manifest.Error?
---@return_overload manifest.BlobGetResult
---@return_overload nil, manifest.Error
function Module.blob_get(ref, options) end

--- Store a file as a blob.
---@param repository string|manifest.Location Where it goes, without a tag
---@param file string|function The file; in Lua also a function that gives its bytes in pieces, and nil behind the last
---@param options? manifest.BlobPutOptions
---@return manifest.BlobPutResult?, manifest.Error?
---@return_overload manifest.BlobPutResult
---@return_overload nil, manifest.Error
function Module.blob_put(repository, file, options) end

--- Print the config of an image.
---@param ref string|manifest.Location An image, or an index
---@param options? manifest.ConfigOptions
---@return manifest.ConfigResult?, manifest.Error?
---@return_overload manifest.ConfigResult
---@return_overload nil, manifest.Error
function Module.config(ref, options) end

--- Add tags to what a reference names.
---@param ref string|manifest.Location What gets the tags
---@param tags string|string[] The tags
---@param options? manifest.TagOptions
---@return manifest.TagResult?, manifest.Error?
---@return_overload manifest.TagResult
---@return_overload nil, manifest.Error
function Module.tag(ref, tags, options) end

--- List the tags of a repository.
---@param repository string|manifest.Location The repository, without a tag
---@param options? manifest.TagsOptions
---@return string[]?, manifest.Error?
---@return_overload string[]
---@return_overload nil, manifest.Error
function Module.tags(repository, options) end

--- List the repositories of a registry.
---@param registry string The registry; with a prefix only repositories below that
---@param options? manifest.RepositoriesOptions
---@return string[]?, manifest.Error?
---@return_overload string[]
---@return_overload nil, manifest.Error
function Module.repositories(registry, options) end

--- Show how many pulls a registry still allows, without using one up.
---@param ref string|manifest.Location An image of the registry
---@return manifest.RatelimitResult?, manifest.Error?
---@return_overload manifest.RatelimitResult
---@return_overload nil, manifest.Error
function Module.ratelimit(ref) end

--- Show what is well with a registry and a repository, and what is not.
---@param repository string|manifest.Location The repository, without a tag
---@param options? manifest.DoctorOptions
---@return manifest.DoctorResult?, manifest.Error?
---@return_overload manifest.DoctorResult
---@return_overload nil, manifest.Error
function Module.doctor(repository, options) end

--- Copy images, or all tags of a repository.
---@param source string|manifest.Location What is copied; a repository with `all_tags`
---@param target string|manifest.Location Where it goes; a repository with `all_tags`
---@param options? manifest.CopyOptions
---@return manifest.CopyResult?, manifest.Error?
---@return_overload manifest.CopyResult
---@return_overload nil, manifest.Error
function Module.copy(source, target, options) end

--- Delete a tag or a manifest.
---@param ref string|manifest.Location A tag or a digest
---@param options? manifest.DeleteOptions
---@return manifest.DeleteResult?, manifest.Error?
---@return_overload manifest.DeleteResult
---@return_overload nil, manifest.Error
function Module.delete(ref, options) end

--- Delete the tags that a retention does not keep.
---@param repository string|manifest.Location The repository, without a tag
---@param options? manifest.PruneOptions
---@return manifest.PruneResult?, manifest.Error?
---@return_overload manifest.PruneResult
---@return_overload nil, manifest.Error
function Module.prune(repository, options) end

--- List what refers to an image: signatures, SBOMs, attestations.
---@param ref string|manifest.Location What is referred to
---@param options? manifest.ReferrersOptions
---@return manifest.ReferrersResult?, manifest.Error?
---@return_overload manifest.ReferrersResult
---@return_overload nil, manifest.Error
function Module.referrers(ref, options) end

--- Show what is said about images: provenance, SBOMs.
---@param ref string|manifest.Location An index, or an image
---@param options? manifest.AttestationsOptions
---@return manifest.AttestationsResult?, manifest.Error?
---@return_overload manifest.AttestationsResult
---@return_overload nil, manifest.Error
function Module.attestations(ref, options) end

--- Attach files to an image as an artifact.
---@param options manifest.AttachOptions
---@return manifest.AttachResult?, manifest.Error?
---@return_overload manifest.AttachResult
---@return_overload nil, manifest.Error
function Module.attach(options) end

--- Write the files of an artifact to a folder.
---@param subject string|manifest.Location An artifact, or with `artifact_type` what it refers to
---@param folder string Where the files go
---@param options? manifest.PullOptions
---@return manifest.PullResult?, manifest.Error?
---@return_overload manifest.PullResult
---@return_overload nil, manifest.Error
function Module.pull(subject, folder, options) end

--- Show all that a reference names, with sizes.
---@param ref string|manifest.Location Where to begin
---@param options? manifest.TreeOptions
---@return manifest.TreeNode?, manifest.Error?
---@return_overload manifest.TreeNode
---@return_overload nil, manifest.Error
function Module.tree(ref, options) end

--- Check that all that a reference names is there, and right.
---@param ref string|manifest.Location What to check
---@param options? manifest.VerifyOptions
---@return manifest.VerifyReport?, manifest.Error?
---@return_overload manifest.VerifyReport
---@return_overload nil, manifest.Error
function Module.verify(ref, options) end

--- Show platforms, layers, history and what changed, also as a page.
---@param ref string|manifest.Location An index, or an image
---@param options? manifest.ReportOptions
---@return manifest.ReportResult?, manifest.Error?
---@return_overload manifest.ReportResult
---@return_overload nil, manifest.Error
function Module.report(ref, options) end

--- Show what differs between two references.
---@param old string|manifest.Location What is compared
---@param new string|manifest.Location With what
---@return manifest.DiffReport?, manifest.Error?
---@return_overload manifest.DiffReport
---@return_overload nil, manifest.Error
function Module.diff(old, new) end

--- Show what apply would change.
---@param release string|table A release file, or in Lua what one returns
---@param options? manifest.PlanOptions
---@return manifest.ReleaseResult?, manifest.Error?
---@return_overload manifest.ReleaseResult
---@return_overload nil, manifest.Error
function Module.plan(release, options) end

--- Make the indexes that a release file says.
---@param release string|table A release file, or in Lua what one returns
---@param options? manifest.ApplyOptions
---@return manifest.ReleaseResult?, manifest.Error?
---@return_overload manifest.ReleaseResult
---@return_overload nil, manifest.Error
function Module.apply(release, options) end

--- Join the lock files of a release's shards.
---@param out string The lock file to write
---@param inputs string|string[] Lock files of shards, such as release.lua.lock.3-of-16
---@param options? manifest.LockMergeOptions
---@return manifest.LockMergeResult?, manifest.Error?
---@return_overload manifest.LockMergeResult
---@return_overload nil, manifest.Error
function Module.lock_merge(out, inputs, options) end

--- Log in to a registry.
---@param options manifest.LoginOptions
---@return manifest.LoginResult?, manifest.Error?
---@return_overload manifest.LoginResult
---@return_overload nil, manifest.Error
function Module.login(options) end

--- Forget the login at a registry.
---@param registry? string The registry (default Docker Hub)
---@return manifest.LogoutResult?, manifest.Error?
---@return_overload manifest.LogoutResult
---@return_overload nil, manifest.Error
function Module.logout(registry) end
