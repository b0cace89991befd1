#compdef manifest
# Completion of the command `manifest` for zsh. Put it into a folder of $fpath as `_manifest`.

local -a found
found=("${(@f)$(manifest __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
if [[ ${found[1]} == ":files" ]]; then
  _files
elif [[ -n ${found[1]} ]]; then
  compadd -a found
fi
