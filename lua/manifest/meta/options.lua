---@meta

--- Options of a client and of its verbs.
-- Written by tools/generate out of the declarations: change those, then run ./dev docs.

---@class manifest.ClientOptions
---@field auth_hosts? string|string[] This registry's token server may see its credentials
---@field ca_file? string Trust the certificate authorities in this file, too (PEM)
---@field chunk_size? integer Send larger blobs in parts of that size (default: whole, while the registry takes it)
---@field client_certificate? string Client certificate to show the registry (PEM)
---@field client_key? string Private key of the client certificate, unless it is in the same file
---@field config? string Docker's configuration folder (default $DOCKER_CONFIG or ~/.docker)
---@field connect_timeout? number Time until a connection stands (default 15)
---@field connections? integer Connections to one host over HTTP/1.1 (default 6); a blob copied within one registry takes two
---@field credentials? function|table (registry, repository) -> { username =, password = } or nil; or { [registry] = { ... } }
---@field insecure? boolean|string[]|table<string, "http"> Allow communication with an insecure registry: plain HTTP, any certificate
---@field jobs? integer Requests at once (default 32)
---@field manifest_limit? integer Bytes of a manifest or config (default 4 MiB)
---@field max_bytes? integer Bytes of all documents that one reference may name (default 256 MiB)
---@field max_documents? integer Documents that one reference may name (default 10000)
---@field mirrors? table<string, string[]> Where a registry's content is read first, as HOST[:PORT][/PREFIX]
---@field on_event? fun(event: manifest.Event) (event): is told what happens: verbs, requests, retries, redirects, logins, blobs
---@field plain_http? string|string[] This registry speaks plain HTTP
---@field same_domain? boolean Token servers of the registry's own domain may see credentials too (default true)
---@field stall_timeout? number Time without a byte (default 60)
---@field timeout? number Time for one request with all its tries (default 600; for a blob as long as bytes flow)
---@field user_agent? string What requests say of who sends them

---@class manifest.CreateOptions
---@field amend? boolean Amend an existing manifest list

---@class manifest.AnnotateOptions
---@field arch? string Set architecture
---@field os? string Set operating system
---@field os_features? string|string[] Set operating system feature
---@field os_version? string Set operating system version
---@field variant? string Set architecture variant

---@class manifest.InspectOptions
---@field list? string|manifest.Reference Look at that entry of a local list
---@field raw? boolean Output the exact bytes that the digest is over
---@field verbose? boolean Output additional info including layers and platform

---@class manifest.PushOptions
---@field purge? boolean Remove the local manifest list after push

---@class manifest.ResolveOptions
---@field explain? boolean Also say of every entry why it is taken or not

---@class manifest.EntryAnnotations
---@field annotations? table<string, string|false> Annotations; false or an empty text removes one
---@field platform? string|manifest.Platform Of entries for this platform (default: of all)

