local auth = require("manifest.testing").auth

describe("testing.auth.address_class", function()
  local classes = {
    public = { "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "192.169.0.1", "100.63.255.255", "100.128.0.0",
      "11.0.0.0", "128.0.0.1", "126.255.255.255", "169.253.1.1", "169.255.1.1", "223.255.255.255",
        "2001:4860:4860::8888",
      "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "::8.8.8.8", "fbff::1",
      "2600::1" },
    private = { "10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1",
      "100.127.255.255", "198.18.0.1", "198.19.255.255", "fc00::1", "fdff::1", "fec0::1", "::ffff:10.1.2.3",
      "64:ff9b::192.168.1.1", "64:ff9b:1::1", "2002:a01:203::1", "::10.1.2.3" },
    loopback = { "127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::127.0.0.1",
      "2002:7f00:1::", "::127.0.0.1", "::ffff:0:127.0.0.1" },
    ["link-local"] = { "169.254.0.1", "169.254.255.255", "fe80::1", "febf::1", "::ffff:169.254.1.1" },
    metadata = { "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254",
      "fd20:ce::254", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::",
      "::169.254.169.254" },
    unspecified = { "0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "224.0.0.1", "239.1.2.3", "240.0.0.1",
      "255.255.255.255", "192.0.0.1", "ff02::1", "64:ff9b::0.0.0.0" },
  }
  for class, list in pairs(classes) do
    for _, address in ipairs(list) do
      it(address .. " is " .. class, function()
        assert.equal(class, auth.address_class(address))
      end)
    end
  end

  it("knows no class of what is no literal", function()
    for _, text in ipairs { "", "localhost", "127.1", "0x7f.0.0.1", "[::1]", "::1%eth0", "1.2.3.4.5" } do
      assert.is_nil(auth.address_class(text))
    end
  end)
end)

describe("testing.auth.address_allowed", function()
  local addresses = { public = "8.8.8.8", private = "10.0.0.1", loopback = "127.0.0.1", ["link-local"] = "169.254.1.1",
    metadata = "169.254.169.254", unspecified = "0.0.0.0" }

  for class, address in pairs(addresses) do
    for peer in pairs(addresses) do
      it(("a registry that is %s %s name a %s address"):format(peer,
        (class == "public" or class == peer) and "may" or "may not", class), function()
        assert.equal(class == "public" or class == peer, auth.address_allowed(address, peer))
        assert.is_true(auth.address_allowed(address, peer, true)) -- the registry's own origin
      end)
    end
  end
end)
