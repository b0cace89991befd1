--- What a credential helper answers, read.

local auth = require("manifest.testing").auth
local canary = "canary-81d2"

describe("testing.auth.helper_answer", function()
  local answer = auth.helper_answer

  it("reads user and secret", function()
    local result, found = answer("x", 0, '{"ServerURL":"h","Username":"u","Secret":"p"}\n')
    assert.equal("found", result)
    assert.same({ username = "u", password = "p" }, found)
  end)
  it("reads an identity token", function()
    assert.same({ identity_token = "t" }, select(2, answer("x", 0, '{"Username":"<token>","Secret":"t"}')))
    assert.same({ username = "u", password = "p" }, select(2, answer("x", 0, '{"username":"u","SECRET":"p"}')))
  end)
  it("knows what not found looks like", function()
    assert.equal("not_found", answer("x", 1, "credentials not found in native keychain"))
    assert.equal("not_found", answer("x", 1, "\n credentials not found in native keychain \r\n"))
    assert.equal("not_found", answer("x", 0, '{"Username":"","Secret":""}'))
    assert.equal("not_found", answer("x", 0, "credentials not found in native keychain\n"))
    assert.equal("failed", answer("x", 1, "credentials not found in native keychain!"))
    assert.equal("failed", answer("x", 137, "credentials not found in native keychain"))
  end)

  local failing = {
    { 1, "no credentials server URL", "status 1: no credentials server URL" },
    { 2, "no credentials username\nmore", "status 2: no credentials username" },
    { 1, "", "status 1" },
    { 1, '{"Username":"u","Secret":"' .. canary .. '"}', "status 1" },
    { 1, "log line\n{\"Secret\":\"" .. canary .. "\"}", "status 1" },
    { 1, "Secret is " .. canary, "status 1" },
    { 1, "\27[31mred\27[0m", "status 1:  [31mred [0m" },
    { 137, "", "killed by signal 9" },
    { 0, "", "not JSON" },
    { 0, canary, "not JSON" },
    { 0, '{"Secret":"' .. canary .. '"', "not JSON" },
    { 0, '{"Secret":"' .. canary .. '"} x', "not JSON" },
    { 0, '["' .. canary .. '"]', "not a JSON object" },
    { 0, '{"Username":"u"}', "no secret" },
    { 0, '{"Username":"u","Secret":1}', "no secret" },
    { 0, '{"Secret":"' .. canary .. '"}', "no user name" },
  }
  for _, case in ipairs(failing) do
    it(("row 95: status %d with %q fails and shows no secret"):format(case[1], case[2]:sub(1, 40)), function()
      local result, problem = answer("name", case[1], case[2])
      assert.equal("failed", result)
      assert.equal("credentials", problem.code)
      assert.truthy(problem.message:find("docker-credential-name", 1, true))
      assert.truthy(problem.message:find(case[3], 1, true), problem.message)
      assert.is_nil(problem.message:find(canary, 1, true))
      assert.is_nil(problem.message:find("\27", 1, true))
    end)
  end
end)

describe("core.auth.helper_failure", function()
  local failure = require("manifest.core").auth.helper_failure

  it("is nothing where the helper only does not know the registry", function()
    assert.is_nil((failure("x", 1, "credentials not found in native keychain\n")))
  end)

  it("is the helper's own words where it failed", function()
    local problem = failure("x", 2, "the keyring is locked\n")
    assert.equal("credentials", problem.code)
    assert.matches("docker-credential-x", problem.message, 1, true)
    assert.matches("the keyring is locked", problem.message, 1, true)
  end)

  it("is of a helper that failed", function()
    assert.has_error(function() failure("x", 0, "{}") end)
  end)
end)
