"""
What playing on this machine's own kernel takes that a guest does not need: a machine is busy with other things, has
several CPUs and a clock of its own, and nothing of it may be changed outside the namespace.
"""

import functools
import os
import socket
import struct
import subprocess
import time

CLOCK_MONOTONIC_COARSE = 6
NETLINK_NETFILTER = 12
SO_RCVBUFFORCE = 33
ULOG_PACKET, ULOG_CONFIG = 0x400, 0x401  # messages of the subsystem that logs packets
CFG_CMD, CFG_MODE, CFG_NLBUFSIZ, CFG_QTHRESH = 1, 2, 3, 5
PREFIX = 10

# A new namespace takes these over from the machine's first one, where anybody may have changed them; so they are as
# Linux has them on a host that forwards. What is on for all devices cannot be off for one.
QUIET = {
    "accept_local": 0, "route_localnet": 0, "src_valid_mark": 0, "log_martians": 0, "ignore_routes_with_linkdown": 0,
    "drop_unicast_in_l2_multicast": 0, "secure_redirects": 1, "shared_media": 1,
}
DEVICE_SYSCTLS = {
    "all": {**QUIET, "accept_redirects": 0, "accept_source_route": 0},
    "default": {**QUIET, "accept_redirects": 1, "accept_source_route": 1},
    "lo": {**QUIET, "accept_redirects": 1, "accept_source_route": 1},
}
SYSCTLS = {f"net.ipv4.conf.{which}.{name}": value for which, values in DEVICE_SYSCTLS.items() for name, value in values.items()}

# Of the first namespace alone in older kernels, where they stay as they are: a second has so many ICMP errors and no more.
SYSCTLS.update({"net.ipv4.icmp_msgs_per_sec": 1000000, "net.ipv4.icmp_msgs_burst": 1000000})


@functools.cache
def has_dummies():
    made = subprocess.run(["ip", "link", "add", "name", "probe", "type", "dummy"], capture_output=True)
    if made.returncode == 0:
        subprocess.run(["ip", "link", "del", "probe"], check=True)
    return made.returncode == 0


def stay_on_one_cpu():
    """The first one that this process may use; what it starts stays there too."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def be_punctual():
    """This process is there when a step is due, and the tools of steps are done before the next one is."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except OSError:
        pass  # then it is late more often, and plays such a scenario again


def jiffy():
    """The length of the kernel's tick in seconds."""
    return time.clock_getres(CLOCK_MONOTONIC_COARSE)


def phase(length):
    """How far after a multiple of a tick's length of the monotonic clock a tick begins: 0 in most kernels."""
    samples = []
    coarse = time.clock_gettime(CLOCK_MONOTONIC_COARSE)
    while len(samples) < 9:
        now = time.monotonic()
        then, coarse = coarse, time.clock_gettime(CLOCK_MONOTONIC_COARSE)
        if coarse != then:
            samples.append((now / length + 0.5) % 1 - 0.5)
    return sorted(samples)[len(samples) // 2] * length


def backlog():
    """
    How many packets wait for the kernel thread that takes over what was too much for one go: packets from this host to
    itself. None where the kernel does not say.
    """
    own = min(os.sched_getaffinity(0))
    with open("/proc/net/softnet_stat") as file:
        for line in file:
            columns = [int(word, 16) for word in line.split()]
            if len(columns) > 12 and columns[12] == own:
                return columns[11]
    return None


def wait_for_softirqs():
    """
    Waits until what a packet causes has happened, while the thread that does the rest runs. Whether it has; a packet that
    goes round in circles would keep this CPU busy for as long as the namespace is there.
    """
    for _ in range(1000):
        waiting = backlog()
        if waiting == 0:
            return True
        time.sleep(0.0005)
        if waiting is None:
            return True
    return False


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


class NetlinkLog:
    """
    The TRACE lines of this namespace, from group 0 of its netlink log; the machine's own log would have them only after
    a change for all namespaces. `net.netfilter.nf_log.2` must be `logger`.
    """

    logger = "nfnetlink_log"

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 28)
        body = struct.pack("!BBH", socket.AF_UNSPEC, 0, 0)
        body += attribute(CFG_CMD, b"\1")  # listen
        body += attribute(CFG_MODE, struct.pack("!IBx", 0, 1))  # to all but the packets themselves
        body += attribute(CFG_NLBUFSIZ, struct.pack("!I", 512)) + attribute(CFG_QTHRESH, struct.pack("!I", 1))
        self.socket.send(struct.pack("=IHHII", 16 + len(body), ULOG_CONFIG, 5, 1, 0) + body)
        reply = self.socket.recv(8192)
        error = struct.unpack_from("=i", reply, 16)[0]
        if error:
            raise OSError(-error, f"netlink log: {os.strerror(-error)}")
        self.socket.setblocking(False)

    def records(self):
        """The prefixes of the packets that were logged since the last call."""
        while True:
            try:
                data = self.socket.recv(1 << 16)
            except BlockingIOError:
                return
            while len(data) >= 16:
                length, kind = struct.unpack_from("=IH", data)
                if kind == ULOG_PACKET:
                    yield from prefixes(data[20:length])
                data = data[(length + 3) & ~3 :]


def prefixes(attributes):
    while len(attributes) >= 4:
        length, kind = struct.unpack_from("=HH", attributes)
        if kind & 0x3FFF == PREFIX:
            yield attributes[4:length].rstrip(b"\0").decode(errors="replace")
        attributes = attributes[(length + 3) & ~3 :]
