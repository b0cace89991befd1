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
