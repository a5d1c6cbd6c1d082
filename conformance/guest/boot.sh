#!/usr/bin/env bash
# Boots one user-mode Linux guest on this machine's own file system and lets it run one command.
#
#   boot.sh WORK SECONDS
#
# WORK is a directory that the guest may write to; it holds `run.sh`, which the guest executes with WORK as its
# directory. Afterwards WORK holds `stdout`, `stderr` and `status` (the command's exit status) and `console`
# (what the guest kernel said). Exit status: 0 the guest ended by itself, 1 it died early, 2 it cannot be started,
# 124 it ran out of time.
#
# Guests share nothing but the machine: the root file system is mounted read-only, WORK is their only way out, and
# sockets and module paths are private. So any number of them may run side by side, and none needs root here.
set -u

usage() { echo "usage: boot.sh WORK SECONDS" >&2; exit 2; }
[ $# -eq 2 ] && [ -d "$1" ] && [ -f "$1/run.sh" ] || usage
work=$(cd "$1" && pwd -P)
seconds=$2
guest=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

command -v linux.uml >/dev/null || { echo "boot.sh: linux.uml is not installed (Debian package user-mode-linux)" >&2; exit 2; }
[ -d /usr/lib/uml/modules ] || { echo "boot.sh: no modules under /usr/lib/uml/modules" >&2; exit 2; }

# The kernel hands words that it does not know to process 1 as environment, and splits its command line at blanks.
case "$guest$work" in *[[:space:]]*) echo "boot.sh: no blanks are possible in $guest or $work" >&2; exit 2 ;; esac

rm -f "$work/status" "$work/stdout" "$work/stderr"
mkdir -p "$work/uml"

# The memory is the size that the recorded results were made with: it decides the size of the conntrack table.
timeout --kill-after=5 "$seconds" linux.uml \
    mem=1G rootfstype=hostfs rootflags=/ ro init="$guest/init.sh" \
    con0=fd:0,fd:1 con=null quiet uml_dir="$work/uml/" umid=guest \
    CHAINWALK_GUEST="$guest" CHAINWALK_WORK="$work" \
    </dev/null >"$work/console" 2>&1 &
kernel=$!
# `timeout` passes the signal on, and the kernel takes its helpers with it.
trap 'kill -TERM "$kernel" 2>/dev/null' INT TERM HUP
wait "$kernel"; ended=$?
while kill -0 "$kernel" 2>/dev/null; do wait "$kernel"; ended=$?; done

# A kernel that was killed leaves its pid file, and helpers in the process group that it led.
if [ -f "$work/uml/guest/pid" ]; then kill -KILL -- "-$(cat "$work/uml/guest/pid")" 2>/dev/null; fi
rm -rf "$work/uml"
if [ -f "$work/status" ]; then exit 0; fi
if [ "$ended" -eq 124 ] || [ "$ended" -eq 137 ]; then exit 124; fi
exit 1
