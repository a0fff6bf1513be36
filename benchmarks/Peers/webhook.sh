#!/usr/bin/env bash
# How soon a delivery of Alertmanager is on the disk and answered, and what a storm of alerts does, on the published program with a state directory of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; rm -rf "$folder"' EXIT
control_port=${CONTROL_PORT:-19465} metrics_port=${METRICS_PORT:-19464}

echo 'dotnet: { attach: none }' >"$folder/config.yml"
"${PROGRAM:-artifacts/publish/process-arsenal}" serve --config "$folder/config.yml" --listen-metrics "http://127.0.0.1:$metrics_port" \
  --listen-control "http://127.0.0.1:$control_port" --state-directory "$folder/state" >"$folder/program.log" 2>&1 &
pid=$!
for _ in $(seq 300); do
  curl -fs "http://127.0.0.1:$metrics_port/readyz" >/dev/null 2>&1 && [ -e "$folder/state/responder.token" ] && break
  kill -0 "$pid" || { cat "$folder/program.log" >&2; exit 1; }
  sleep 0.1
done
dotnet run --no-build -c Release --project benchmarks/ProcessArsenal.Overhead -- webhook "http://127.0.0.1:$control_port" "$folder/state/responder.token" "$pid"
curl -fs "http://127.0.0.1:$metrics_port/metrics" | grep -E '^process_controller_alert(s_received|_deliveries|_incidents_open|_record_duration_seconds_(sum|count))' || true
