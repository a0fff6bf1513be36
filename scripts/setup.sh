#!/usr/bin/env bash
# Makes sure that what a target of the Makefile needs is there. Installs Debian packages where it may, else names them.
# Usage: setup.sh run|publish|test|receiver|speedscope|bench-peers|image|publish-arm64
set -euo pipefail

have() { command -v "$1" >/dev/null 2>&1; }

missing=()
need() { # need PACKAGE TEST...: the package, unless the test says it is there
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

headers() { echo '#include <zlib.h>' | cc -E - ; }
node_18() { node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)'; }
c_library() { echo '#include <stdio.h>' | cc -E - ; }

case "${1:-test}" in
  run) ;;
  publish) kind=native ;;
  test) kind="native judges peers" ;;
  receiver) kind=node ;; # apart from test, which goes on without it
  speedscope) kind="node browser" ;;
  bench-peers) kind="native peers" ;;
  image) kind=containers ;;
  publish-arm64) kind=arm64 ;;
  *) echo "setup.sh: unknown set '$1'" >&2; exit 2 ;;
esac

if ! have dotnet || ! dotnet --list-sdks 2>/dev/null | grep -q '^1[0-9]\.'; then
  echo "This repository needs the .NET 10 SDK (https://dotnet.microsoft.com/download/dotnet/10.0) in PATH." >&2
  exit 1
fi

for k in ${kind:-}; do
  case $k in
    native) # the linker of Native AOT, and the compiler of tests/workload
      if ! have cc || { ! have clang && ! have gcc; }; then missing+=(gcc); fi
      need libc6-dev c_library
      need zlib1g-dev headers
      ;;
    judges) # who judges our pages, and what runs the program as someone else
      need prometheus test -x /usr/bin/prometheus -a -x /usr/bin/promtool
      need prometheus-alertmanager test -x /usr/bin/amtool -a -x /usr/bin/prometheus-alertmanager
      need python3 test -x /usr/bin/python3
      need python3-prometheus-client /usr/bin/python3 -c 'import prometheus_client.openmetrics.parser'
      need util-linux have setpriv
      need bsdutils have script
      need zsh have zsh # whose completion is tried
      need fish have fish
      ;;
    node) # tests/otlp-receiver, tests/speedscope
      need nodejs node_18
      need npm have npm
      ;;
    browser) # and what speedscope's buttons are written with
      need chromium have chromium
      need fonts-noto-color-emoji test -e /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf
      ;;
    arm64)
      need gcc-aarch64-linux-gnu have aarch64-linux-gnu-gcc
      need libc6-dev-arm64-cross test -e /usr/aarch64-linux-gnu/lib/libc.so
      ;;
    containers)
      need podman have podman
      need buildah have buildah
      need crun have crun
      need curl have curl
      ;;
    peers)
      need prometheus-process-exporter have prometheus-process-exporter
      need curl have curl
      need strace have strace
      ;;
  esac
done

[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! have apt-get; then
  echo "Missing Debian packages: ${missing[*]}" >&2
  echo "Install them (as root: apt-get install --no-install-recommends ${missing[*]}) and try again." >&2
  exit 1
fi

# Debian starts services on installation; a Prometheus of the machine's own is not what the tests want. policy-rc.d(8): 101 = don't.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends "${missing[@]}" >/tmp/process-arsenal-setup.log 2>&1; }
# The package lists of a fresh machine may be empty or old: fetch them when the first attempt fails.
install || { apt-get update -qq && install; } || { cat /tmp/process-arsenal-setup.log >&2; exit 1; }