---@class manifest.IndexSource
---@field annotations? table<string, string|false> Annotations of the entry; false or an empty text removes one
---@field artifact_type? string Artifact type of the entry
---@field attestations? "keep"|"drop"|"only" What becomes of attestations (default keep)
---@field descriptor? string|table In place of `ref`: JSON, or a table such as the verb resolve gives
---@field from? string|manifest.Location Repository that has what the descriptor names (default: any of this call's)
---@field nested? boolean Keep an index as one entry instead of taking its entries
---@field platform? string|manifest.PlatformChange The whole platform; in Lua, a table sets single fields of it
---@field platforms? string|manifest.Platform|(string|manifest.Platform)[] Of an index, take only these
---@field ref? string|manifest.Location The image or index; or `descriptor`

---@class manifest.IndexCreateOptions
---@field allow_duplicates? boolean Keep several images of one platform
---@field allow_unknown_platform? boolean Let a platform have an os or architecture that nobody knows
---@field annotations? table<string, string> Annotations of the index
---@field artifact_type? string Artifact type of the index
---@field attestations? "keep"|"drop"|"only" What becomes of attestations (default keep)
---@field by_digest? boolean Push without a tag
---@field dry_run? boolean Write nothing: print the exact bytes, and the plan to stderr
---@field entry_annotations? manifest.EntryAnnotations|manifest.EntryAnnotations[] Annotations of its entries
---@field expect? string|manifest.Platform|(string|manifest.Platform)[] Fail (2) unless these platforms are there
---@field if_absent? boolean Fail if the tag is there, whatever it names
---@field if_digest? string Fail unless the tag still names this digest
---@field media_type? "oci"|"docker" Family of the index (default: docker's when all images are)
---@field nested? boolean Keep an index as one entry instead of taking its entries
---@field no_clobber? boolean Fail rather than move a tag that names something else
---@field order? "given"|"platform" Order of the entries
---@field platforms? string|manifest.Platform|(string|manifest.Platform)[] Of an index, take only these
---@field replace? boolean A later image takes the place of one of the same platform
---@field sources string|manifest.Location|manifest.IndexSource|(string|manifest.Location|manifest.IndexSource)[] What it is made of, in order
---@field strict? boolean Read the config of each image, and fail (2) where it contradicts the platform that is said for it
---@field subject? string|manifest.Location|table What the index belongs to, in the same repository: a reference, a digest or a descriptor
---@field tags? string|string[] One more tag of the same repository
---@field target string|manifest.Location The index

---@class manifest.IndexAddOptions
---@field allow_duplicates? boolean Keep several images of one platform
---@field allow_unknown_platform? boolean Let a platform have an os or architecture that nobody knows
---@field attestations? "keep"|"drop"|"only" What becomes of attestations (default keep)
---@field create? boolean Begin an index if the tag is not there
---@field dry_run? boolean Write nothing: print the exact bytes, and the plan to stderr
---@field expect? string|manifest.Platform|(string|manifest.Platform)[] Fail (2) unless these platforms are there
---@field if_digest? string Fail unless the tag still names this digest
---@field media_type? "oci"|"docker" Family of the index (default: docker's when all images are)
---@field nested? boolean Keep an index as one entry instead of taking its entries
---@field order? "given"|"platform" Order of the entries
---@field platforms? string|manifest.Platform|(string|manifest.Platform)[] Of an index, take only these
---@field replace? boolean A later image takes the place of one of the same platform
---@field shared? boolean Others edit the tag from other machines now: look until it holds
---@field strict? boolean Read the config of each image, and fail (2) where it contradicts the platform that is said for it

---@class manifest.IndexRemoveOptions
---@field all? boolean All entries of a platform, where there are several
---@field allow_empty? boolean The last entry may go too
---@field dry_run? boolean Write nothing: print the exact bytes, and the plan to stderr
---@field expect? string|manifest.Platform|(string|manifest.Platform)[] Fail (2) unless these platforms are there
---@field if_digest? string Fail unless the tag still names this digest
---@field media_type? "oci"|"docker" Family of the index (default: docker's when all images are)
---@field shared? boolean Others edit the tag from other machines now: look until it holds

---@class manifest.IndexReplaceOptions
---@field allow_unknown_platform? boolean Let a platform have an os or architecture that nobody knows
---@field attestations? "keep"|"drop"|"only" What becomes of attestations (default keep)
---@field dry_run? boolean Write nothing: print the exact bytes, and the plan to stderr
---@field entry? string|manifest.Platform The entry to replace (default: that of the new image's platform)
---@field expect? string|manifest.Platform|(string|manifest.Platform)[] Fail (2) unless these platforms are there
---@field if_digest? string Fail unless the tag still names this digest
---@field media_type? "oci"|"docker" Family of the index (default: docker's when all images are)
---@field nested? boolean Keep an index as one entry instead of taking its entries
---@field platforms? string|manifest.Platform|(string|manifest.Platform)[] Of an index, take only these
---@field shared? boolean Others edit the tag from other machines now: look until it holds
---@field strict? boolean Read the config of each image, and fail (2) where it contradicts the platform that is said for it

---@class manifest.IndexAnnotateOptions
---@field allow_unknown_platform? boolean Let a platform have an os or architecture that nobody knows
---@field annotations? table<string, string|false> Annotations; false or an empty text removes one
---@field artifact_type? string Artifact type
---@field dry_run? boolean Write nothing: print the exact bytes, and the plan to stderr
---@field expect? string|manifest.Platform|(string|manifest.Platform)[] Fail (2) unless these platforms are there
---@field if_digest? string Fail unless the tag still names this digest
---@field media_type? "oci"|"docker" Family of the index (default: docker's when all images are)
---@field platform? string|manifest.PlatformChange Set the whole platform; in Lua, a table sets single fields of it
---@field shared? boolean Others edit the tag from other machines now: look until it holds

---@class manifest.Healthcheck
---@field Interval? integer Nanoseconds between checks
---@field Retries? integer Failures in a row that count as unhealthy
---@field StartInterval? integer Nanoseconds between checks during the start
---@field StartPeriod? integer Nanoseconds that the start may take
---@field Test? string|string[] The check, such as CMD and its words
---@field Timeout? integer Nanoseconds that a check may take

---@class manifest.ImageConfig
---@field Cmd? string|string[] One word of the default command
---@field Entrypoint? string|string[] One word of the entry point
---@field Env? string|string[]|table<string, string> Environment variable
---@field ExposedPorts? string|string[] Port, such as 80/tcp
---@field Healthcheck? manifest.Healthcheck How the command is checked
---@field Labels? table<string, string> Label
---@field OnBuild? string|string[] Instructions for a build on top
---@field Shell? string|string[] Shell of the instructions that are given as text
---@field StopSignal? string Signal that ends the command, such as SIGTERM
---@field User? string User that the command runs as
---@field Volumes? string|string[] Path of a volume
---@field WorkingDir? string Folder that the command starts in

---@class manifest.ImageLayer
---@field annotations? table<string, string> Annotations of its descriptor
---@field diff_id? string Digest of the tar archive inside
---@field path string The archive
---@field platform? string|manifest.Platform With `base`: only for the image of this platform

---@class manifest.ImageOptions
---@field allow_unknown_platform? boolean Let the platform have an os or architecture that nobody knows
---@field annotations? table<string, string> Annotation of the manifest
---@field author? string Author in the config
---@field base? string|manifest.Location An image below, whose layers are not moved; of an index each of its images, for an index
---@field config? manifest.ImageConfig What a runtime does with it
---@field created? string|integer Time in the config: RFC 3339, or in Lua seconds since 1970
---@field dry_run? boolean Only say what would be done
---@field files? table<string, string> A file under this path in the image: programs may be run (0755), others not (0644)
---@field layers? string|manifest.ImageLayer|(string|manifest.ImageLayer)[] Archives, the bottom layer first
---@field media_type? "oci"|"docker" Family of media types (default oci, or that of `base`)
---@field platform? string|manifest.Platform Platform of the image, such as linux/arm/v7; of `base` this one alone
---@field target string|manifest.Location Where the image goes

---@class manifest.GetOptions
---@field platform? string|manifest.Platform Take the image of an index for this platform

---@class manifest.PutOptions
---@field dry_run? boolean Only say what would be done
---@field if_absent? boolean Fail if the tag is there, whatever it names
---@field if_digest? string Move the tag only while it names this digest
---@field media_type? string Media type of a document that does not say what it is
---@field no_clobber? boolean Fail rather than move a tag that names something else
---@field shared? boolean Wait to see that a referrer stays listed, as others may attach too (default true)

---@class manifest.BlobGetOptions
---@field file? string A new file that gets the bytes
---@field take? function Gets the bytes in pieces, once all have come and hash right (piece)

---@class manifest.BlobPutOptions
---@field dry_run? boolean Only say what would be done

---@class manifest.ConfigOptions
---@field platform? string|manifest.Platform Take the image of an index for this platform

---@class manifest.TagOptions
---@field dry_run? boolean Only say what would be done
---@field if_digest? string Move the tags only while they name this digest
---@field no_clobber? boolean Fail rather than move a tag that names something else

---@class manifest.TagsOptions
---@field exclude? string|string[] No tags that match
---@field include? string|string[] Only tags that match
---@field limit? integer At most so many tags, after all other options
---@field page? integer Tags asked for in one request, at most 1000
---@field semver? string Only tags that are versions in this range
---@field sort? "version"|"name" The newest version first, or by name

---@class manifest.RepositoriesOptions
---@field exclude? string|string[] No repositories that match
---@field include? string|string[] Only repositories that match
---@field limit? integer At most so many repositories, after all other options
---@field page? integer Repositories asked for in one request, at most 1000

---@class manifest.DoctorOptions
---@field write? boolean Also try to push, to mount and to delete, with a throw-away tag

---@class manifest.CopyOptions
---@field all_tags? boolean All tags; SOURCE and TARGET are repositories
---@field also? string|manifest.Location|(string|manifest.Location)[] A further target; each blob is read from SOURCE once, and a target that fails leaves the others alone
---@field artifact_types? string|string[] Only referrers of these types
---@field attestations? "keep"|"drop"|"only" What becomes of the attestations that an index has (default keep)
---@field digest_tags? boolean Also tags made of their digests, such as sha256-HEX.sig
---@field dry_run? boolean Only say what would be done
---@field exclude? string|string[] No tags that match
---@field if_digest? string Move the tag of TARGET only while it names this digest
---@field include? string|string[] Only tags that match
---@field media_type? "oci"|"docker" Write manifests and indexes anew, in this family of media types
---@field no_clobber? boolean Never move a tag that names something else
---@field platforms? string|manifest.Platform|(string|manifest.Platform)[] Only these platforms of an index
---@field referrers? boolean Also what refers to the manifests: signatures, SBOMs
---@field shallow? boolean Do not look into an index that is the same already
---@field shard? string Only the tags of this machine, such as 3/16: each is in one share
---@field shared? boolean Wait to see that referrers stay listed, as others may attach in TARGET too (default true)
---@field sparse? boolean Keep the index as it is, though it names images that are not copied

---@class manifest.DeleteOptions
---@field dry_run? boolean Delete nothing, say what would go
---@field if_digest? string Delete only while the tag names this digest, as TAG@DIGEST does
---@field images? boolean Also images of the index that nothing else in the repository names
---@field referrers? boolean Also what refers to what goes, such as signatures, unless it has a tag
---@field shared? boolean Also when other tags name the digest, or an index does
---@field tag_only? boolean The tag alone, also where the registry deletes by digest only

---@class manifest.PruneOptions
---@field by? "version"|"created" What is newest: the version in the tag, or the time that the image says (default: created, with `semver` version)
---@field dry_run? boolean Only show the plan, as without `yes`
---@field exclude? string|string[] No tags that match
---@field include? string|string[] Only tags that match
---@field keep? integer Keep the newest of the tags that match, so many
---@field older_than? number Delete only what is older
---@field semver? string Only tags that are versions in this range
---@field shard? string Delete only the share of this machine, such as 3/16: each digest is in one share
---@field tag_only? boolean Where the registry deletes by digest only, also a tag whose digest another tag names (as 'delete --tag-only')
---@field yes? boolean Delete what the plan says

---@class manifest.ReferrersOptions
---@field annotations? table<string, string> Only referrers with it
---@field artifact_type? string Only referrers of this type
---@field platform? string|manifest.Platform Take the image of an index for this platform

---@class manifest.AttestationsOptions
---@field platform? string|manifest.Platform Only those about the image for this platform
---@field raw? boolean Print the exact bytes of the one that is meant
---@field type? string Only those of this type

---@class manifest.AttachFile
---@field annotations? table<string, string> Annotations of its descriptor
---@field media_type? string Media type of its content (default: by the end of its name, else application/octet-stream)
---@field path string The file
---@field title? string|false Its name in the artifact (default: the file's; false: none)

---@class manifest.AttachOptions
---@field annotations? table<string, string> Annotation of the artifact
---@field artifact_type string What the artifact is, as a media type
---@field dry_run? boolean Only say what would be done
---@field files? string|manifest.AttachFile|(string|manifest.AttachFile)[] What it holds
---@field platform? string|manifest.Platform Take the image of an index for this platform
---@field shared? boolean Wait to see that it stays listed, as others may attach to SUBJECT too (default true)
---@field subject string|manifest.Location What the artifact refers to

---@class manifest.PullOptions
---@field artifact_type? string Take the artifact of this type that refers to SUBJECT
---@field dry_run? boolean Only say what would be done
---@field platform? string|manifest.Platform Take the image of an index for this platform
---@field replace? boolean Replace files that are there with other content

---@class manifest.TreeOptions
---@field referrers? boolean Ask for referrers, too

---@class manifest.VerifyOptions
---@field binaries? boolean Also open the layers: their diff IDs, the machine of their programs

---@class manifest.ReportOptions
---@field against? string|manifest.Location Also what changed since that one
---@field html? string Write a page to this file

---@class manifest.PlanOptions
---@field lock? string|false The lock file (default: FILE.lock)
---@field shallow? boolean Do not look into an index that is the same already
---@field shard? string Only the targets of this machine, such as 3/16: each is in one share
---@field update? boolean Resolve the sources anew, whatever the lock file says

---@class manifest.ApplyOptions
---@field lock? string|false The lock file (default: FILE.lock)
---@field shallow? boolean Do not look into an index that is the same already
---@field shard? string Only the targets of this machine, such as 3/16: each is in one share
---@field update? boolean Resolve the sources anew, whatever the lock file says

---@class manifest.LockMergeOptions
---@field dry_run? boolean Only say what would be done

---@class manifest.LoginOptions
---@field password string The password, or a token that stands for one
---@field registry? string The registry (default Docker Hub)
---@field username string User name
