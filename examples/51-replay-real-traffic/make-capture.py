#!/usr/bin/env python3
"""Makes the capture of this example on a real kernel, and writes down what the kernel did with it.

Needs root, iproute2, iptables-legacy, ipset, conntrack and tcpdump. Everything happens in three network namespaces of
its own: a client, a router with the rules of `rules.v4`, and a server with two addresses. One process holds sockets in
all of them, so the order of events is the order of this file.

Writes `host.yaml`, `capture.pcap` (every device of the router, both directions) and `kernel.json`.
"""

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TAG = f"cw{os.getpid()}"
CLIENT, ROUTER, SERVER = (f"{TAG}-{name}" for name in ("client", "router", "server"))

SETS = "create open hash:ip,port\nadd open 10.244.7.6,tcp:8080\nadd open 10.244.7.6,udp:5353\nadd open 10.244.7.5,udp:4444\n"
SYSCTLS = {
    "net.ipv4.ip_forward": 1,
    "net.ipv4.conf.all.rp_filter": 0,
    "net.ipv4.conf.default.rp_filter": 0,
    "net.ipv4.conf.all.send_redirects": 0,
    "net.ipv4.conf.default.send_redirects": 0,
    "net.ipv4.icmp_ratelimit": 0,
    "net.ipv4.icmp_ratemask": 0,
    "net.netfilter.nf_conntrack_acct": 1,
    "net.netfilter.nf_conntrack_udp_timeout": 2,
}

libc = ctypes.CDLL(None, use_errno=True)


def sh(line, stdin=None):
    return subprocess.run(line.split(), input=stdin, check=True, capture_output=True, text=True).stdout


def at(name, line, stdin=None):
    return sh(f"ip netns exec {name} {line}", stdin)


class Inside:
    """Within it, what this process opens belongs to a namespace."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.back = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        if libc.setns(there, 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        os.close(there)

    def __exit__(self, *_):
        libc.setns(self.back, 0x40000000)
        os.close(self.back)


def one_packet_is_one_packet(name, device):
    """No segmentation or coalescing: what is captured is what crossed the wire. Checksums stay the card's business."""
    with Inside(name), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for command in (0x1F, 0x24, 0x2C):  # ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            request = struct.pack("16sP", device.encode(), ctypes.addressof(value))
            fcntl.ioctl(probe, 0x8946, request)  # SIOCETHTOOL


