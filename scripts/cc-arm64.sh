#!/usr/bin/env bash
# Debian's cross compiler, as Native AOT calls a linker: it says the target in clang's words, which gcc has in its name.
set -euo pipefail
arguments=()
for argument in "$@"; do [[ $argument == --target=* ]] || arguments+=("$argument"); done
exec aarch64-linux-gnu-gcc "${arguments[@]}"
