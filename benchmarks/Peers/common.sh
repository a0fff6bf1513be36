# Sourced by run.sh: settings, the fleet, and what is asked of every program that is measured.
# shellcheck shell=bash

processes=${PROCESSES:-2000} # of the fleet; those of the machine come on top
rounds=${ROUNDS:-3}          # turns of each program
refreshes=${REFRESHES:-20}   # measured in each turn
warm_up=${WARMUP:-40}        # seconds that ours runs before it is measured: what it reads in the background has settled by then
active_ms=${ACTIVE_MS:-900}  # an active process does a little in each such period, so between two refreshes at least once
our_port=${OUR_PORT:-19464}
their_port=${THEIR_PORT:-19256}
our_page="http://127.0.0.1:$our_port/metrics"
their_page="http://127.0.0.1:$their_port/metrics"
folder=$(mktemp -d)
fleet=
program=

clean_up() {
  stop_program
  stop_fleet
  rm -rf "$folder"
}

die() {
  echo "bench-peers: $*" >&2
  exit 1
}

start_fleet() { # start_fleet ACTIVE IDLE
  local answers=0 order
  mkfifo "$folder/orders"
  artifacts/workload --fleet <"$folder/orders" >"$folder/fleet.log" &
  fleet=$!
  exec 9>"$folder/orders"
  for order in "active $1 $active_ms" "spawn $2"; do
    echo "$order" >&9
    answers=$((answers + 1))
    until [ "$(grep -c done "$folder/fleet.log")" -ge "$answers" ]; do
      kill -0 "$fleet" 2>/dev/null || die "the fleet did not start"
      sleep 0.1
    done
  done
}

stop_fleet() {
  [ -n "$fleet" ] || return 0
  exec 9>&- # the end of its input ends it
  wait "$fleet" || true
  fleet=
  rm -f "$folder/orders"
}

run_ours() { # becomes it, so that $! is its pid
  echo 'sampling: { interval: 1s }' >"$folder/config.yml"
  exec artifacts/publish/process-arsenal serve --config "$folder/config.yml" --listen-metrics "http://127.0.0.1:$our_port" --listen-control http://127.0.0.1:0 \
    --state-directory "$folder/state" >"$folder/program.log" 2>&1
}

start_program() { # start_program NAME: ours, peer or peer-lean; returns when it answers
  local url=$their_page options=()
  [ "$1" = ours ] && url=$our_page
  ! curl -s -o /dev/null "$url" || die "somebody else answers at $url (OUR_PORT and THEIR_PORT choose others)"
  if [ "$1" = ours ]; then
    run_ours &
  else
    # What Debian's package configures: every process with a command line, grouped by name.
    printf 'process_names:\n  - name: "{{.Comm}}"\n    cmdline: [".+"]\n' >"$folder/peer.yml"
    [ "$1" = peer ] || options=(-threads=false -gather-smaps=false)
    prometheus-process-exporter -web.listen-address="127.0.0.1:$their_port" -config.path="$folder/peer.yml" "${options[@]}" \
      >"$folder/program.log" 2>&1 &
  fi
  program=$!
  for _ in $(seq 600); do
    curl -fsS -o /dev/null "$url" 2>/dev/null && return
    kill -0 "$program" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$folder/program.log" | cut -c 1-400 >&2
  die "no answer from $url"
}

stop_program() {
  [ -n "$program" ] || return 0
  kill "$program" 2>/dev/null || true
  wait "$program" 2>/dev/null || true
  program=
}

resident() { # resident FIELD: of the program, in MB (1,000,000 bytes); FIELD is VmRSS or RssAnon
  awk -v field="$1:" '$1 == field { printf "%.1f\n", $2 * 1024 / 1e6 }' "/proc/$program/status"
}

count_processes() {
  set -- /proc/[1-9]*
  echo $#
}

scrape() { # scrape URL: prints the milliseconds that it took; the page is left in $folder/page
  curl -fsS -o "$folder/page" -w '%{time_total}\n' "$1" | awk '{ printf "%.2f\n", $1 * 1000 }'
}

ticks() { # how often ours has read the kernel, by the page that was scraped last
  awk '$1 == "arsenal_ticks_total" { print int($2) }' "$folder/page"
}

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