def build():
    for name in (CLIENT, ROUTER, SERVER):
        sh(f"ip netns add {name}")
        at(name, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1")
    for index, device, peer, mac in ((2, "eth0", CLIENT, "01"), (3, "cni0", SERVER, "02")):
        sh(
            f"ip -n {ROUTER} link add {device} index {index} address 02:00:00:00:{mac}:01 "
            f"type veth peer name eth0 address 02:00:00:00:{mac}:02 netns {peer}"
        )
    for name, device, addresses in (
        (ROUTER, "eth0", ("192.168.7.1/24",)),
        (ROUTER, "cni0", ("10.244.7.1/24",)),
        (CLIENT, "eth0", ("192.168.7.50/24", "192.168.7.51/24")),
        (SERVER, "eth0", ("10.244.7.5/24", "10.244.7.6/24")),
    ):
        for address in addresses:
            sh(f"ip -n {name} addr add {address} dev {device}")
        sh(f"ip -n {name} link set lo up")
        sh(f"ip -n {name} link set {device} up")
        one_packet_is_one_packet(name, device)
    sh(f"ip -n {CLIENT} route add default via 192.168.7.1")
    sh(f"ip -n {SERVER} route add default via 10.244.7.1")
    with open(f"{HERE}/rules.v4") as file:
        rules = file.read()
    at(ROUTER, "ipset restore", SETS)
    at(ROUTER, "iptables-legacy-restore", rules)
    # After the rules: some of these exist only once connections are tracked.
    for key, value in SYSCTLS.items():
        at(ROUTER, f"sysctl -qw {key}={value}")
    return rules


def tcp(source=None, port=0):
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.settimeout(2)
    if source is not None:
        made.bind((source, port))
    return made


def udp(source=None, port=0):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(0.3)
    if source is not None:
        made.bind((source, port))
    return made


def listener(address, port):
    made = tcp(address, port)
    made.listen(16)
    return made


def pause(seconds=0.02):
    time.sleep(seconds)


def exchange(client, target, server, request, answer):
    """A connection with a request and its answer, closed by the client."""
    client.connect(target)
    peer, _ = server.accept()
    client.sendall(b"q" * request)
    left = request
    while left > 0:
        left -= len(peer.recv(65536))
    peer.sendall(b"a" * answer)
    left = answer
    while left > 0:
        left -= len(client.recv(65536))
    return peer


def close(client, peer):
    client.close()
    pause()
    peer.close()
    pause()


def attempt(work):
    try:
        work()
    except OSError:
        pass
    pause()


def icmp_sum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ping(raw, target, identity, sequence, size, ttl=64):
    raw.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    body = b"p" * size
    head = struct.pack("!BBHHH", 8, 0, 0, identity, sequence)
    head = struct.pack("!BBHHH", 8, 0, icmp_sum(head + body), identity, sequence)
    raw.sendto(head + body, (target, 0))
    pause(0.03)


def traffic():
    with Inside(SERVER):
        web = [listener("10.244.7.5", 8080), listener("10.244.7.6", 8080)]
        names = udp("10.244.7.5", 5353)
        other = udp("10.244.7.6", 5353)
        beacon = udp("10.244.7.6", 9999)
    with Inside(CLIENT):
        home = listener("192.168.7.50", 9000)
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        segment = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)

    # Requests through the Service, to its two servers in turn; the longest in five segments.
    for turn, answer in enumerate((300, 2600, 40, 5000, 700, 1)):
        with Inside(CLIENT):
            client = tcp("192.168.7.50", 41000 + turn)
        close(client, exchange(client, ("192.168.7.1", 80), web[turn % 2], 180, answer))

    # A server that closes first, one that resets, and the same port at once again.
    with Inside(CLIENT):
        client = tcp("192.168.7.50", 42000)
    peer = exchange(client, ("10.244.7.6", 8080), web[1], 90, 90)
    close(peer, client)
    with Inside(CLIENT):
        client = tcp("192.168.7.50", 42001)
    peer = exchange(client, ("10.244.7.6", 8080), web[1], 90, 90)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    close(client, peer)
    with Inside(CLIENT):
        client = tcp("192.168.7.50", 42001)
    close(client, exchange(client, ("10.244.7.6", 8080), web[1], 90, 90))

    # One port of two clients: masqueraded, the second gets a port that the kernel draws.
    held = []
    for source in ("192.168.7.50", "192.168.7.51"):
        with Inside(CLIENT):
            client = tcp(source, 43000)
        held.append((client, exchange(client, ("10.244.7.6", 8080), web[1], 500, 1400)))
    for client, peer in held:
        client.sendall(b"more")
        peer.recv(100)
        pause()
    close(*held[1])
    for source in ("192.168.7.50", "192.168.7.51"):
        with Inside(CLIENT):
            client = udp(source, 43001)
        client.sendto(b"who", ("10.244.7.6", 5353))
        _, back = other.recvfrom(100)
        other.sendto(b"somebody", back)
        client.recv(100)
        pause()
        client.close()

    # Names: answered, asked again before and after the entry has gone, and not answered at all.
    with Inside(CLIENT):
        client = udp("192.168.7.50", 44000)
    for wait in (0.1, 2.6, 0.1):
        client.sendto(b"x" * 40, ("192.168.7.1", 53))
        if wait < 1:
            _, back = names.recvfrom(100)
            names.sendto(b"y" * 120, back)
            client.recv(200)
        else:
            names.recvfrom(100)
        time.sleep(wait)
    client.close()

    # Nobody listens: at the server, at the router, and where a rule answers.
    for target in (("10.244.7.5", 4444), ("192.168.7.1", 4445), ("192.168.7.1", 7)):
        with Inside(CLIENT):
            client = udp("192.168.7.50", 45000)
        client.connect(target)
        client.send(b"hello")
        attempt(lambda: client.recv(100))
        client.close()
    for target in (("192.168.7.1", 8443), ("10.244.7.5", 23), ("10.244.7.5", 25)):
        with Inside(CLIENT):
            client = tcp("192.168.7.50", 45001)
        attempt(lambda: client.connect(target))
        client.close()

    # Dropped: the SYN is sent again after one and after three seconds.
    with Inside(CLIENT):
        client = tcp("192.168.7.50", 45002)
    client.settimeout(3.3)
    attempt(lambda: client.connect(("10.244.7.5", 81)))
    client.close()

    # Pings: to the router, through it until the limit says no, in fragments, and one that runs out of time.
    for sequence in range(3):
        ping(raw, "192.168.7.1", 0x1111, sequence, 56)
    for sequence in range(4):
        ping(raw, "10.244.7.5", 0x2222, sequence, 56)
    ping(raw, "10.244.7.6", 0x3333, 0, 3300)
    ping(raw, "10.244.7.5", 0x2222, 4, 56, ttl=1)
    for sequence in range(8):
        ping(raw, "10.244.7.5", 0x4440 + sequence, 0, 56)

    # Untracked datagrams there and back; the rules turn tracking off, so nothing is masqueraded.
    with Inside(CLIENT):
        client = udp("192.168.7.51", 9999)
    client.sendto(b"tick", ("10.244.7.6", 9999))
    _, back = beacon.recvfrom(100)
    beacon.sendto(b"tock", back)
    client.recv(100)
    pause()

    # Segments that belong to nothing: a reset, and one whose checksum is wrong.
    for flags, checksum in ((4, None), (2, 0xBEEF)):
        head = struct.pack("!HHIIBBHHH", 46000, 8080, 1000, 0, 5 << 4, flags, 1024, 0, 0)
        pseudo = socket.inet_aton("192.168.7.50") + socket.inet_aton("10.244.7.6") + struct.pack("!BBH", 0, 6, 20)
        value = icmp_sum(pseudo + head) if checksum is None else checksum
        segment.sendto(head[:16] + struct.pack("!H", value) + head[18:], ("10.244.7.6", 0))
        pause()

    # The other way: a server that calls a client, masqueraded on the other side.
    with Inside(SERVER):
        caller = tcp("10.244.7.5", 47000)
    close(caller, exchange(caller, ("192.168.7.50", 9000), home, 600, 1500))

    # Let the last acknowledgements pass. One connection stays open.
    time.sleep(0.3)
    return held


