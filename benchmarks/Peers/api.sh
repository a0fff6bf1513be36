#!/usr/bin/env bash
# How long the control listener takes to answer with a fleet of processes beside it, one in twenty of them active, and what 200 readers do to the ticks.
set -euo pipefail
cd "$(dirname "$0")/../.."

. benchmarks/Peers/common.sh
trap clean_up EXIT
control_port=${CONTROL_PORT:-19465}

run_ours() { # becomes it, so that $! is its pid
  echo 'sampling: { interval: 1s }' >"$folder/config.yml"
  exec artifacts/publish/process-arsenal serve --config "$folder/config.yml" --listen-metrics "http://127.0.0.1:$our_port" \
    --listen-control "http://127.0.0.1:$control_port" --state-directory "$folder/state" >"$folder/program.log" 2>&1
}

start_fleet $((processes / 20)) $((processes - processes / 20))
start_program ours
mkdir "$folder/tokens"
for i in $(seq 20); do
  artifacts/publish/process-arsenal token create "reader-$i" --role viewer --state-directory "$folder/state" >"$folder/tokens/$i" 2>/dev/null
done
sleep 2 # until they are known
dotnet run --no-build -c Release --project benchmarks/ProcessArsenal.Overhead -- api "http://127.0.0.1:$control_port" "$our_page" "$folder/tokens"
