local error_of = require("manifest.base.error")
local failure = require("manifest.base.failure")

local function an_error(code)
  return error_of.new({ code = code or "not_found", message = "m" })
end

--- What a function raises.
local function raised_by(fn, ...)
  local ok, raised = pcall(fn, ...)
  assert.is_false(ok)
  return raised
end

describe("try", function()
  it("gives on values, false and none among them", function()
    assert.same({ 1, "two", 3 }, { failure.try(1, "two", 3) })
    assert.is_false(failure.try(false))
    assert.is_nil((failure.try(nil)))
  end)

  it("raises the error that stands for a value", function()
    local err = an_error()
    assert.equal(err, raised_by(failure.try, nil, err))
  end)
end)

describe("allow", function()
  it("lets one code through", function()
    local err = an_error()
    assert.same({ 1, 2 }, { failure.allow("not_found", 1, 2) })
    assert.same({ n = 2, nil, err }, table.pack(failure.allow("not_found", nil, err)))
    assert.equal(err, raised_by(failure.allow, "exists", nil, err))
  end)

  it("has no way for an interrupt, nor for a code that is none", function()
    assert.has_error(function() failure.allow("canceled", 1) end)
    assert.has_error(function() failure.allow("not found", 1) end)
  end)
end)

describe("fail", function()
  it("raises a new error", function()
    local raised = raised_by(failure.fail, { code = "io", message = "m" })
    assert.is_true(error_of.is(raised))
    assert.equal("io", raised.code)
  end)

  it("raises a copy of one that is stored", function()
    local stored = an_error():with({ hint = "h" })
    local raised = raised_by(failure.fail, stored)
    assert.is_true(error_of.is(raised))
    assert.not_equal(stored, raised)
    assert.same({ "not_found", "m", "h" }, { raised.code, raised.message, raised.hint })
    raised:with({ ref = "a" })
    assert.is_nil(stored.ref)
  end)
end)

describe("returned", function()
  it("makes a function that returns what another raises", function()
    local err = an_error()
    local half = failure.returned(function(value)
      return failure.try(value, err) / 2, "rest"
    end)
    assert.same({ 2, "rest" }, { half(4) })
    assert.same({ n = 2, nil, err }, table.pack(half(nil)))
    assert.has_error(function() half("no number") end)
  end)
end)

describe("caught and face", function()
  it("give what the function returned", function()
    for _, edge in ipairs { failure.caught, failure.face } do
      assert.same({ n = 3, 1, nil, 3 }, table.pack(edge(function(...) return ... end, 1, nil, 3)))
    end
  end)

  it("return what it raised of the world's failures", function()
    local err = an_error()
    for _, edge in ipairs { failure.caught, failure.face } do
      assert.same({ n = 2, nil, err }, table.pack(edge(function() failure.try(nil, err) end)))
    end
  end)

  it("let an interrupt through inside, and return it at the face", function()
    local err = an_error("canceled")
    assert.equal(err, raised_by(failure.caught, error, err))
    assert.same({ n = 2, nil, err }, table.pack(failure.face(error, err)))
  end)

  it("keep a defect: an object as it is, a text with its traceback, once", function()
    local object = {}
    for _, edge in ipairs { failure.caught, failure.face } do
      assert.equal(object, raised_by(edge, error, object))
      local text = raised_by(edge, function() error("broken") end)
      assert.matches("failure_spec.lua:%d+: broken\nstack traceback:\n", text)
      local again = raised_by(edge, failure.caught, function() error("broken") end)
      assert.equal(1, select(2, again:gsub("stack traceback:", "")))
    end
  end)

  it("wait for a function that yields", function()
    local thread = coroutine.wrap(function()
      return failure.caught(function() return coroutine.yield("waits") end)
    end)
    assert.equal("waits", thread())
    assert.equal("done", thread("done"))
  end)
end)

