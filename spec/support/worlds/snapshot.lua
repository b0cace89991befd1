--- The work tree as it stands, as a commit of a repository of its own: for what works on clean trees.

local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"

-- Files that git knows or would add; without git, as in an unpacked archive, all but what was built.
local COPY = [[
  cd "$1"
  if [ -e .git ]; then
    git ls-files -co --exclude-standard -z
  else
    find . -path './build*' -prune -o -type f -print0
  fi | tar -c --null --ignore-failed-read --files-from - | tar -x -C "$2"
]]

local COMMIT = [[
  cd "$1"
  git init -q
  git add -A
  git -c user.name=spec -c user.email=spec -c commit.gpgsign=false commit -q -m snapshot
]]

local function shell(script, ...)
  local command = { "sh", "-eu", "-c", script, "sh", ... }
  command.env = { GIT_AUTHOR_DATE = "@1700000000 +0000", GIT_COMMITTER_DATE = "@1700000000 +0000" }
  local done = process.run(command)
  assert(done.status == 0, done.stderr)
end

--- Copies the work tree into a folder.
local function copy(folder)
  shell(COPY, ours.root, folder)
end

--- Copies the work tree into a folder and commits it there; the same tree gives the same commit.
local function commit(folder)
  copy(folder)
  shell(COMMIT, folder)
end

return { copy = copy, commit = commit }
