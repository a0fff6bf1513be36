# Sourced by run.sh: from exec to the first full page, and the memory of a program that has settled.
# shellcheck shell=bash

starts=${STARTS:-10}

# Asks again and again by hand: a curl each time would take longer than what is measured. What the shell adds (a fork, and up to
# some 3 ms between two attempts) is in the figure.
time_a_start() { # prints milliseconds from before the fork to the last byte of the first page
  local began=$EPOCHREALTIME status=
  run_ours &
  program=$!
  while [[ $status != *" 200 "* ]]; do
    kill -0 "$program" 2>/dev/null || die "it ended while starting: $(<"$folder/program.log")"
    if { exec 8<>"/dev/tcp/127.0.0.1/$our_port"; } 2>/dev/null; then
      printf 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&8
      cat <&8 >"$folder/page"
      exec 8>&-
      read -r status <"$folder/page" || true
    else
      sleep 0.001
    fi
  done
  echo "$began $EPOCHREALTIME" | awk '{ printf "%.1f\n", ($2 - $1) * 1000 }'
  grep -q '^process_group_processes' "$folder/page" || die "the first page holds no processes"
  stop_program
}

report_starts() { # report_starts WHERE: a line of Markdown
  : >"$folder/starts"
  for _ in $(seq "$starts"); do time_a_start >>"$folder/starts"; done
  echo "- First full page after exec, $1: median $(median <"$folder/starts") ms, worst $(sort -n "$folder/starts" | tail -n 1) ms of $starts starts."
}

report_resident() { # report_resident WHERE: a line of Markdown
  start_program ours
  for _ in $(seq "$warm_up"); do
    scrape "$our_page" >/dev/null
    sleep 1
  done
  echo "- RSS of process-arsenal, $1, after $warm_up refreshes: $(resident VmRSS) MB, of which anonymous $(resident RssAnon) MB ($(count_processes) processes)."
  stop_program
}