describe("a callback of the user's", function()
  it("raises to the user what it raised, through all that is inside", function()
    for _, value in ipairs { "text", an_error(), {}, false } do
      local boxed = failure.boxed(function() error(value, 0) end)
      local raised = raised_by(failure.face, failure.caught, boxed)
      assert.equal(value, raised)
    end
  end)

  it("returns to the inside what it returned", function()
    assert.same({ 1, "two" }, { failure.boxed(function(one) return one, "two" end)(1) })
  end)

  it("is boxed once", function()
    local inner = failure.boxed(function() error("text", 0) end)
    assert.equal("text", raised_by(failure.face, failure.boxed(inner)))
  end)
end)

describe("the end of a task", function()
  local function end_of(fn, ...)
    local thread = coroutine.create(fn)
    return failure.ended(thread, select(2, coroutine.resume(thread, ...)))
  end

  it("counts a failure that was raised as one that was returned", function()
    local err = an_error()
    assert.same({ n = 3, true, nil, err }, table.pack(end_of(failure.try, nil, err)))
  end)

  it("closes the blocks that a failure leaves, which may change it", function()
    local closed = 0
    local function fails(fn)
      return end_of(function()
        local _ <close> = failure.defer(function() closed = closed + 1 end)
        local _ <close> = failure.amend(fn)
        local _ <close> = failure.about("a:1")
        failure.fail { code = "not_found", message = "gone" }
      end)
    end
    local ok, value, err = fails(nil)
    assert.same({ true, nil, "a:1" }, { ok, value, err.ref })
    err = select(3, fails(function() failure.fail { code = "denied", message = "no" } end))
    assert.equal("denied", err.code)
    assert.equal(2, closed)
    local defect
    ok, defect = fails(function() error("broken") end)
    assert.is_false(ok)
    assert.matches("broken.*traceback", defect)
  end)

  it("keeps a defect, and an interrupt", function()
    local interrupt = an_error("canceled")
    assert.same({ n = 2, false, interrupt }, table.pack(end_of(failure.try, nil, interrupt)))
    local ok, text = end_of(error, "broken", 0)
    assert.is_false(ok)
    assert.matches("^broken\nstack traceback:", text)
    assert.equal(text, (select(2, end_of(error, text, 0))))
  end)
end)

describe("about, amend and defer", function()
  it("say what a failure was about, unless a place further in did", function()
    local function about(...)
      local _ <close> = failure.about(...)
      failure.fail { code = "io", message = "m" }
    end
    assert.equal("a b", raised_by(about, "a", "b").ref)
    local outer = raised_by(function()
      local _ <close> = failure.about("outer")
      about("inner")
    end)
    assert.equal("inner", outer.ref)
  end)

  it("change a failure, or put another in its place", function()
    assert.equal("n", raised_by(function()
      local _ <close> = failure.amend(function(err) err.message = "n" end)
      failure.try(nil, an_error())
    end).message)
    assert.equal("exists", raised_by(function()
      local _ <close> = failure.amend(function() failure.fail { code = "exists", message = "m" } end)
      failure.try(nil, an_error())
    end).code)
    assert.equal("m", raised_by(function()
      local _ <close> = failure.amend(nil)
      failure.try(nil, an_error())
    end).message)
  end)

  it("leave alone what is no failure", function()
    local calls = 0
    local function count() calls = calls + 1 end
    assert.equal("broken", raised_by(function()
      local _ <close> = failure.amend(count)
      error("broken", 0)
    end))
    do
      local _ <close> = failure.amend(count)
    end
    assert.equal(0, calls)
  end)

  it("run what is deferred however the block is left", function()
    local calls = 0
    local function count() calls = calls + 1 end
    do
      local _ <close> = failure.defer(count)
    end
    assert.equal(1, calls)
    raised_by(function()
      local _ <close> = failure.defer(count)
      error("x")
    end)
    assert.equal(2, calls)
  end)
end)
