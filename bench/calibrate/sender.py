"""One variant of bench/calibrate: a process in a network namespace of its own that sends packets and times them.

Reads one JSON object on its first line of input and answers `ready`; answers each line `run` after that with the
nanoseconds of a packet in the shortest part of the run, or in the lower quartile. That is time of the clock: processor time has the time taken
off that the hypervisor gave to others, and often more than that. Ends with its input or its parent. The namespace
has no name: it ends with the process, however that ends, and everything that was set up in it.
"""
import ctypes
import json
import os
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
CLONE_NEWNS = 0x00020000
PR_SET_PDEATHSIG = 1
SIGKILL = 9
BATCH = 64
PART_NANOSECONDS = 500_000  # what a part of a run takes at most, where all packets are alike
MANY = 512  # packets of a part where they differ: their mean is to be that of all
FIRST_ADDRESS = 0x0A400000  # 10.64.0.0
STRIDE = 7919  # a prime: each run meets destinations from everywhere
PAYLOAD = b"\0" * 18  # 46 bytes with the headers: the smallest frame

libc = ctypes.CDLL(None, use_errno=True)


def answer(value):
    print(json.dumps(value), flush=True)


def fail(words):
    answer({"error": words})
    sys.exit(1)


def check(result, what):
    if result < 0:
        fail(f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def command(argv, text=None):
    """Runs a tool here in the namespace; what it says is the error."""
    try:
        done = subprocess.run(argv, input=text, capture_output=True, text=True)
    except FileNotFoundError:
        fail(f"{argv[0]} is missing")
    if done.returncode != 0:
        fail(f"{' '.join(argv)}: {(done.stderr or done.stdout).strip()[:500]}")
    return done.stdout


def enter_namespace():
    libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    check(libc.unshare(CLONE_NEWNET | CLONE_NEWNS), "a network namespace of its own")
    # /proc/sys/net and /sys show the namespace of whoever mounted them last; this mount is seen by nobody else.
    check(libc.mount(b"none", b"/", None, ctypes.c_ulong(0x44000), None), "private mounts")


def sink(kinds):
    """A device that drops what it is to send: dummy, or ifb, which drops all that was not redirected to it."""
    for kind in kinds:
        done = subprocess.run(["ip", "link", "add", "sink", "type", kind], capture_output=True, text=True)
        if done.returncode == 0:
            break
    else:
        fail(f"no device of type {' or '.join(kinds)}: {done.stderr.strip()}")
    command(["ip", "link", "set", "lo", "up"])
    # Without a queue discipline (noqueue) a packet goes straight to the driver.
    subprocess.run(["tc", "qdisc", "replace", "dev", "sink", "root", "noqueue"], capture_output=True)
    command(["ip", "addr", "add", "10.99.0.1/24", "dev", "sink"])
    command(["ip", "link", "set", "sink", "up"])
    command(["ip", "neigh", "replace", "10.99.0.2", "lladdr", "02:00:00:00:00:02", "dev", "sink", "nud", "permanent"])
    command(["ip", "route", "add", "10.64.0.0/10", "via", "10.99.0.2"])


def run_in(namespace, argv, text=None):
    """Runs a tool in the network namespace of a process, under a /proc and a /sys that show it."""
    see = "mount -t proc none /proc && mount -t sysfs none /sys; exec \"$@\""
    return command(
        ["nsenter", f"--net=/proc/{namespace}/ns/net", "unshare", "-m", "sh", "-c", see, "sh", *argv], text
    )


def namespace_beside():
    """A network namespace more: the number of a child in it, which ends with this process."""
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
        if libc.unshare(CLONE_NEWNET) == 0:
            os.write(told, b".")
        while True:
            time.sleep(3600)
    if os.read(ready, 1) != b".":
        fail("a network namespace beside it")
    return child


def receivers(hops, kinds):
    """Instead of the sink a veth, whose other end is in a namespace that forwards to the next, or to a sink of its own."""
    here = os.getpid()
    mac = "02:00:00:00:00:02"
    for hop, setup in enumerate(hops):
        there = namespace_beside()
        run_in(here, ["ip", "link", "set", "lo", "up"])
        run_in(here, ["ip", "link", "add", "sink", "type", "veth", "peer", "name", "in", "address", mac, "netns", str(there)])
        run_in(here, ["tc", "qdisc", "replace", "dev", "sink", "root", "noqueue"])
        next_hop(here, f"10.99.{hop}")
        run_in(there, ["ip", "addr", "add", f"10.99.{hop}.2/24", "dev", "in"])
        run_in(there, ["ip", "link", "set", "in", "up"])
        run_in(there, ["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.in.rp_filter=0"])
        for step in setup:
            run_in(there, step["argv"], step.get("stdin"))
        here = there
    for kind in kinds:
        done = subprocess.run(
            ["nsenter", f"--net=/proc/{here}/ns/net", "ip", "link", "add", "sink", "type", kind], capture_output=True
        )
        if done.returncode == 0:
            break
    run_in(here, ["tc", "qdisc", "replace", "dev", "sink", "root", "noqueue"])
    next_hop(here, "10.98.0")


def next_hop(namespace, network):
    """The way to all destinations out of the device `sink` of a namespace."""
    run_in(namespace, ["ip", "addr", "add", f"{network}.1/24", "dev", "sink"])
    run_in(namespace, ["ip", "link", "set", "sink", "up"])
    neighbour = [f"{network}.2", "lladdr", "02:00:00:00:00:02", "dev", "sink", "nud", "permanent"]
    run_in(namespace, ["ip", "neigh", "replace", *neighbour])
    run_in(namespace, ["ip", "route", "add", "10.64.0.0/10", "via", f"{network}.2"])


class Messages:
    """Headers for sendmmsg(2), made beforehand: flow i goes to 10.64.0.0 + i."""

    def __init__(self, flows, base_port, connected):
        # A few flows come several times, so that they fill a batch.
        self.count = count = flows if flows >= BATCH else flows * (BATCH // flows)
        self.differ = flows >= BATCH
        self.payload = ctypes.create_string_buffer(PAYLOAD)
        self.iovec = struct.pack("QQ", ctypes.addressof(self.payload), len(PAYLOAD))
        self.iovec_buffer = ctypes.create_string_buffer(self.iovec)
        self.addresses = ctypes.create_string_buffer(16 * count)
        self.headers = ctypes.create_string_buffer(64 * count)
        iovec_at = ctypes.addressof(self.iovec_buffer)
        addresses_at = ctypes.addressof(self.addresses)
        self.headers_at = ctypes.addressof(self.headers)
        addresses = bytearray(16 * count)
        headers = bytearray(64 * count)
        for i in range(count):
            struct.pack_into("<H", addresses, 16 * i, socket.AF_INET)
            struct.pack_into("!HI", addresses, 16 * i + 2, base_port, FIRST_ADDRESS + i % flows)
            # struct mmsghdr: name, its length, iovec, how many, control, its length, flags, bytes sent
            name, length = (0, 0) if connected else (addresses_at + 16 * i, 16)
            struct.pack_into("QIxxxxQQQQiI", headers, 64 * i, name, length, iovec_at, 1, 0, 0, 0, 0)
        ctypes.memmove(self.addresses, bytes(addresses), len(addresses))
        ctypes.memmove(self.headers, bytes(headers), len(headers))

    def write_headers(self, destinations, port):
        """For a raw socket: each message is a whole packet, from a port of its own to one destination after the other."""
        size = 28 + len(PAYLOAD)
        packets = bytearray(size * self.count)
        self.packets = ctypes.create_string_buffer(size * self.count)
        self.iovecs = ctypes.create_string_buffer(16 * self.count)
        iovecs = bytearray(16 * self.count)
        for i in range(self.count):
            address = FIRST_ADDRESS + i * STRIDE % destinations
            packets[size * i : size * i + 28] = struct.pack(
                "!BBHHHBBHIIHHHH", 0x45, 0, size, 0, 0, 64, 17, 0, 0x0A630001, address,
                1024 + i % 64000, port, size - 20, 0,
            )
            struct.pack_into("QQ", iovecs, 16 * i, ctypes.addressof(self.packets) + size * i, size)
            struct.pack_into("!I", self.addresses, 16 * i + 4, address)
            struct.pack_into("Q", self.headers, 64 * i + 16, ctypes.addressof(self.iovecs) + 16 * i)
        ctypes.memmove(self.packets, bytes(packets), len(packets))
        ctypes.memmove(self.iovecs, bytes(iovecs), len(iovecs))

    def send(self, descriptor, first, count, part=1 << 30):
        """Sends `count` messages from `first` on, round and round, `part` at a time. The answer is the nanoseconds of a
        message in the shortest part, by the clock: while it ran, nobody else had the processor. Where messages differ it
        is that of the lower quartile: the shortest would be the one whose flows happened to be in a cache."""
        sendmmsg = libc.sendmmsg
        clock = time.perf_counter_ns
        at = first % self.count
        headers_at = self.headers_at
        total = self.count
        parts = []
        while count > 0:
            size_of_part = left = min(part, count)
            start = clock()
            while left > 0:
                size = min(BATCH, left, total - at)
                sent = sendmmsg(descriptor, ctypes.c_void_p(headers_at + 64 * at), size, 0)
                if sent <= 0:
                    # A rule or a full table refused the packet: that is a result too, but none that is meant here.
                    fail(f"sendmmsg: {os.strerror(ctypes.get_errno())}")
                at += sent
                if at >= total:
                    at = 0
                left -= sent
            spent = clock() - start
            count -= size_of_part
            if size_of_part == part or not parts:
                parts.append(spent / size_of_part)
        return sorted(parts)[(len(parts) - 1) // 4 if self.differ else 0]


def flush_connections():
    """`conntrack -F` for this namespace, without that tool: IPCTNL_MSG_CT_DELETE of everything."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as link:
        # nlmsghdr: length, NFNL_SUBSYS_CTNETLINK and DELETE, REQUEST and ACK, sequence, port; nfgenmsg: AF_INET
        link.send(struct.pack("=IHHII", 20, 0x0102, 0x0005, 1, 0) + struct.pack("=BBH", socket.AF_INET, 0, 0))
        answer = link.recv(4096)
        code = struct.unpack_from("=i", answer, 16)[0]
        if code != 0:
            fail(f"flushing connections: {os.strerror(-code)}")


def connections():
    with open("/proc/sys/net/netfilter/nf_conntrack_count") as file:
        return int(file.read())


def yardstick():
    """Nanoseconds of an iteration of a loop in this interpreter: how fast the machine is at the moment."""
    shortest = float("inf")
    for _ in range(20):
        start = time.perf_counter_ns()
        value = 0
        for i in range(5_000):
            value += i & 3
        shortest = min(shortest, (time.perf_counter_ns() - start) / 5_000)
    return shortest


def steps(spec, name):
    """Runs commands of a variant; each may have text for its standard input."""
    for step in spec.get(name, []):
        command(step["argv"], step.get("stdin"))


def timed_commands(spec):
    """A variant that times tools."""
    for line in sys.stdin:
        if line.strip() != "run":
            break
        steps(spec, "before")
        start = time.perf_counter_ns()
        steps(spec, "timed")
        answer({"ns": time.perf_counter_ns() - start, "loop": yardstick()})


def timed_packets(spec):
    flows = spec.get("flows", 1)
    fresh = spec.get("fresh", 0)
    once = spec.get("once", False)
    rounds = spec["rounds"] if once else 1
    port = spec.get("port", 80)
    messages = Messages(flows + fresh * rounds, port, spec.get("connected", False))
    if "services" in spec:
        messages.write_headers(spec["services"], port)
        sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    else:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("10.99.0.1", 40000))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    if spec.get("connected"):
        sock.connect(("10.64.0.0", port))
    descriptor = sock.fileno()
    # All flows once, so that connections are there; then how many make a part, and how many a run.
    messages.send(descriptor, 0, flows)
    part = MANY
    if fresh == 0:
        each = messages.send(descriptor, 0, 2 * BATCH, 1 if flows < BATCH else BATCH)
        per_run = max(BATCH, int(spec["nanoseconds"] / each) // BATCH * BATCH)
        if flows < BATCH:
            part = max(4, min(BATCH, int(PART_NANOSECONDS / each)))
    answer({"ready": True})
    at = flows if once else 0
    for line in sys.stdin:
        if line.strip() != "run":
            break
        if fresh == 0:
            # The first batch brings the rules and the code back into the caches; it is not counted.
            messages.send(descriptor, at, BATCH)
            ns = messages.send(descriptor, at + BATCH, per_run, part)
            at = (at + BATCH + per_run) % messages.count
        elif once:
            # New flows every time, none twice: for tables that nothing empties quickly.
            messages.send(descriptor, 0, min(flows, BATCH))
            ns = messages.send(descriptor, at, fresh, part)
            at += fresh
        else:
            flush_connections()
            messages.send(descriptor, 0, flows)
            messages.send(descriptor, 0, min(flows, BATCH))
            ns = messages.send(descriptor, flows, fresh, part)
        result = {"ns": ns, "loop": yardstick()}
        if spec.get("count"):
            result["connections"] = connections()
        answer(result)


def main():
    spec = json.loads(sys.stdin.readline())
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, ({spec["cpu"]} & allowed) or allowed)
    os.environ["XTABLES_LOCKFILE"] = spec["lock"]
    enter_namespace()
    if "hops" in spec:
        receivers(spec["hops"], spec["sinks"])
    else:
        sink(spec["sinks"])
    steps(spec, "setup")
    if "timed" in spec:
        answer({"ready": True})
        timed_commands(spec)
    else:
        timed_packets(spec)


main()
