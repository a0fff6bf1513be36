# Sourced by run.sh: system calls per process and refresh, by strace -c, which slows what it counts: nothing else is measured meanwhile.
# shellcheck shell=bash

traced=${TRACED:-10} # refreshes

until_tick() { # returns just after ours has read the kernel once more
  local last
  scrape "$our_page" >/dev/null
  last=$(ticks)
  while [ "$(ticks)" = "$last" ]; do
    sleep 0.05
    scrape "$our_page" >/dev/null
  done
}

calls() { # calls FILE...: "name calls" of the tables of strace -c; calls of the second are subtracted from those of the first
  awk '$1 ~ /^[0-9.]+$/ && $4 ~ /^[0-9]+$/ { n[$NF] += FNR == NR ? $4 : -$4 } END { for (name in n) print name, n[name] }' "$@"
}

# Attached from one tick to another, so that the number of ticks is a whole one; a scrape a second, and those that wait for the tick.
trace_ours() { # prints "name calls per process and refresh"
  local first tracer seen
  start_program ours
  for _ in $(seq "$warm_up"); do
    scrape "$our_page" >/dev/null
    sleep 1
  done
  until_tick
  first=$(ticks)
  strace -f -c -o "$folder/ours.strace" -p "$program" 2>"$folder/strace.log" &
  tracer=$!
  for _ in $(seq "$traced"); do
    sleep 1
    scrape "$our_page" >/dev/null
  done
  until_tick
  kill -INT "$tracer"
  wait "$tracer" || true
  seen=$(count_processes)
  [ -s "$folder/ours.strace" ] || die "strace: $(<"$folder/strace.log")"
  calls "$folder/ours.strace" | awk -v n=$((seen * ($(ticks) - first))) '{ print $1, $2 / n }'
  stop_program
}

# The difference of a long run and a short one: start-up and discovery are in both.
trace_floor() {
  local run=(artifacts/floor --warm-up 1 --interval-ms 1000 --refreshes)
  strace -f -c -o "$folder/short.strace" "${run[@]}" 1 >/dev/null
  strace -f -c -o "$folder/long.strace" "${run[@]}" $((traced + 1)) >/dev/null
  calls "$folder/long.strace" "$folder/short.strace" | awk -v n=$(($(count_processes) * traced)) '{ print $1, $2 / n }'
}

report_calls() { # report_calls SCENE: Markdown; what is below a hundredth of a call is in the total only
  trace_ours >"$folder/ours.calls"
  trace_floor >"$folder/floor.calls"
  echo "| system calls per process and refresh, $1 | process-arsenal | floor |"
  echo "|---|---|---|"
  awk '{ n[$1, FILENAME == ARGV[1]] = $2; names[$1] = 1 }
    END { for (name in names) printf "%s %.2f %.2f\n", name, n[name, 1], n[name, 0] }' "$folder/ours.calls" "$folder/floor.calls" \
    | sort -k3,3nr -k2,2nr \
    | awk '$1 != "total" && ($2 >= 0.01 || $3 >= 0.01) { printf "| %s | %s | %s |\n", $1, $2, $3 }
      $1 == "total" { total = "| **all** | " $2 " | " $3 " |" } END { print total }'
}
