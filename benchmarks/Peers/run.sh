#!/usr/bin/env bash
# process-arsenal beside Debian's prometheus-process-exporter and beside the floor (floor.c), each in turn on the same processes:
# CPU per process and refresh, time of a scrape, resident memory, system calls, time to the first page. Writes Markdown to stdout and to
# artifacts/bench-peers.md, what it is doing to stderr, and each single turn to artifacts/bench-peers.tsv. The settings are in common.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."

. benchmarks/Peers/common.sh
. benchmarks/Peers/starts.sh
. benchmarks/Peers/turns.sh
. benchmarks/Peers/syscalls.sh
trap clean_up EXIT
[ "$processes" -le 4096 ] || die "the fleet has 4096 processes at most"

report=artifacts/bench-peers.md
turns=artifacts/bench-peers.tsv
: >"$report"
: >"$turns"

say() { echo "$(date +%T) $*" >&2; }

write() { # write COMMAND...: its output goes to the report. Not through a pipe: what a subshell starts, clean_up would not know.
  "$@" >"$folder/output"
  tee -a "$report" <"$folder/output"
}

run_scene() { # run_scene NAME ACTIVE IDLE
  local round name
  say "$1: starting the fleet"
  start_fleet "$2" "$3"
  for round in $(seq "$rounds"); do
    for name in ours floor peer peer-lean; do
      say "$1: round $round of $rounds, $name"
      if [ "$name" = floor ]; then turn_of_floor "$1" "$round" >>"$turns"
      else turn_of_exporter "$1" "$round" "$name" >>"$turns"; fi
    done
  done
  write echo
  write benchmarks/Peers/table.sh "$1" <"$turns"
  say "$1: system calls"
  write echo
  write report_calls "$1"
  write echo
  write report_starts "$1"
  stop_fleet
}

write echo "$processes processes, $rounds rounds of $refreshes refreshes, $(nproc) cores, Linux $(uname -r)"
say "quiet host"
write echo
write report_starts "quiet host"
write report_resident "quiet host"
run_scene "every process active" "$processes" 0
run_scene "nine in ten idle" $((processes / 10)) $((processes - processes / 10))
