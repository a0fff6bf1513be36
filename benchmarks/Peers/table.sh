#!/usr/bin/env bash
# table.sh SCENE <turns.tsv: the turns of one scene (the lines of turns.sh) as a Markdown table. Medians over the rounds, with the lowest and
# the highest; a ratio is the median of the ratios within a round, since machines wander from minute to minute.
set -euo pipefail

awk -F '\t' -v scene="$1" '
  function add(value,    i) { # to v, which stays sorted: mawk has no asort
    for (i = n++; i >= 1 && v[i] > value; i--) v[i + 1] = v[i]
    v[i + 1] = value
  }
  function median() { return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2 }
  function collect(name, column,    r) {
    n = 0
    for (r = 1; r <= rounds; r++) if ((r, name, column) in cell) add(cell[r, name, column] + 0)
    return n
  }
  function ratio(name, to,    r) {
    n = 0
    for (r = 1; r <= rounds; r++) if ((r, name, CPU) in cell && cell[r, to, CPU] > 0) add(cell[r, name, CPU] / cell[r, to, CPU])
    return n ? sprintf("%.2f", median()) : ""
  }
  function show(name, column) { return collect(name, column) ? sprintf("%.1f", median()) : "" }
  BEGIN { CPU = 4; SCRAPE = 5; RSS = 6 }
  $1 == scene {
    for (i = 4; i <= 7; i++) if ($i != "-") cell[$2, $3, i] = $i
    if ($2 > rounds) rounds = $2
    if ($7 > processes) processes = $7
  }
  END {
    title["ours"] = "process-arsenal"; title["floor"] = "floor (benchmarks/Peers/floor.c)"
    title["peer"] = "process-exporter, default"; title["peer-lean"] = "process-exporter -threads=false -gather-smaps=false"
    printf "| %s, %d processes | CPU µs per process and refresh | times ours | times the floor | scrape, median ms | RSS MB |\n", scene, processes
    print "|---|---|---|---|---|---|"
    count = split("ours floor peer peer-lean", order, " ")
    for (i = 1; i <= count; i++) {
      name = order[i]
      if (!collect(name, CPU)) continue
      cpu = sprintf("%.1f (%.1f to %.1f)", median(), v[1], v[n])
      printf "| %s | %s | %s | %s | %s | %s |\n", title[name], cpu, ratio(name, "ours"), ratio(name, "floor"), show(name, SCRAPE), show(name, RSS)
    }
  }'
