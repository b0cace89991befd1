#compdef manifest
# Completion of the command `manifest` for zsh: eval "$(manifest completion zsh)", or put this into a folder of $fpath
# as `_manifest`.

_manifest() {
  local -a found
  found=("${(@f)$(manifest __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${found[1]} == ":files" ]]; then
    _files
  elif [[ -n ${found[1]} ]]; then
    found=("${(@)found//:/\\:}") # a colon divides a word from its description
    found=("${(@)found/$'\t'/:}")
    _describe manifest found
  fi
}

if [[ $funcstack[1] == _manifest ]]; then
  _manifest "$@"
else
  compdef _manifest manifest
fi
