--- The scripts that shells complete the command with: `manifest completion SHELL` prints one. Each asks
-- `manifest __complete` (cli/complete.lua) what may follow. completions/ has them as files, written by tools/generate.

local exit = require("manifest.cli.exit")

local completion = {}

completion.SCRIPTS = {
  bash = [==[
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
]==],

  fish = [==[
# Completion of the command `manifest` for fish: manifest completion fish | source, or put this into
# ~/.config/fish/completions.

function __manifest_complete
    set -l words (commandline -opc)
    set -l found (manifest __complete $words[2..-1] (commandline -ct) 2>/dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $found
    end
end

complete -c manifest -f -a '(__manifest_complete)'
]==],

  powershell = [==[
# Completion of the command `manifest` for PowerShell 7.3 and newer, as a line of $PROFILE:
# manifest completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName manifest -ScriptBlock {
    param($word, $command, $cursor)
    $typed = @($command.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursor })
    $words = @($typed | ForEach-Object { $_.Extent.Text })
    if (-not $typed -or $typed[-1].Extent.EndOffset -lt $cursor) { $words += '' }
    $found = @(manifest __complete @words 2>$null)
    if (-not $found) { return '' } # no path either
    if ($found[0] -eq ':files') { return } # PowerShell completes a path then
    $before = $words[-1].Length - $word.Length # behind a comma the last part alone is replaced
    foreach ($line in $found) {
        $candidate, $what = $line -split "`t", 2
        if (-not $what) { $what = $candidate }
        $text = $candidate.Substring($before)
        [System.Management.Automation.CompletionResult]::new($text, $candidate, 'ParameterValue', $what)
    }
}
]==],

  zsh = [==[
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
]==],
}

--- The files of completions/ that have them.
completion.FILES = {
  bash = "manifest.bash", fish = "manifest.fish", powershell = "manifest.ps1", zsh = "manifest.zsh",
}

completion.SUMMARY = "Print the script of a shell that completes commands"

completion.PAGE = [[
Usage:  manifest completion bash|fish|powershell|zsh

Print the script that completes verbs, options, platforms, local lists and tags

Examples:
  eval "$(manifest completion bash)"
  manifest completion fish | source
]]

--- Prints the script of a shell, or how to ask for one.
---@param out table output
---@param words string[] behind `completion`
---@return integer status
function completion.run(out, words)
  local script = completion.SCRIPTS[words[1]]
  local asks = words[1] == "--help" or words[1] == "-h"
  if not words[2] and (script or asks) then
    out:say(script or completion.PAGE)
    return 0
  end
  out:complain(words[1] and "manifest: no such shell: " .. table.concat(words, " ")
    or "manifest: for which shell?")
  out:tell("\n" .. completion.PAGE)
  return exit.BAD_USAGE
end

return completion
