#!/bin/sh
# One mirror, N processes of one machine (or, with --sshlogin, of several): GNU parallel starts each share, and again when it fails.
#
#     examples/mirror/parallel.sh SOURCE TARGET [N]
set -eu

[ $# -ge 2 ] || { echo "usage: parallel.sh SOURCE TARGET [N]" >&2; exit 125; }
source=$1 target=$2 count=${3:-8}
seq "$count" | parallel --will-cite --jobs "$count" --retries 3 \
  manifest copy --all-tags --shard "{}/$count" "$source" "$target"
