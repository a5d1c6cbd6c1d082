"""Runs the variants of a group side by side: each a process of its own, one run of each in turn, and so on for all rounds.

Reads {"rounds": N, "variants": [{"name": ..., see sender.py}, ...]} and writes one JSON line for each run, or one with
`error`. Called by bench/calibrate.mjs here, and in user-mode Linux for what this kernel cannot do.
"""
import json
import os
import random
import subprocess
import sys

SENDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sender.py")


def main():
    group = json.loads(sys.stdin.read())
    senders = []
    try:
        for spec in group["variants"]:
            process = subprocess.Popen(
                [sys.executable, SENDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
            )
            senders.append((spec["name"], process))
            ask(spec["name"], process, json.dumps({"rounds": group["rounds"], **spec}))
        order = random.Random(group.get("seed", 1))
        for _ in range(group["rounds"]):
            # A fixed order would give each variant the same neighbour before it, whose rules fill the caches.
            for name, process in order.sample(senders, len(senders)):
                with open("/proc/loadavg") as file:
                    load = float(file.read().split()[0])
                print(json.dumps({"name": name, "load": load, **ask(name, process, "run")}), flush=True)
    finally:
        for _, process in senders:
            process.stdin.close()
        for _, process in senders:
            process.wait()


def ask(name, process, line):
    try:
        process.stdin.write(line + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass
    said = process.stdout.readline()
    answer = json.loads(said) if said else {"error": "the sender ended"}
    if "error" in answer:
        print(json.dumps({"error": f"{name}: {answer['error']}"}), flush=True)
        sys.exit(1)
    return answer


main()
