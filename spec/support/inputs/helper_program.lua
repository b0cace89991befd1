--- A real credential helper: a shell program that keeps each registry in a file of its own, and notes how it was
--- called.

local temp = require "spec.support.temp"

local PROGRAM = [[#!/bin/sh
store=%s
key=
case "$1" in
  store)
    read -r input
    key=$(printf %%s "$input" | sed 's/.*"ServerURL":"\([^"]*\)".*/\1/' | tr -c 'A-Za-z0-9\n' _)
    printf %%s "$input" > "$store/$key"
    ;;
  get | erase)
    read -r input
    key=$(printf %%s "$input" | tr -c 'A-Za-z0-9\n' _)
    if [ ! -f "$store/$key" ]; then
      echo "credentials not found in native keychain"
      echo "$1 $key missing" >> "$store/calls"
      exit 1
    fi
    if [ "$1" = get ]; then cat "$store/$key"; else rm "$store/$key"; fi
    ;;
esac
echo "$1 $key $*" >> "$store/calls"
]]

--- Makes docker-credential-NAME; with `body` it is that shell text instead. Returns {folder = to put on PATH, store =
--- folder of what it keeps}.
local function new(name, body)
  local folder, store = temp.folder("helper"), temp.folder("kept")
  local path = ("%s/docker-credential-%s"):format(folder, name)
  temp.file(body and "#!/bin/sh\n" .. body or PROGRAM:format(store), path)
  assert(os.execute("chmod 755 " .. path))
  return { folder = folder, store = store, path = folder .. ":" .. os.getenv("PATH") }
end

return { new = new }
