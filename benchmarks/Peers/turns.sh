# Sourced by run.sh: one turn of one program. Each prints a line of
#   scene  round  program  CPU microseconds per process and refresh  median milliseconds of a scrape  RSS in MB  processes  refreshes
# shellcheck shell=bash

# The peer reads the kernel on each scrape; ours on its tick, so a refresh of ours is one tick and one scrape.
turn_of_exporter() { # turn_of_exporter SCENE ROUND NAME
  local url=$their_page first=0 count=$refreshes before after seen
  [ "$3" = ours ] && url=$our_page
  start_program "$3"
  if [ "$3" = ours ]; then
    for _ in $(seq "$warm_up"); do
      scrape "$url" >/dev/null
      sleep 1
    done
  else
    for _ in 1 2 3; do scrape "$url" >/dev/null; done
  fi
  scrape "$url" >/dev/null
  [ "$3" = ours ] && first=$(ticks)
  before=$(artifacts/cputime "$program")
  : >"$folder/times"
  for _ in $(seq "$refreshes"); do
    sleep 1
    scrape "$url" >>"$folder/times"
  done
  after=$(artifacts/cputime "$program")
  seen=$(count_processes)
  [ "$3" = ours ] && count=$(($(ticks) - first))
  awk -v OFS='\t' -v scene="$1" -v round="$2" -v name="$3" -v ns=$((after - before)) -v n="$seen" -v count="$count" \
    -v ms="$(median <"$folder/times")" -v rss="$(resident VmRSS)" \
    'BEGIN { print scene, round, name, ns / 1000 / n / count, ms, rss, n, count }'
  stop_program
}

turn_of_floor() { # turn_of_floor SCENE ROUND
  artifacts/floor --refreshes "$refreshes" >"$folder/floor.log"
  awk -v OFS='\t' -v scene="$1" -v round="$2" '{
    for (i = 1; i <= NF; i++) { split($i, pair, "="); value[pair[1]] = pair[2] }
    print scene, round, "floor", value["cpu_us_per_process"], "-", "-", value["processes"], value["refreshes"]
  }' "$folder/floor.log"
  echo "    floor: $(<"$folder/floor.log")" >&2
}
