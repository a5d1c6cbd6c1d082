#!/usr/bin/env bash
# Runs one command on this machine's own kernel, in namespaces of its own: what boot.sh does with a guest, without one.
#
#   namespace.sh WORK SECONDS
#
# WORK and the files in it, and the exit status, are those of boot.sh; `console` stays empty. Needs root. Network, mounts
# and processes are private: the machine's own network is not touched, and nothing that was started outlives this.
set -u

if [ "${1-}" = --inside ]; then
    # Process 1 of the new namespaces. /run is private for the lock of iptables, and for its tools under one name.
    export PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TZ=UTC HOME=/run TMPDIR=/run/tmp
    cd "$CHAINWALK_WORK" && mount -t tmpfs run /run && mkdir -p /run/bin /run/tmp || exit 2
    for tool in iptables iptables-save iptables-restore; do
        ln -s "$(command -v xtables-legacy-multi)" "/run/bin/$tool"
    done
    bash ./run.sh >stdout 2>stderr
    echo $? >status
    exit 0
fi

[ $# -eq 2 ] && [ -d "$1" ] && [ -f "$1/run.sh" ] || { echo "usage: namespace.sh WORK SECONDS" >&2; exit 2; }
export CHAINWALK_WORK CHAINWALK_GUEST
CHAINWALK_WORK=$(cd "$1" && pwd -P)
CHAINWALK_GUEST=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$CHAINWALK_WORK" || exit 2
rm -f status stdout stderr
: >console

timeout --kill-after=5 "$2" unshare --net --mount --pid --fork --kill-child --mount-proc \
    bash "$CHAINWALK_GUEST/namespace.sh" --inside </dev/null 2>complaint &
inside=$!
# `timeout` passes the signal on, and everything in the namespaces ends with their process 1.
trap 'kill -TERM "$inside" 2>/dev/null' INT TERM HUP
wait "$inside"; ended=$?
while kill -0 "$inside" 2>/dev/null; do wait "$inside"; ended=$?; done
if [ -f status ]; then exit 0; fi
if [ "$ended" -eq 124 ] || [ "$ended" -eq 137 ]; then exit 124; fi
cat complaint >&2
exit 2
