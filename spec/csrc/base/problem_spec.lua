-- What the system says of an error, by either form of strerror_r: GNU returns the text, POSIX (musl, BSD) fills a
-- buffer. The same file is built for both.
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local MAIN = [[
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "csrc/base/problem.h"

#define FORM(result) _Generic((result), int : "POSIX", char * : "GNU")

int main(void)
{
  struct mf_problem problem;
  char buffer[8];

  for (int i = 0; i < 2; i++) {
    errno = i == 0 ? ENOENT : 99999;
    mf_problem_errno(&problem, "cannot open", "x");
    printf("%s\n", problem.text);
  }
  printf("%s\n", FORM(strerror_r(0, buffer, sizeof(buffer))));
  return 0;
}
]]

local function said(define)
  local program = temp.path("program")
  local built = process.run { "cc", "-std=c11", "-Wall", "-Werror", "-I", ours.root, "-o", program, define,
    temp.file(MAIN, temp.path("main") .. ".c"), ours.root .. "/csrc/base/problem.c",
    ours.root .. "/csrc/base/c_locale.c", "-pthread" }
  assert.equal("", built.stderr)
  return process.run({ program }).stdout
end

describe("the reason of an error of the system", function()
  if not process.present("cc") then
    pending("needs cc")
    return
  end

  it("is read from either form of strerror_r", function()
    local gnu, posix = said("-D_GNU_SOURCE"), said("-D_XOPEN_SOURCE=700")
    assert.matches("^cannot open x: No such file or directory\ncannot open x: %u%l+ error %d+\nGNU\n$", gnu)
    assert.matches("^cannot open x: No such file or directory\ncannot open x: %w+ error[ %d]*\nPOSIX\n$", posix)
  end)
end)
