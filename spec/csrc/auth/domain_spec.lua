--- Who owns a name: what decides which hosts of one domain may see each other's passwords.

local auth = require("manifest.testing").auth
local temp = require "spec.support.temp"

-- Names below which neighbours are strangers, whatever the list of public suffixes says.
local RENTED = [[
  aliyuncs.com amazonaws.com amazonaws.com.cn appspot.com awsapprunner.com azure-api.net azurecontainerapps.io
  azurecr.io azureedge.net azurefd.net azurestaticapps.net azurewebsites.net b-cdn.net br.com cloudapp.azure.com
  cloudapp.net cloudflare-ipfs.com cloudflarestorage.com cloudfront.net cloudfunctions.net cluster.local cn.com
  co.com co.nl code.run codeberg.page container-registry.com csb.app ddns.net de.com deno.dev devtunnels.ms
  digitaloceanspaces.com duckdns.org dyndns.org elasticbeanstalk.com eu.com eu.org fastly.net firebaseapp.com
  fly.dev gb.net gcr.io github.dev github.io githubusercontent.com gitlab.io gitpod.io glitch.me googleapis.com
  googleusercontent.com gradio.live herokuapp.com hf.space hopto.org icr.io jfrog.io jpn.com koyeb.app lhr.life
  linodeobjects.com loca.lt localhost.run localto.net lovable.app modal.run myfritz.net myqcloud.com netlify.app
  ngrok-free.app ngrok-free.dev ngrok.app ngrok.dev ngrok.io nip.io no-ip.org now.sh ocir.io on.aws
  ondigitalocean.app onrender.com oraclecloud.com ovh.net pages.dev pinggy.link pkg.dev pythonanywhere.com r2.dev
  railway.app repl.co repl.run replit.app ru.com run.app sa.com scw.cloud serveo.net sslip.io streamlit.app
  surge.sh synology.me tencentcloudcr.com traefik.me trafficmanager.net trycloudflare.com ts.net uk.com uk.net
  us.com us.org vercel.app volces.com wasabisys.com web.app windows.net workers.dev xip.io za.com zrok.io
]]

describe("the registrable domain", function()
  local without_list = auth.registrable("example.com") == nil and "this build has no libpsl"

  for _, case in ipairs {
    { "example.com", "example.com" }, { "a.b.example.com", "example.com" }, { "registry.example.de", "example.de" },
    { "a.example.co.uk", "example.co.uk" }, { "example.co.uk", "example.co.uk" },
    { "a.b.example.gov.uk", "example.gov.uk" },
    { "a.example.com.br", "example.com.br" }, { "a.example.tokyo.jp", "example.tokyo.jp" }, { "a.b.hp.de", "hp.de" },
    { "a.b.city.kawasaki.jp", "city.kawasaki.jp" }, { "a.b.c.kawasaki.jp", "b.c.kawasaki.jp" },
    { "a.b.xn--85x722f.com.cn", "xn--85x722f.com.cn" }, { "a.shop.xn--p1ai", "shop.xn--p1ai" },
    { "registry.corp.internal", "corp.internal" }, { "a.b.example.org.pl", "example.org.pl" },
  } do
    it(("of %s is %s"):format(case[1], case[2]), function()
      if without_list then
        return pending(without_list)
      end
      assert.equal(case[2], auth.registrable(case[1]))
    end)
  end

  for _, host in ipairs { "co.uk", "gov.uk", "com.br", "kawasaki.jp", "c.kawasaki.jp", "com", "localhost", "127.0.0.1",
    "::1", "example.com.", ".", "" } do
    it(("of %q is none"):format(host), function()
      assert.is_nil(auth.registrable(host))
    end)
  end

  it("is none below each name that is rented out, and those alone", function()
    local listed = {}
    local text = assert(temp.read("csrc/auth/domain.c"))
    for name in text:match("rented%[%] = (%b{})"):gmatch('"(.-)"') do
      listed[name] = true
    end
    for name in RENTED:gmatch("%S+") do
      assert.is_true(listed[name], name)
      listed[name] = nil
      for _, host in ipairs { name, "a." .. name, "b.a." .. name } do
        assert.is_nil(auth.registrable(host), host)
      end
      assert.is_truthy(without_list or auth.registrable("a.x" .. name), name)
    end
    assert.same({}, listed)
  end)
end)
