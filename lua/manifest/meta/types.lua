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
---@field errors table[]? the registry's own list: code, message, detail
---@field retryable boolean?
---@field response manifest.Response?

---@class manifest.Parts what computes without a client, and the verb digest
---@field reference table
---@field location table
---@field platform table
---@field media_type table
---@field digest table|fun(ref: string|manifest.Location): string?, manifest.Error?, manifest.Response?
---@field error table
---@field json table
