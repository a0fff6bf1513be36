#!/usr/bin/env bash
# What a page of some 20,000 series costs process-arsenal: CPU of a whole request over one kept connection, without gzip, the kernel's part
# included. It samples once a minute, so that next to nothing else is in the figure; what it uses in as much time without requests is taken
# off. Pinned to one processor, and the reader once to the same and once to another: where the two are makes more of a difference than anything
# in the program, since the sender wakes the reader, and on another processor that is an interrupt. Prints Markdown.
set -euo pipefail
cd "$(dirname "$0")/../.."

PROCESSES=${PROCESSES:-1230} # each has some 16 series
. benchmarks/Peers/common.sh
trap clean_up EXIT
requests=${REQUESTS:-300} # of a batch
batches=${BATCHES:-7}

run_ours() { # becomes it, so that $! is its pid
  cat >"$folder/config.yml" <<END
sampling: { interval: 60s }
watch: [ 'name = "workload"' ]
per_process: { top: 0, max: 5000 }
END
  exec taskset -c 0 "${PROGRAM:-artifacts/publish/process-arsenal}" serve --config "$folder/config.yml" --listen-metrics "http://127.0.0.1:$our_port" --listen-control http://127.0.0.1:0 \
    --state-directory "$folder/state" >"$folder/program.log" 2>&1
}

used() { artifacts/cputime "$program"; }

batch() { # batch PROCESSOR: prints the milliseconds of a request whose reader is there
  local before after idle began took
  before=$(used)
  sleep 1
  idle=$(($(used) - before))
  began=${EPOCHREALTIME/./}
  before=$(used)
  taskset -c "$1" curl -fsS -o /dev/null "$our_page?[1-$requests]" # one connection for all
  after=$(used)
  took=$((${EPOCHREALTIME/./} - began))
  awk -v ns=$((after - before)) -v idle="$idle" -v took="$took" -v n="$requests" 'BEGIN { printf "%.2f\n", (ns - idle * took / 1e6) / n / 1e6 }'
}

start_fleet 0 "$processes"
start_program ours
sleep 2 # what is read after the first sample has been read
scrape "$our_page" >/dev/null
series=$(grep -vc '^#' "$folder/page")
size=$(stat -c %s "$folder/page")
echo "- A page of $series series, $size bytes; ms of CPU for a whole request in the median of $batches batches of $requests:"
for reader in 0 1; do
  [ "$reader" -lt "$(nproc)" ] || continue
  batch $reader >/dev/null # the first pages find everything cold
  for _ in $(seq "$batches"); do batch $reader; done >"$folder/batches"
  echo "  - reader on $([ $reader = 0 ] && echo the same || echo another) processor: $(median <"$folder/batches")" \
    "($(sort -n "$folder/batches" | head -n 1) to $(sort -n "$folder/batches" | tail -n 1))"
done
