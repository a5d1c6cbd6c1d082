"""
Tells what the kernel at hand lacks, in a namespace of its own.

    probe.py REQUIREMENTS.json ANSWER.json

REQUIREMENTS.json is an array of the words of `src/requirements.ts`, such as "match recent" or "sysctl net.ipv4.ip_forward".
ANSWER.json says {release, smp, hz, uptime, lacks}, where `lacks` has the reason for each requirement that is not met. Everything is
asked of the kernel by trying, so that it may load its modules; nothing that is tried is kept.
"""

import ctypes
import errno
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time

import own_kernel

libc = ctypes.CDLL(None, use_errno=True)
IPT_SO_GET_REVISION_MATCH, IPT_SO_GET_REVISION_TARGET = 66, 67
ABSENT = "not in this kernel"


def tried(*words):
    """Why a command does not work, or nothing."""
    try:
        done = subprocess.run(words, capture_output=True, text=True)
    except FileNotFoundError:
        return f"no {words[0]} on this machine"
    return ABSENT if done.returncode else None


def extension(option):
    """A match or target is known if the kernel says anything but "no such" when asked for its revision."""

    def ask(name):
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as asking:
            request = ctypes.create_string_buffer(struct.pack("=29sB", name.encode(), 0), 30)
            size = ctypes.c_uint(30)
            if libc.getsockopt(asking.fileno(), socket.IPPROTO_IP, option, request, ctypes.byref(size)) >= 0:
                return None
        return None if ctypes.get_errno() == errno.EPROTONOSUPPORT else ABSENT

    return ask


def table(name):
    return tried("iptables", "-t", name, "-S")


def set_type(kind):
    range_of = {"bitmap:port": ["range", "0-7"], "bitmap:ip": ["range", "10.0.0.0/29"], "bitmap:ip,mac": ["range", "10.0.0.0/29"]}
    why = tried("ipset", "create", "probe", kind, *range_of.get(kind, []))
    if why is None:
        subprocess.run(["ipset", "destroy", "probe"], check=True)
    return why


def sysctl(name):
    # A device of a scenario is not here, but has the parameters that every device has.
    name = re.sub(r"^(net\.ipv[46]\.(?:conf|neigh))\.(?!all\.|default\.|lo\.).*\.([^.]+)$", r"\1.default.\2", name)
    path = "/proc/sys/" + name.translate(str.maketrans("./", "/."))
    try:
        with open(path) as file:
            value = file.read()
        with open(path, "w") as file:
            file.write(value)
    except FileNotFoundError:
        return ABSENT
    except OSError:
        return "cannot be set in a namespace"
    return None


def trace(_):
    try:
        own_kernel.NetlinkLog()
        with open("/proc/sys/net/netfilter/nf_log/2", "w") as file:
            file.write(own_kernel.NetlinkLog.logger)
    except OSError:
        return "no netlink log in this kernel"
    return None


def tracker(protocol):
    """A tracker of connections is known by a parameter of its own."""
    parameter = {"dccp": "dccp_loose", "sctp": "sctp_timeout_closed", "gre": "gre_timeout"}[protocol]
    return sysctl(f"net.netfilter.nf_conntrack_{parameter}")


KINDS = {
    "IPVS": lambda _: tried("ipvsadm", "-Ln"),
    # A dummy that is there from the beginning is played by something else: see play.py.
    "dummy": lambda name: None if name == "" or own_kernel.has_dummies() else ABSENT,
    "match": extension(IPT_SO_GET_REVISION_MATCH),
    "target": extension(IPT_SO_GET_REVISION_TARGET),
    "table": table,
    "set": set_type,
    "sysctl": sysctl,
    "trace": trace,
    "tracker": tracker,
    "tun": lambda _: None if os.path.exists("/dev/net/tun") else "no /dev/net/tun",
    "conntrack": lambda _: tried("conntrack", "-L"),
    "rules": lambda _: tried("ip", "rule", "list"),
}


def main():
    requirements_file, answer_file = sys.argv[1:]
    with open(requirements_file) as file:
        requirements = json.load(file)
    lacks = {}
    for requirement in requirements:
        kind, _, name = requirement.partition(" ")
        why = KINDS[kind](name)
        if why is not None:
            lacks[requirement] = why
    answer = {
        "release": os.uname().release,
        "smp": " SMP" in os.uname().version,
        "hz": round(1 / own_kernel.jiffy()),
        "uptime": time.monotonic(),
        "lacks": lacks,
    }
    with open(answer_file, "w") as file:
        json.dump(answer, file)


if __name__ == "__main__":
    main()
