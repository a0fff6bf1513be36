#!/usr/bin/env bash
# The demo: see deploy/demo. DEMO_FAST=1: in half a minute, for nobody's eyes. KEEP=1: goes on until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh demo
[ -n "${PROCESS_ARSENAL:-}" ] || make --no-print-directory publish
for project in Orders Demo; do dotnet build "deploy/demo/$project" -c Release -v quiet --nologo -p:RunAnalyzers=false; done
exec dotnet deploy/demo/Demo/bin/Release/net10.0/Demo.dll
