#!/usr/bin/env bash
# Has the daemon record a program whose CPU time is known, and opens what it gives in the real tools: the profile in speedscope, the recording in dotnet-trace.
# Makes a picture of it; with UPDATE_GOLDEN=1 it is that of the docs. Usage: speedscope.sh (SECONDS_RECORDED=5); make speedscope makes what it needs.
set -euo pipefail
cd "$(dirname "$0")/.."

ours=artifacts/publish/process-arsenal
folder=$(mktemp -d)
daemon=
target=

die() {
  echo "speedscope: $*" >&2
  exit 1
}

clean_up() {
  local pid
  for pid in $daemon $target; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$folder"
}
trap clean_up EXIT

# One thread works, 70 : 20 : 10 in three methods; five wait, in as many ways. It ends with its input, so also if we are killed.
coproc TARGET { exec artifacts/targets/Troubles/net9.0/Troubles burn 5; }
target=$TARGET_PID
read -r -t 60 line <&"${TARGET[0]}" && [ "$line" = ready ] || die "the program to record did not start"

# What the machine's own settings say must not decide this.
unset "${!ARSENAL_@}"
export ARSENAL_CONFIG=$folder/config.yml
echo 'dotnet: { attach: none }' >"$ARSENAL_CONFIG" # nothing but the recording
"$ours" serve --listen-metrics http://127.0.0.1:0 --listen-control http://127.0.0.1:0 --state-directory "$folder/state" >"$folder/log" 2>&1 &
daemon=$!
for _ in $(seq 300); do
  grep -q ' ready: ' "$folder/log" && break
  kill -0 "$daemon" 2>/dev/null || break
  sleep 0.1
done
ARSENAL_SERVER=$(sed -n 's/.*Control at \([^,]*\),.*/\1/p' "$folder/log")
[ -n "$ARSENAL_SERVER" ] || die "the daemon did not start: $(tail -n 5 "$folder/log")"
export ARSENAL_SERVER ARSENAL_TOKEN_FILE=$folder/state/admin.token

"$ours" profile "$target" --managed -d "${SECONDS_RECORDED:-5}s" --speedscope "$folder/burn.speedscope.json" >"$folder/profile" || die "it was not recorded"
id=$(sed -n 's/.*, kept as \([0-9]*\)$/\1/p' "$folder/profile")
[ -n "$id" ] || die "where is the recording? $(head -n 3 "$folder/profile")"
"$ours" trace get "$id" "$folder/burn.nettrace" >/dev/null

timeout 120 artifacts/tools/dotnet-trace report "$folder/burn.nettrace" topN -n 50 >"$folder/top" 2>&1 || die "dotnet-trace can't read it: $(tail -n 5 "$folder/top")"
sed 9q "$folder/top"
# It shows no namespaces. It counts threads that do nothing too, whose last method comes first then; so the program's own are compared with each other.
dotnet_trace=$(awk '
  $2 ~ /^Burn\./ { if (!first) { first = $2; rank = $1 + 0 } part[$2] = $NF + 0; sum += $NF }
  END {
    percent = sum ? 100 * part["Burn.Seventy()"] / sum : 0
    printf "%s first of Troubles.Burn (number %d with threads that wait), Burn.Seventy() %.1f %% of its time", first ? first : "nothing", rank, percent
    exit !(first == "Burn.Seventy()" && percent >= 65 && percent <= 75)
  }' "$folder/top") || die "dotnet-trace report: $dotnet_trace; expected Burn.Seventy() first, with 65 to 75 %"

picture=$([ -n "${UPDATE_GOLDEN:-}" ] && echo docs/images/speedscope.png || echo artifacts/speedscope/speedscope.png)
speedscope=$(timeout 120 node tests/speedscope/check.mjs "$(command -v chromium)" "$folder/burn.speedscope.json" "$picture") || die "this is not what speedscope should show"
echo "$speedscope; dotnet-trace report: $dotnet_trace; picture: $picture"
