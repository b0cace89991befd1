---@meta

--- What the options and results of the verbs are made of.

---@class manifest.Reference a name of an image: `manifest.reference.parse`
---@field domain string the registry
---@field path string
---@field repository string domain and path
---@field tag string?
---@field digest string?

---@class manifest.Location a reference, or a place on the disk: `manifest.location.parse`
---@field kind "layout"|"archive"|nil nil: a reference
---@field format "oci"|"oci-archive"|"docker-archive"|nil nil: a reference
---@field domain string? of a reference: the registry
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
---@field is_stored boolean? the manifest is stored, and only the list of referrers lacks it
---@field is_no_list boolean? the tag of a list of referrers names something else
---@field held boolean? the registry said how long to wait (429, Retry-After), and that has been waited
---@field is_over boolean? more is named than the client's max_documents or max_bytes allow
---@field digest_alone boolean? the registry deletes by digest, and not by tag
---@field now string? of a guard: the digest that the tag names
---@field entries manifest.ExplainedEntry[]? of resolve with `explain`: why none is taken

---@class manifest.Parts what computes without a client, and the verb digest
---@field _VERSION string
---@field client fun(options: manifest.ClientOptions?): manifest.Client
---@field all fun(list: any[], fn: function, options: {jobs: integer?, collect: boolean?}?): any[]?, any
---@field cancel fun()
---@field close fun(options: {abandon: number?}?) the next call gets a client anew
---@field local_lists fun(): string[]?, manifest.Error?
---@field login_place fun(registry: string?): string?, manifest.Error?
---@field warnings fun(): string[]
---@field reference table
---@field location table
---@field platform table
---@field media_type table
---@field digest table|fun(ref: string|manifest.Location): string?, manifest.Error?, manifest.Response?
---@field error table
---@field json table

--- What a client's `on_event` is told, one table an event. All have `event` (which of them it is) and `time` (seconds of
--- a clock that only goes forward). A URL has neither user, password nor query; no text holds a secret that was sent.
---@class manifest.Event
---@field event string which of those below
---@field time number

---@class manifest.VerbEvent : manifest.Event a call of a method
---@field event "verb_begun"|"verb_done"
---@field verb string such as "index create"
---@field seconds number? of verb_done
---@field ok boolean? of verb_done
---@field code string? of verb_done: of the error that it failed with

---@class manifest.RequestEvent : manifest.Event a request is sent
---@field event "request"
---@field request integer its number: all events of one request have it, however often it is sent
---@field attempt integer? 1 is the first
---@field purpose "token"|"probe"|nil asks a token server; asks whether a registry speaks plain HTTP
---@field method string
---@field url string

---@class manifest.ResponseEvent : manifest.Event it was answered, has failed, or was given up; each request event has one
---@field event "response"
---@field request integer
---@field attempt integer?
---@field purpose "token"|"probe"|nil
---@field method string
---@field url string
---@field status integer? nil: no answer came
---@field reason string? why the answer did not come, or is not whole
---@field seconds number since it was sent
---@field sent integer bytes of its body
---@field received integer bytes of the answer's body

---@class manifest.RetryEvent : manifest.Event it is sent again
---@field event "retry"
---@field request integer? nil: an upload that begins anew
---@field attempt integer? those that there were
---@field purpose "token"|nil
---@field method string?
---@field url string? where it was sent
---@field registry string? of an upload that begins anew
---@field repository string? of an upload that begins anew
---@field status integer? of the answer
---@field reason string
---@field seconds number to wait before it is sent

---@class manifest.RedirectEvent
---@field event "redirect"
---@field request integer
---@field purpose "token"|nil
---@field method string
---@field url string
---@field status integer
---@field target string where it goes on

---@class manifest.LoginEvent : manifest.Event where credentials come from, once a registry (and repository)
---@field event "login"
---@field registry string
---@field repository string?
---@field source string? a file, a variable, a helper's program, or "the option 'credentials'"; nil: there are none
---@field reason string? without a source: where was looked

---@class manifest.BlobsEvent : manifest.Event how much is to be brought, told before the first; what is there already counts too
---@field event "blobs_planned"
---@field verb string
---@field blobs integer
---@field bytes integer

---@class manifest.BlobEvent : manifest.Event a blob on its way
---@field event "blob_begun"|"blob_moved"|"blob_done"
---@field digest string
---@field size integer? nil: it is not known
---@field source string? repository, or place on the disk; nil: it is made here
---@field target string? nil: it is only read
---@field bytes integer? of blob_moved: so far, less than before when it begins anew; of blob_done: those that were moved,
--- 0 where it was there, was mounted, or lies on this disk
---@field seconds number? of blob_done
---@field ok boolean? of blob_done
---@field code string? of blob_done: of the error that it failed with