def first_time(path):
    with open(path, "rb") as file:
        head = file.read(32)
    magic, = struct.unpack("<I", head[:4])
    seconds, fraction = struct.unpack("<II", head[24:32])
    return seconds + fraction / (1e9 if magic == 0xA1B23C4D else 1e6)


def main():
    capture = f"{HERE}/capture.pcap"
    try:
        rules = build()
        dump = subprocess.Popen(
            ["ip", "netns", "exec", ROUTER, "tcpdump", "-i", "any", "-nU", "--immediate-mode", "-Z", "root"]
            # Each place of the buffer is as long as the longest packet may be: the default has room for eight.
            + ["--time-stamp-precision=nano", "-s", "2048", "-B", "16384", "-w", capture, "ip"],
            stderr=subprocess.PIPE,
            text=True,
        )
        dump.stderr.readline()
        time.sleep(0.5)
        held = traffic()
        listed = time.time()
        answers = {
            "iptables-save -c": at(ROUTER, "iptables-legacy-save -c").splitlines(),
            "conntrack -L -o extended": at(ROUTER, "conntrack -L -o extended").splitlines(),
        }
        dump.send_signal(signal.SIGINT)
        _, said = dump.communicate()
        if "\n0 packets dropped by kernel" not in said:
            raise SystemExit(f"the capture is not whole:\n{said}")
        del held
    finally:
        for name in (CLIENT, ROUTER, SERVER):
            subprocess.run(["ip", "netns", "del", name], check=False)
    # Lines that say when something ran say nothing about packets.
    answers["iptables-save -c"] = [line for line in answers["iptables-save -c"] if not line.startswith("#")]
    answers = {"linux": ".".join(os.uname().release.split("-")[0].split(".")[:2]), **answers}
    answers["listed, seconds after the first packet"] = round(listed - first_time(capture), 3)
    with open(f"{HERE}/kernel.json", "w") as file:
        json.dump(answers, file, indent=1)
        file.write("\n")
    indented = lambda text: "".join(f"  {line}\n" for line in text.splitlines())
    with open(f"{HERE}/host.yaml", "w") as file:
        file.write(
            "# Written by make-capture.py: the router of the capture.\n"
            "name: router\n"
            "interfaces:\n"
            "  - { name: eth0, addresses: [192.168.7.1/24] }\n"
            "  - { name: cni0, addresses: [10.244.7.1/24] }\n"
            "sysctls:\n"
            + "".join(f"  {key}: {value}\n" for key, value in SYSCTLS.items())
            + "ipset: |\n" + indented(SETS) + "iptables: |\n" + indented(rules) + "steps: []\n"
        )


if __name__ == "__main__":
    main()
