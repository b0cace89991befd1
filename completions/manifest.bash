# Completion of the command `manifest` for bash: eval "$(manifest completion bash)", or put this into bash-completion's
# folder as `manifest`.
# shellcheck shell=bash

_manifest() {
  local line=${COMP_LINE:0:COMP_POINT} last=${COMP_WORDS[COMP_CWORD]} words found cut
  read -r -a words <<<"$line"
  case $line in *[[:space:]]) words+=("") ;; esac
  COMPREPLY=()
  mapfile -t found < <(manifest __complete "${words[@]:1}" 2>/dev/null | cut -f 1)
  if [ "${found[0]-}" = ":files" ]; then
    compopt -o default 2>/dev/null
    return 0
  fi
  case $last in = | :) last="" ;; esac # bash divides words there: what stands before is not replaced
  cut=${words[${#words[@]} - 1]%"$last"}
  COMPREPLY=("${found[@]#"$cut"}")
}

complete -F _manifest manifest
