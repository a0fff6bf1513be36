#!/usr/bin/env bash
# process-arsenal beside Debian's prometheus-process-exporter, on the same idle processes of the same machine at the same time of day:
# CPU per process and refresh, time of a scrape, resident memory. Writes a table to stdout.
# The peer reads the kernel on each scrape; ours on its tick, so a refresh is one tick and one scrape.
set -euo pipefail
cd "$(dirname "$0")/../.."

processes=${PROCESSES:-500}
rounds=${ROUNDS:-30}
our_port=${OUR_PORT:-19464}
their_port=${THEIR_PORT:-19256}
ticks_per_second=$(getconf CLK_TCK)
folder=$(mktemp -d)
children=()

clean_up() {
  exec 9>&- || true # the end of its input ends the fleet
  [ ${#children[@]} -eq 0 ] || kill "${children[@]}" 2>/dev/null || true
  wait || true
  rm -rf "$folder"
}
trap clean_up EXIT

cpu_ticks() { # user + system of a process, from behind the last ')' of its stat
  local stat fields
  stat=$(<"/proc/$1/stat")
  read -r -a fields <<<"${stat##*) }"
  echo $((fields[11] + fields[12]))
}

resident_kib() { awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"; }

refreshes() { # how often ours has read the kernel
  curl -fsS "http://127.0.0.1:$our_port/metrics" | awk '$1 == "arsenal_ticks_total" { print int($2) }'
}

wait_for() { # wait_for URL
  for _ in $(seq 300); do
    curl -fsS -o /dev/null "$1" 2>/dev/null && return
    sleep 0.1
  done
  echo "No answer from $1" >&2
  cat "$folder"/*.log >&2
  exit 1
}

measure() { # measure NAME PID PORT: scrapes once a second, prints a line of the table
  local name=$1 pid=$2 port=$3 before after from=0 to=0 count seen times="$folder/times"
  : >"$times"
  seen=$(find /proc -maxdepth 1 -name '[0-9]*' | wc -l)
  [ "$port" = "$our_port" ] && from=$(refreshes)
  before=$(cpu_ticks "$pid")
  for _ in $(seq "$rounds"); do
    curl -fsS -o /dev/null -w '%{time_total}\n' "http://127.0.0.1:$port/metrics" >>"$times"
    sleep 1
  done
  after=$(cpu_ticks "$pid")
  count=$rounds
  if [ "$port" = "$our_port" ]; then
    to=$(refreshes)
    count=$((to - from))
  fi
  awk -v name="$name" -v ticks=$((after - before)) -v hz="$ticks_per_second" -v n="$seen" -v count="$count" \
    -v rss="$(resident_kib "$pid")" -v median="$(sort -n "$times" | sed -n "$(((rounds + 1) / 2))p")" \
    'BEGIN { printf "%-44s %10.1f %12.1f %10.1f\n", name, ticks / hz * 1e6 / n / count, median * 1000, rss / 1024 }'
}

mkfifo "$folder/orders"
artifacts/workload --fleet <"$folder/orders" >"$folder/fleet.log" &
exec 9>"$folder/orders"
echo "spawn $processes" >&9
until grep -q done "$folder/fleet.log"; do sleep 0.1; done

echo 'sampling: { interval: 1s }' >"$folder/config.yml"
artifacts/publish/process-arsenal serve --config "$folder/config.yml" --listen-metrics "http://127.0.0.1:$our_port" \
  --state-directory "$folder/state" >"$folder/ours.log" 2>&1 &
ours=$!
children+=("$ours")
wait_for "http://127.0.0.1:$our_port/readyz"

# What Debian's package configures: every process with a command line, grouped by name.
printf 'process_names:\n  - name: "{{.Comm}}"\n    cmdline: [".+"]\n' >"$folder/peer.yml"

echo "$processes idle processes, $rounds refreshes one second apart, $(nproc) cores, Linux $(uname -r)"
printf '%-44s %10s %12s %10s\n' '' 'CPU us' 'scrape ms' 'RSS MiB'
printf '%-44s %10s %12s %10s\n' '' '/process' '(median)' ''
measure "process-arsenal" "$ours" "$our_port"
kill "$ours" && wait "$ours" || true
children=()

for options in "" "-threads=false -gather-smaps=false"; do
  # shellcheck disable=SC2086 # the options are words
  prometheus-process-exporter -web.listen-address="127.0.0.1:$their_port" -config.path="$folder/peer.yml" $options \
    >"$folder/theirs.log" 2>&1 &
  theirs=$!
  children+=("$theirs")
  wait_for "http://127.0.0.1:$their_port/metrics"
  measure "process-exporter ${options:-(default)}" "$theirs" "$their_port"
  kill "$theirs" && wait "$theirs" || true
  children=()
done
