# shellcheck shell=bash
# Sourced by scripts, before they change the folder: -h and --help print the comment at the head of the script, and an option
# that is not among those of OPTIONS ends it with that comment. Words behind `--` are no options.

head_comment() { awk 'NR > 1 && !sub(/^# ?/, "") { exit } NR > 1' "$0"; }

for word in "$@"; do
  case $word in
    -h | --help) head_comment; exit 0 ;;
    --) break ;;
    -*) case " ${OPTIONS:-} " in
        *" $word "*) ;;
        *) { head_comment; printf '%s: no such option: %s\n' "${0##*/}" "$word"; } >&2; exit 2 ;;
      esac ;;
  esac
done
