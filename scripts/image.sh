#!/usr/bin/env bash
# Builds the image without a registry, and runs it. The base is a stand-in, made of this machine's own files under the name of the real one, in storage of our
# own (artifacts/image): the same libraries, but Debian's. The program is that of `make publish`; all else is what the Dockerfile says.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${PROCESS_ARSENAL:-artifacts/publish/process-arsenal}
base=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
image=process-arsenal:check
limit=$((60 * 1000 * 1000))
work=$(mktemp -d /tmp/arsenal-image-XXXXXX)
containers=()

# crun refuses hosts that have both hierarchies of control groups: without the second it has one.
engine() { # engine TOOL ARGS...
  local tool=$1
  shift
  unshare --mount /bin/sh -c 'if [ -d /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi; exec "$@"' sh \
    env CONTAINERS_CONF="$work/containers.conf" "$tool" --root="$work/storage" --runroot="$work/run" --storage-driver=vfs "$@"
}
podman() { engine podman --tmpdir="$work/tmp" --cgroup-manager=cgroupfs --runtime=crun "$@"; }
buildah() { engine buildah "$@"; }

clean() {
  # The last first: some live in the pid namespace of one before, which would not go before them. (Podman says much where there is no systemd.)
  for ((i = ${#containers[@]} - 1; i >= 0; i--)); do
    podman rm --force --time=0 "${containers[i]}" >/dev/null 2>"$work/rm" || echo "image: the container ${containers[i]} is left: $(cat "$work/rm")" >&2
  done
  for _ in $(seq 50); do rm -rf "$work" 2>/dev/null && break; sleep 0.1; done
}
trap clean EXIT

fail() { echo "image: $*" >&2; exit 1; }
ok() { echo "ok   $*"; }

# Or they would want more descriptors than a root without CAP_SYS_RESOURCE may have.
printf '[containers]\ndefault_ulimits = ["nofile=1024:1024"]\n' >"$work/containers.conf"

# --- The base: what runtime-deps has (libc, libgcc, libstdc++, zlib, OpenSSL, certificates, a user), and nothing else: no shell.
root=$work/base
mkdir -p "$root"/{etc/ssl/certs,tmp,var/lib,proc,sys,dev}
for library in $(ldd "$program" /usr/lib/x86_64-linux-gnu/{libstdc++.so.6,libgcc_s.so.1,libz.so.1,libssl.so.3,libcrypto.so.3} 2>/dev/null | grep -o '/[^ ]*\.so[^ ]*' | grep -v : | sort -u) \
  /usr/lib/x86_64-linux-gnu/{libstdc++.so.6,libgcc_s.so.1,libz.so.1,libssl.so.3,libcrypto.so.3}; do
  [ -e "$library" ] || continue
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
[ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
printf 'root:x:0:0:root:/root:/usr/sbin/nologin\napp:x:1654:1654::/home/app:/usr/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\napp:x:1654:\n' >"$root/etc/group"
chmod 1777 "$root/tmp"
printf 'FROM scratch\nCOPY . /\n' >"$work/Base"
buildah build --quiet --isolation=chroot -f "$work/Base" -t "$base" "$root" >/dev/null || fail "the stand-in for the base can't be made"

# --- The image: the Dockerfile, but that its first stage has the program ready.
mkdir -p "$work/context/program" "$work/context/state"
cp "$program" "$(dirname "$program")/libe_sqlite3.so" "$work/context/program/"
{
  echo "ARG BASE=$base"
  echo 'FROM scratch AS build'
  echo 'COPY . /'
  sed -n '/^# A directory of the user/,$p' Dockerfile
} >"$work/Image"
grep -q '^FROM ${BASE}' "$work/Image" || fail "the Dockerfile has no stage of the base any more"
buildah build --quiet --isolation=chroot --format docker --pull-never -f "$work/Image" -t "$image" "$work/context" >/dev/null || fail "it can't be built"

inspect() { podman image inspect --format "$1" "$image"; }
size=$(inspect '{{.Size}}')
[ "$size" -lt "$limit" ] || fail "$size bytes are more than $limit"
ok "$((size / 1000000)) MB, of which the program $(($(stat -c %s "$program") / 1000000)) MB (the base is a stand-in)"
[ "$(inspect '{{.User}}')" = 1654 ] || fail "it runs as $(inspect '{{.User}}')"
inspect '{{.HealthCheck}}' | grep -q 'process-arsenal health' || fail "it has no health check"
ok "its user is 1654, and it has a health check"

if [ "$(id -u)" -ne 0 ]; then echo "image: built; to run it takes root" >&2; exit 0; fi
start() { # start NAME OPTIONS... : the program in the background
  local name=$1
  shift
  containers+=("$name")
  podman run --detach --name "$name" --network=none --ulimit=nofile=1024:1024 --ulimit=nproc=1000:1000 "$@" >"$work/$name.log" 2>&1 || fail "podman can't run it: $(cat "$work/$name.log")"
}
ask() { podman exec "$1" /opt/process-arsenal/process-arsenal "${@:2}"; }
ready() { # ready NAME
  for _ in $(seq 100); do ask "$1" health --ready >"$work/ready" 2>&1 && return; sleep 0.2; done
  fail "$1 does not become ready: $(cat "$work/ready"; podman logs "$1" 2>&1 | tail -5)"
}

# --- By itself: as it comes, with nothing that can be written but its volume, and no capability.
start alone --read-only --read-only-tmpfs=false --cap-drop=all --security-opt=no-new-privileges "$image"
ready alone
podman exec alone /opt/process-arsenal/process-arsenal ps >"$work/ps"
grep -q process-arsenal "$work/ps" || fail "ps does not show the program itself"
podman healthcheck run alone || fail "the health check fails"
ok "not root, root file system read-only, no capabilities: ready; the health check passes"

# --- As a sidecar: in the pid namespace of a service of the same user. The service is the program too, that is all there is in the image.
start service --user 1654 "$image" serve --listen-metrics http://127.0.0.1:9000 --listen-control ""
ready_port() { podman exec service /opt/process-arsenal/process-arsenal health --listen-metrics http://127.0.0.1:9000 >/dev/null 2>&1; }
for _ in $(seq 100); do ready_port && break; sleep 0.2; done
start sidecar --pid=container:service --read-only --read-only-tmpfs=false --cap-drop=all "$image"
ready sidecar
ask sidecar ps --output json >"$work/sidecar"
[ "$(grep -c '"name": "process-arsenal"' "$work/sidecar")" -ge 2 ] || fail "the sidecar does not see the service: $(cat "$work/sidecar")"
ask sidecar inspect 1 >"$work/inspect" || fail "the sidecar can't inspect pid 1"
grep -q 9000 "$work/inspect" || fail "the sidecar does not see how the service was started"
ok "as a sidecar in the service's pid namespace it sees the service, its arguments and descriptors"

# --- For a whole pid namespace as root with capabilities.
start root --user 0 --cap-drop=all --cap-add=SYS_PTRACE --cap-add=DAC_OVERRIDE --pid=container:service --read-only --read-only-tmpfs=false "$image"
ready root
ask root find 'has(io_read) and pid = 1' | grep -q process-arsenal || fail "as root with CAP_SYS_PTRACE it does not see the disk I/O of another user"
ok "as root with CAP_SYS_PTRACE and CAP_DAC_OVERRIDE it sees the disk I/O of another user"

# --- The same without root: Podman gives added capabilities to other users too; Docker and Kubernetes do not.
start other --user 1654 --cap-drop=all --cap-add=SYS_PTRACE --cap-add=DAC_OVERRIDE --pid=container:service --read-only --read-only-tmpfs=false "$image"
ready other
ask other find 'has(io_read) and user = "root"' | grep -q process-arsenal || fail "as an ordinary user with CAP_SYS_PTRACE it does not see the disk I/O of root"
ok "as an ordinary user with CAP_SYS_PTRACE and CAP_DAC_OVERRIDE it sees the disk I/O of root"
podman stop --time=10 alone >/dev/null
[ "$(podman inspect --format '{{.State.ExitCode}}' alone)" = 0 ] || fail "it ends with $(podman inspect --format '{{.State.ExitCode}}' alone)"
ok "it ends by SIGTERM with 0"
