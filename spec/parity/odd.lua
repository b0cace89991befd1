--- What few people type and every shell can pass: values, references, command lines and images at the edge of what
-- docker takes. HOST and DIGEST(name) stand for the same as in spec.parity.jobs. No reference may name a registry but
-- HOST.

local dkjson = require("dkjson")

local odd = {}

local FOREIGN = { mediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", size = 5,
  digest = "sha256:" .. ("1"):rep(64), urls = { "https://layers.example/1?a&b" } }
local SUBJECT = { mediaType = "application/vnd.oci.image.manifest.v1+json", size = 2,
  digest = "sha256:" .. ("2"):rep(64) }
local WINDOWS = { os = "windows", architecture = "amd64" }

--- What makes an image an unusual one: fields for images.push that take the place of the pool's.
odd.images = {
  { layers = { "" } },
  { layers = 40 },
  { layers = { "", "", "x" }, platform = { os = "unknown", architecture = "unknown" } },
  { config = { OS = "linux", Architecture = "arm64", VARIANT = "v8" } },
  { config = { os = dkjson.null, architecture = "amd64", variant = "", ["os.features"] = dkjson.null } },
  { config = { os = "linux", architecture = "", ["OS.Features"] = { "" }, ["os.version"] = " " } },
  { config = { os = "Linux", architecture = "x86_64", variant = "\u{1F600}<&>" } },
  { config = { ["os.features"] = {}, os = "linux", architecture = "amd64", created = 5, author = {} } },
  { config = { os = "linux", architecture = "amd64", ["os.features"] = { "x", 1 } } },
  { type = "docker", platform = WINDOWS, manifest = { layers = { FOREIGN } } },
  { type = "docker", manifest = { annotations = { a = "b" }, zork = { 1, 2.5, 1e300, "\u{2028}<é>" } } },
  { type = "oci", manifest = { subject = SUBJECT, artifactType = "application/x" } },
  { type = "oci", manifest = { mediaType = dkjson.null } },
  { type = "oci", manifest = { mediaType = "" } },
  { type = "oci", manifest = { annotations = dkjson.null, subject = dkjson.null, layers = dkjson.null } },
  { type = "oci", manifest = { zork = { { { {} } } }, annotations = { [""] = "" } } },
}

--- Values of --os-version and --variant: Go's encoder escapes some, and replaces what is no UTF-8.
odd.values = {
  "", " ", "x<y", "a&b", "10.0.1", "é", "\u{2028}\u{2029}", "\u{1F600}", "\xff", "a\xc3", "\xed\xa0\x80", '"', "\\",
  "\t", "\n", "\x01", "\x7f", "\b\f", "--", "-", "=", "v8", ("v"):rep(300),
}

--- Values of --os-features: comma lists as Go's encoding/csv reads them, and some that are none.
odd.features = {
  "a", "a,b", '"c,d",e', "", "x,,y", "sse", ",", " a, b ", '"a ""b"""', "a,a", "\xff", "a\nb", '"a\nb"', "a\r\n", "\r",
  '"unclosed', 'a"b', '"a"b', '""', "\n", "\na",
}

odd.systems = { "", "LINUX", " linux", "linux ", "zork", "linux/amd64", "\xff" }
odd.machines = { "", "AMD64", "x86_64", "aarch64", "arm64/v8", "amd64 " }

