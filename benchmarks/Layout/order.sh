#!/usr/bin/env bash
# Which functions the published program executes from half a minute after its start on, for src/ProcessArsenal.Exporter/functions.txt: the compiler lays those out beside
# each other, so that few pages of the program are in use while it runs. Beside processes that work, begin and end, a .NET process, and a reader of pages and of the API.
set -euo pipefail
cd "$(dirname "$0")/../.."

. benchmarks/Peers/common.sh
trap clean_up EXIT
seconds=${LAYOUT_SECONDS:-90}
symbols=src/ProcessArsenal.Exporter/bin/Release/net10.0/linux-x64/native/process-arsenal.dbg
list=src/ProcessArsenal.Exporter/functions.txt
shop=

stop_all() {
  [ -z "$shop" ] || kill "$shop" 2>/dev/null || true
  clean_up
}
trap stop_all EXIT

[ -f "$symbols" ] || die "$symbols is not there: make publish"
# Of the compiler's own section alone: the runtime's functions are laid out already.
read -r from size < <(readelf -SW "$symbols" 2>/dev/null | awk '{ for (i = 1; i < NF; i++) if ($i == "__managedcode") print $(i + 2), $(i + 4) }')
nm "$symbols" 2>/dev/null | awk -v from="$from" -v size="$size" '
  function number(hex, i, n) { for (i = 1; i <= length(hex); i++) n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1; return n }
  BEGIN { low = number(from); high = low + number(size) }
  ($2 == "t" || $2 == "T") && number($1) >= low && number($1) < high { print $1, $3 }' >"$folder/functions"
echo "$(wc -l <"$folder/functions") functions"

start_fleet 20 20
mkfifo "$folder/shop"
exec 8<>"$folder/shop" # the end of its input would end it
tests/targets/Shop/bin/Release/net10.0/Shop <&8 >"$folder/shop.log" 2>&1 &
shop=$!
start_program ours
control=$(sed -n 's/.*Control at \(http[^,]*\),.*/\1/p' "$folder/program.log")
[ -n "$control" ] || die "the program says not where its control listener is"
use() { # for $1 seconds
  local end=$((SECONDS + $1)) turn=0
  while [ $SECONDS -lt "$end" ]; do
    curl -fsS -m 10 -o /dev/null "$our_page" || true
    ((turn++ % 20)) || curl -fsS -m 10 -o /dev/null -H "Authorization: Bearer $(<"$folder/state/admin.token")" "$control/api/v1/processes?limit=10" || true
    sleep 1
  done
}
use 25
kill -0 "$shop" || die "the .NET process has ended: $(<"$folder/shop.log")"
artifacts/executed "$program" "$seconds" <"$folder/functions" >"$folder/met" &
tracer=$!
use "$seconds"
wait "$tracer"
wait "$program" || true
program=
cp "$folder/met" "$list"
echo "$(wc -l <"$list") of them are executed: $list"
