#!/usr/bin/env bash
# Records what the processes of this host are like, for QuietHostTests to play again: record-host.sh MINUTES >tests/golden/quiet-host.txt
# In a pid namespace (unshare --pid --fork --mount-proc) it records that. It starts no process meanwhile, and leaves itself out.
# Lines, separated by tabs: "process" with what stays the same; "tick"; then those that have changed; "exit".
set -euo pipefail
shopt -s nullglob
minutes=${1:?"usage: $0 MINUTES"}
interval=5
declare -A last seen limits
exec {never}<> <(:)

describe() { # pid, comm, the fields of stat after it
  local pid=$1 name=$2 exe uid="" key value rest limit
  shift 2
  exe=$(readlink "/proc/$pid/exe" 2>/dev/null) || exe=""
  while IFS=$'\t ' read -r key value rest; do [[ $key == Uid: ]] && uid=$value; done <"/proc/$pid/status" || true
  limit=1024
  while read -r key value rest; do [[ "$key $value" == "Max open" ]] && { read -r _ limit _ <<<"$rest"; } || true; done <"/proc/$pid/limits" || true
  printf 'process\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$pid" "$2" "$3" "$4" "${20}" "${uid:-0}" "$limit" "${name//[^[:print:]]/?}" "${exe//[^[:print:]]/?}"
}

ticks=$((minutes * 60 / interval))
printf 'interval\t%s\n' "$interval"
for ((tick = 0; tick < ticks; tick++)); do
  echo tick
  seen=()
  for folder in /proc/[0-9]*; do
    pid=${folder#/proc/}
    [[ $pid == "$$" || $pid == "$BASHPID" ]] && continue
    { read -r stat <"$folder/stat"; } 2>/dev/null || continue
    name=${stat#*(}
    name=${name%)*}
    # shellcheck disable=SC2086 # its fields
    set -- ${stat##*) }
    [[ $2 == "$$" ]] && continue
    seen[$pid]=1
    statm="0 0 0" run="0 0 0" read=0 written=0 key="" value=""
    { read -r statm <"$folder/statm"; read -r run <"$folder/schedstat"; } 2>/dev/null || true
    { while read -r key value; do [[ $key == read_bytes: ]] && read=$value; [[ $key == write_bytes: ]] && written=$value; done <"$folder/io"; } 2>/dev/null || true
    fds=("$folder"/fd/*)
    if [[ -z ${last[$pid]+known} ]]; then describe "$pid" "$name" "$@"; fi
    read -r size resident _ <<<"$statm"
    read -r ran waited _ <<<"$run"
    # state, minor and major faults, user and system ticks, threads
    now="$1	$8	${10}	${12}	${13}	${18}	$size	$resident	${#fds[@]}	$read	$written	$ran	$waited"
    if [[ ${last[$pid]-} != "$now" ]]; then printf '%s\t%s\n' "$pid" "$now"; fi
    last[$pid]=$now
  done
  for pid in "${!last[@]}"; do
    if [[ -z ${seen[$pid]-} ]]; then
      printf 'exit\t%s\n' "$pid"
      unset "last[$pid]"
    fi
  done
  read -r -t "$interval" -u "$never" _ || true
done
