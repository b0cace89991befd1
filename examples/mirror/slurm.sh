#!/bin/sh
# One mirror, sixteen tasks of a Slurm array: sbatch --array=1-16 --requeue examples/mirror/slurm.sh SOURCE TARGET
#SBATCH --job-name=mirror
#SBATCH --time=04:00:00
set -eu

[ $# -eq 2 ] || { echo "usage: sbatch --array=1-N slurm.sh SOURCE TARGET" >&2; exit 125; }
manifest copy --all-tags --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" "$1" "$2"
