---@meta

--- What the options and results of the verbs are made of.

---@class manifest.Reference a name of an image: `manifest.reference.parse`
---@field domain string the registry
---@field path string
---@field repository string domain and path
---@field tag string?
---@field digest string?

---@class manifest.Location a reference, or a place on the disk: `manifest.location.parse`
---@field kind string? "layout" or "archive"; nil: a reference
---@field path string
---@field repository string
---@field tag string?
---@field digest string?

---@class manifest.Platform
---@field os string?
---@field arch string?
---@field architecture string? the same as arch
---@field variant string?
---@field os_version string?
---@field os_features string[]?
---@field ["os.version"] string? the same as os_version
---@field ["os.features"] string[]? the same as os_features

---@class manifest.PlatformChange single fields; false clears one
---@field os string|false|nil
---@field arch string|false|nil
---@field architecture string|false|nil
---@field variant string|false|nil
---@field os_version string|false|nil
---@field os_features string[]|false|nil
---@field ["os.version"] string|false|nil
---@field ["os.features"] string[]|false|nil

---@class manifest.Descriptor
---@field media_type string
---@field digest string
---@field size integer
---@field platform manifest.Platform?
---@field annotations table<string, string>?
---@field artifact_type string?
---@field urls string[]?

---@class manifest.Response of a registry, without what could open a door
---@field status integer
---@field headers table<string, string|string[]>

---@class manifest.Error
---@field code string of a closed set: `manifest.error.codes`
---@field message string
---@field hint string? what to do
---@field verb string?
---@field ref string? what it was about
---@field host string?
---@field status integer? of the registry's answer
---@field errors {code: string?, message: string?, detail: any}[]? the registry's own list
---@field words string? what the registry says, as one line
---@field response manifest.Response?
---@field retryable boolean? the same may succeed later
---@field cause manifest.Error? what it was made of
---@field report manifest.VerifyReport? of verify: what was found
---@field outcome manifest.ReleaseResult? of plan and apply: what became of each target
---@field errors_of_each manifest.Error[]? of rm, plan and apply: all failures, each once
---@field pushed {reference: string, digest: string}[]? of push: the images that were put before it failed
---@field digest string? of push: of the list, when that was put; of delete: of what stays
---@field missing string[]? of option `expect`: platforms that the index lacks
---@field shared string[]? of delete: other tags of the digest
---@field listed string[]? of delete: indexes that name the digest
---@field remaining string[]? of delete: tags that the registry keeps
---@field now string? of a guard: the digest that the tag names

---@class manifest.Parts what computes without a client, and the verb digest
---@field reference table
---@field location table
---@field platform table
---@field media_type table
---@field digest table|fun(ref: string|manifest.Location): string?, manifest.Error?, manifest.Response?
---@field error table
---@field json table
