/**
 * The script of every job: ROOT NODE RUNNER SUBMISSION SCONTROL. Signals go to the runner, which keeps a checkpoint; at the time
 * limit (USR1) the job is put into the queue again. It is named by array and task: by its own number, the first task of an array
 * would take all others with it.
 */
export const jobScript = `#!/bin/bash
root=$1 node=$2 runner=$3 submission=$4 scontrol=$5
cd "$root" && [ -x "$node" ] && [ -f "$runner" ] || exit 74
process= limit=
tell() { [ -z "$process" ] || kill -s "$1" "$process" 2>/dev/null; }
trap 'limit=1; tell USR1' USR1
trap 'tell TERM' TERM
trap 'tell USR2' USR2
trap '' INT
"$node" "$runner" run "$root" "$submission" "$SLURM_ARRAY_TASK_ID" &
process=$!
# A signal ends the waiting, not the process.
while :; do
  wait "$process"
  code=$?
  [ "$code" -gt 128 ] && kill -0 "$process" 2>/dev/null || break
done
if [ -n "$limit" ] && [ "$code" -eq 75 ]; then
  "\${scontrol:-scontrol}" requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit "$code"
`
