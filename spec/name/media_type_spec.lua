local media_type = require("manifest.name.media_type")

describe("media_type", function()
  it("accepts the two manifests and the two indexes", function()
    assert.are.equal("application/vnd.docker.distribution.manifest.v2+json, "
      .. "application/vnd.docker.distribution.manifest.list.v2+json, "
      .. "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json", media_type.accept)
  end)

  it("tells indexes from manifests", function()
    for name, kind in pairs({
      docker_list = "index", oci_index = "index", docker_manifest = "manifest", oci_manifest = "manifest",
      oci_config = "other", docker_layer = "other",
    }) do
      local value = media_type[name]
      assert.are.equal(kind == "index", media_type.is_index(value))
      assert.are.equal(kind == "manifest", media_type.is_manifest(value))
    end
    assert.is_false(media_type.is_index(nil))
    assert.is_false(media_type.is_manifest(nil))
    assert.is_false(media_type.is_index("accept"))
  end)

  it("reads a Content-Type header: no parameters, no space, lower case", function()
    local read = {
      ["application/json"] = "application/json",
      ["application/json; charset=utf-8"] = "application/json",
      ["application/json;charset=utf-8;x=\"a;b\""] = "application/json",
      ["  Application/VND.oci.image.index.v1+JSON \t; a=b"] = media_type.oci_index,
      ["application/vnd.docker.distribution.manifest.v1+prettyjws;"] =
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
      ["text/plain"] = "text/plain",
      ["application/octet-stream\t"] = "application/octet-stream",
    }
    for header, expected in pairs(read) do
      assert.are.equal(expected, media_type.of_header(header))
    end
  end)

  it("reads nothing from what is not one media type", function()
    local wrong = { "", " ", ";", "; charset=utf-8", "json", "/", "a/", "/b", "a/b/c", "a b/c", "a/b c", "a/b, c/d",
      "a/b\r\nX: y", "a/b\0", "a/\u{e9}", "a /b", ("a"):rep(100000), (" "):rep(100000) .. "x" }
    for _, header in ipairs(wrong) do
      assert.is_nil(media_type.of_header(header))
    end
    assert.is_nil(media_type.of_header(nil))
  end)
end)

describe("the media type of a file", function()
  it("is guessed by the end of its name, whatever its case", function()
    local kinds = require "manifest.name.media_type"
    for name, kind in pairs {
      ["sbom.spdx.json"] = "application/spdx+json", ["a/b/SBOM.CDX.JSON"] = "application/vnd.cyclonedx+json",
      ["report.json"] = "application/json", ["notes.txt"] = "text/plain", ["x.tar.gz"] = "application/gzip",
      ["scan.sarif"] = "application/sarif+json", ["program"] = "application/octet-stream",
      [".json"] = "application/octet-stream", ["a.json/b"] = "application/octet-stream",
    } do
      assert.equal(kind, kinds.of_file(name), name)
    end
  end)
end)