--- A reference that is none, or that names nothing.
function odd.reference(r, job)
  local own = "HOST/" .. job.name
  return r:pick({
    "", " ", ".", "/", ":", "@", "BAD", "oci:a:1", "http://HOST/a", ("0"):rep(64), "HOST/", "HOST//a", "HOST/-a",
    "HOST/a-", "HOST/a:", "HOST/a@", "HOST/a:1 ", "HOST/a:1\n", "HOST/a\xff:1", "HOST/a:-1", "HOST/a:_1", "HOST/a:.1",
    "HOST/a__b/c--d:1", "HOST/a_-b:1", "HOST/a...b:1", "HOST/" .. ("0"):rep(64), "HOST/" .. ("a"):rep(255),
    "HOST/a@sha256:1", "HOST/a@sha256:" .. ("A"):rep(64), "HOST/a@sha512:" .. ("a"):rep(128),
    "HOST/a@md5:" .. ("a"):rep(32), "HOST/a:1@sha256:" .. ("0"):rep(64), own .. "/A", own .. "/é:1", own .. "/a:é",
    own .. "/" .. ("a"):rep(220) .. ":1", own .. ":" .. ("t"):rep(128), own .. ":" .. ("t"):rep(129),
  })
end

--- Command lines that docker refuses, or reads in a way of its own. LIST and IMAGE are the job's.
local LINES = {
  { "push" }, { "push", "LIST", "x" }, { "push", "--bogus", "LIST" }, { "push", "--purge=perhaps", "LIST" },
  { "push", "--", "--purge" }, { "push", "-p=0", "--insecure", "LIST" }, { "push", "-p", "false", "LIST" },
  { "push", "--insecure=f", "--insecure", "LIST" },
  { "inspect" }, { "inspect", "--insecure", "--", "LIST" }, { "inspect", "--", "LIST", "-v" },
  { "inspect", "--insecure", "-v=false", "LIST" }, { "inspect", "--insecure", "-v=true", "LIST" },
  { "inspect", "--insecure", "-vv", "LIST" }, { "inspect", "--insecure", "-v", "-v=0", "LIST" },
  { "inspect", "-vx", "LIST" }, { "inspect", "--verbose=", "LIST" }, { "inspect", "--verbos", "LIST" },
  { "inspect", "---v", "LIST" }, { "inspect", "--=v", "LIST" }, { "inspect", "-", "LIST" }, { "inspect", "--", "-" },
  { "inspect", "", "" }, { "inspect", "--insecure", "", "LIST" }, { "inspect", "--insecure", "", "IMAGE" },
  { "inspect", "LIST", "" }, { "inspect", "LIST", "IMAGE", "third" },
  { "annotate", "LIST" }, { "annotate", "LIST", "IMAGE", "more" }, { "annotate", "IMAGE", "LIST", "--arch", "amd64" },
  { "annotate", "--os", "LIST", "IMAGE" }, { "annotate", "LIST", "IMAGE", "--os" },
  { "annotate", "LIST", "IMAGE", "--os=" }, { "annotate", "", "", "--arch", "amd64" },
  { "annotate", "LIST", "IMAGE", "--os", "linux", "--os", "windows", "--arch", "amd64" },
  { "annotate", "LIST", "IMAGE", "--os=linux", "--arch=amd64", "--arch=arm64", "--variant", "a", "--variant", "" },
  { "annotate", "LIST", "IMAGE", "--os-features", "a", "--os-features=b,a" },
  { "create", "LIST" }, { "create", "", "" }, { "create", "LIST", "" }, { "create", "-x", "LIST", "y" },
  { "create", "--insecure", "-a", "--amend=false", "LIST", "IMAGE" },
  { "create", "--insecure", "-aa", "LIST", "IMAGE" },
  { "create", "--insecure", "--amend", "--", "LIST", "IMAGE" }, { "create", "--insecure", "-a", "LIST", "LIST" },
  { "create", "--insecure", "-a=1", "LIST", "IMAGE", "IMAGE" },
  { "rm" }, { "rm", "LIST", "LIST" }, { "rm", "" }, { "rm", "--force", "LIST" }, { "rm", "--", "-a" },
  { "bogus", "LIST" },
}

--- One of them for a job.
function odd.line(r, job)
  local stands_for = { LIST = job.target, IMAGE = r:pick(job.known) }
  local words = {}
  for index, word in ipairs(r:pick(LINES)) do
    words[index] = stands_for[word] or word
  end
  return words
end

return odd
