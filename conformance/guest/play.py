"""
Plays scenarios inside the guest, each in a network namespace of its own.

    play.py [--own] SCENARIOS.json RESULTS.jsonl

SCENARIOS.json is an array of [index, scenario]; every result is written at once as a line {index, result, late}, so
that what was done survives a kernel that dies. `late` is by how many milliseconds the worst step missed its time, if
that is another tick, else 0. A result with `failed` means that the scenario could not be set up; it says what the
tools said. With --own the kernel is not a guest's but the machine's own: see own_kernel.py.
"""

import ctypes
import errno
import fcntl
import json
import os
import re
import shlex
import socket
import struct
import subprocess
import sys
import time

import own_kernel
from packet import answer, decode, encode, error_about

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
IP_PKTINFO = 8

OWN = "--own" in sys.argv

JIFFY = own_kernel.jiffy()  # the guest kernel's HZ is 100
PHASE = own_kernel.phase(JIFFY) if OWN else 0.0
MIDDLE = JIFFY / 5  # how far into a jiffy a step is played: far enough from either end to be sure which one it is
MARGIN = JIFFY / 10  # a later step may fall into the next jiffy
ATTEMPTS = 3  # of a scenario with times, while a busy machine makes its steps late

# Kept once for all namespaces, so they are set from the first one, and set back afterwards.
GLOBAL_SYSCTLS = ["net.netfilter.nf_conntrack_max", "net.netfilter.nf_conntrack_buckets"]

BASE_SYSCTLS = {
    "net.ipv6.conf.all.disable_ipv6": "1",  # no neighbour or router discovery between the packets
    "net.ipv6.conf.default.disable_ipv6": "1",
    "net.ipv4.ip_forward": "1",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "0",
    "net.ipv4.conf.all.send_redirects": "0",
    "net.ipv4.conf.default.send_redirects": "0",
    "net.ipv4.icmp_ratelimit": "0",
    "net.ipv4.icmp_ratemask": "0",  # a limit of 0 alone would starve the errors about missing routes, which share its bucket
    "net.netfilter.nf_conntrack_acct": "1",
}

TRACE = re.compile(r"TRACE: (\S+)")


def ticks(moment):
    return int((moment - PHASE) / JIFFY)


class SetupError(Exception):
    """The scenario's configuration was refused."""


def sysctl_path(name):
    # A dot in an interface's name is written as a slash, as sysctl(8) does.
    return "/proc/sys/" + name.translate(str.maketrans("./", "/."))


def read_sysctl(name):
    with open(sysctl_path(name)) as file:
        return file.read().strip()


def write_sysctl(name, value):
    try:
        with open(sysctl_path(name), "w") as file:
            file.write(str(value))
    except OSError as error:
        raise SetupError(f"sysctl {name}={value}: {error.strerror}") from error


def tool(*words, stdin=None, silent=False):
    """Runs a tool that must succeed, and if `silent` must not complain, and returns what it printed."""
    done = subprocess.run(words, input=stdin, text=True, capture_output=True)
    if done.returncode or silent and done.stderr.strip():
        raise SetupError(f"{' '.join(words)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


class Kmsg:
    """The kernel's log from now on."""

    logger = "nf_log_ipv4"

    def __init__(self):
        self.descriptor = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.descriptor, 0, os.SEEK_END)

    def records(self):
        """What was logged since the last call."""
        while True:
            try:
                yield os.read(self.descriptor, 8192).decode(errors="replace")
            except BlockingIOError:
                return


class Device:
    """A point-to-point link whose far end is this process."""

    def __init__(self, name):
        self.name = name
        self.descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))

    def arrive(self, data):
        try:
            os.write(self.descriptor, data)
        except OSError as error:
            # A device that is down, or was removed by a step, takes nothing.
            if error.errno not in (errno.EIO, errno.EBADFD, errno.ENETDOWN):
                raise

    def left(self):
        """The IPv4 packets that were sent out since the last call."""
        packets = []
        while True:
            try:
                data = os.read(self.descriptor, 65536)
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.EBADFD, errno.EIO):
                    return packets
                raise
            if data[0] >> 4 == 4:
                packets.append(data)


class Ears:
    """Raw sockets that hear what is delivered to this host without being what it is delivered to."""

    def __init__(self):
        self.sockets = []
        for proto in (socket.IPPROTO_ICMP, socket.IPPROTO_TCP, socket.IPPROTO_UDP):
            ear = socket.socket(socket.AF_INET, socket.SOCK_RAW, proto)
            ear.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
            ear.setblocking(False)
            self.sockets.append(ear)

    def heard(self):
        events = []
        for ear in self.sockets:
            while True:
                try:
                    data, ancillary, _, _ = ear.recvmsg(65536, 256)
                except BlockingIOError:
                    break
                device = "?"
                for level, kind, value in ancillary:
                    if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
                        device = name_of(struct.unpack("i", value[:4])[0])
                events.append({"deliver": device, "packet": decode(data)})
        return events


def name_of(index):
    try:
        return socket.if_indextoname(index)
    except OSError:
        return "?"


class Host:
    """The host of one scenario, in the namespace of this process."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.tracing = "TRACE" in scenario.get("iptables", "") or any(
            "TRACE" in step.get("run", "") + step.get("stdin", "") for step in scenario["steps"]
        )
        self.devices = {}
        self.dummies = []
        self.went_out = {}  # id of a step -> (device, bytes, fields) of the first packet that it sent out
        self.first_namespace = os.open("/proc/1/ns/net", os.O_RDONLY)
        self.own_namespace = os.open("/proc/self/ns/net", os.O_RDONLY)

    def set_up(self):
        for name, value in {**BASE_SYSCTLS, **(own_kernel.SYSCTLS if OWN else {})}.items():
            # A machine's own kernel need not have IPv6, or all the rest.
            if not OWN or os.path.exists(sysctl_path(name)):
                write_sysctl(name, value)
        commands = ["link set dev lo up"]
        for interface in self.scenario.get("interfaces", []):
            name, kind = interface["name"], interface.get("kind", "device")
            if kind == "device":
                self.devices[name] = Device(name)
            elif kind == "dummy" and OWN and not own_kernel.has_dummies():
                # A link that nobody reads from swallows packets as a dummy does.
                self.dummies.append(Device(name))
            elif kind == "dummy":
                commands.append(f"link add name {name} type dummy")
            else:
                raise SetupError(f"interface {name}: no kind {kind}")
            if "mtu" in interface:
                commands.append(f"link set dev {name} mtu {interface['mtu']}")
            commands += [f"addr add {address} dev {name}" for address in interface.get("addresses", [])]
            if interface.get("up", True):
                commands.append(f"link set dev {name} up")
        tool("ip", "-batch", "-", stdin="".join(command + "\n" for command in commands))
        for name, value in self.scenario.get("sysctls", {}).items():
            if OWN or name not in GLOBAL_SYSCTLS:
                write_sysctl(name, value)
        if self.scenario.get("routes"):
            tool("ip", "-batch", "-", stdin="".join(f"route add {route}\n" for route in self.scenario["routes"]))
        if self.scenario.get("ipset"):
            tool("ipset", "restore", stdin=self.scenario["ipset"])
        if self.scenario.get("iptables"):
            tool("iptables-restore", stdin=self.scenario["iptables"])
        if self.scenario.get("ipvs"):
            # It goes on after a command that failed, and its status is that of the last one.
            tool("ipvsadm", "-R", stdin=self.scenario["ipvs"], silent=True)
        if self.tracing:
            self.log = own_kernel.NetlinkLog() if OWN else Kmsg()
            write_sysctl("net.netfilter.nf_log.2", self.log.logger)
        self.ears = Ears()
        self.mouth = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.mouth.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)

    def traced(self):
        """TRACE lines since the last call, cut to table:chain:kind:number."""
        return [found.group(1) for found in map(TRACE.search, self.log.records()) if found]

    def collect(self, result, identity=None):
        """Adds to the result of a step everything that happened since the last call."""
        if OWN and not own_kernel.wait_for_softirqs():
            raise SetupError(f"packets go round in circles: {json.dumps(result)[:200]}")
        for name, device in self.devices.items():
            for data in device.left():
                fields = decode(data)
                result["events"].append({"out": name, "packet": fields})
                if identity is not None and identity not in self.went_out:
                    self.went_out[identity] = (device, data, fields)
        for device in self.dummies:
            device.left()
        result["events"] += self.ears.heard()
        if self.tracing:
            result.setdefault("trace", []).extend(self.traced())

    def say(self, packet, result):
        """A process of this host sends a packet."""
        try:
            data = encode(packet)
            self.mouth.sendto(data, (socket.inet_ntoa(data[16:20]), 0))
        except OSError as error:
            result["error"] = errno.errorcode.get(error.errno, str(error.errno))

    def command(self, line, stdin, result):
        words = shlex.split(line)
        # What belongs to all namespaces can only be written from the first one.
        everywhere = not OWN and words[0] == "sysctl" and any(name in line for name in GLOBAL_SYSCTLS)
        if everywhere:
            libc.setns(self.first_namespace, CLONE_NEWNET)
        try:
            done = subprocess.run(words, input=stdin or "", text=True, capture_output=True)
            result["status"], result["stdout"] = done.returncode, done.stdout
        except FileNotFoundError:
            result["status"], result["stdout"] = 127, ""
        finally:
            if everywhere:
                libc.setns(self.own_namespace, CLONE_NEWNET)

    def step(self, step):
        result = {"events": []}
        identity = step.get("id")
        if "run" in step:
            self.command(step["run"], step.get("stdin"), result)
        elif "reply" in step or "reply_error" in step:
            origin = self.went_out.get(step.get("reply", step.get("reply_error")))
            if origin is None:
                result["skipped"] = True
            else:
                device, data, fields = origin
                if "reply" in step:
                    device.arrive(encode(answer(fields, step.get("packet", {}))))
                else:
                    device.arrive(error_about(fields, data, step["type"], step["code"]))
        elif "in" in step:
            if step["in"] not in self.devices:
                raise SetupError(f"no device {step['in']} for a packet to arrive on")
            self.devices[step["in"]].arrive(encode(step["packet"]))
        else:
            self.say(step["packet"], result)
        self.collect(result, identity)
        return result

    def play(self):
        results, late = [], 0.0
        timed = any("at" in step for step in self.scenario["steps"])
        start = next_jiffy()
        for step in self.scenario["steps"]:
            if timed:
                due = start + step.get("at", 0) / 1000
                pause = due - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
                if results:  # what timers did meanwhile belongs to the step that set them
                    self.collect(results[-1])
                now = time.monotonic()
                if "at" in step and ticks(now + MARGIN) != ticks(due):
                    late = max(late, (now - due) * 1000)
            results.append(self.step(step))
        return results, late

    def state(self):
        # Starting tools is what a scenario costs, so those are left out that can have nothing to say.
        said = json.dumps(self.scenario)
        services = LISTINGS if "ipvs" in said else NOTHING
        sets = LISTINGS if "ipset" in said or "SET" in said else NOTHING
        return {
            "iptables": tool("iptables-save", "-c"),
            "conntrack": tool("conntrack", "-L", "-o", "extended").splitlines(),
            "ipvs": services["ipvs"](),
            "ipvs_conns": services["ipvs_conns"](),
            "ipset": sets["ipset"](),
        }


LISTINGS = {
    "ipvs": lambda: tool("ipvsadm", "-Ln", "--exact"),
    "ipvs_conns": lambda: tool("ipvsadm", "-Lnc"),
    "ipset": lambda: tool("ipset", "save"),
}
NOTHING = {}  # what they print in a namespace where nobody uses them


def learn_nothing():
    for name, listing in LISTINGS.items():
        try:
            printed = listing()
        except (SetupError, FileNotFoundError):
            if not OWN:
                raise
            printed = ""  # no kernel without IPVS is asked about it
        NOTHING[name] = lambda printed=printed: printed


def next_jiffy():
    """Waits for a moment that is safely inside a jiffy, so that every `at` counts jiffies exactly."""
    now = time.monotonic()
    moment = (ticks(now) + 1) * JIFFY + PHASE + MIDDLE
    time.sleep(moment - now)
    return moment


def play(scenario):
    """One scenario in a new namespace of this process."""
    result = {"name": scenario.get("name", "")}
    late = 0.0
    try:
        if libc.unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "unshare")
        host = Host(scenario)
        host.set_up()
        result["steps"], late = host.play()
        result.update(host.state())
    except SetupError as error:
        result["failed"] = str(error)
    return {"result": result, "late": round(late, 2)}


def in_child(scenario):
    """
    A forked child plays, so that its namespace ends with it; its answer comes through a pipe. The fork is of a small
    process that has everything loaded, which costs far less than starting another.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            if OWN:
                own_kernel.be_punctual()
            with os.fdopen(writer, "w") as pipe:
                json.dump(play(scenario), pipe)
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    if not text:
        return {"result": {"name": scenario.get("name", ""), "failed": "the player broke; see its stderr"}, "late": 0}
    return json.loads(text)


def hurry_softirqs():
    """
    A packet from this host to itself waits in a queue that a kernel thread may have to empty. With real-time priority
    the thread does so before the sending call returns, and the packet's events belong to the right step.
    """
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/comm") as file:
                name = file.read()
        except OSError:  # it ended meanwhile
            continue
        if name.startswith("ksoftirqd/"):
            os.sched_setscheduler(int(process), os.SCHED_FIFO, os.sched_param(1))


def with_globals(scenario):
    wanted = {name: value for name, value in scenario.get("sysctls", {}).items() if name in GLOBAL_SYSCTLS}
    before = {name: read_sysctl(name) for name in GLOBAL_SYSCTLS}
    try:
        for name in GLOBAL_SYSCTLS:
            if name in wanted:
                write_sysctl(name, wanted[name])
        answered = in_child(scenario)
    except SetupError as error:
        answered = {"result": {"name": scenario.get("name", ""), "failed": str(error)}, "late": 0}
    # The number of buckets sets the limit too, so the limit comes last.
    for name in reversed(GLOBAL_SYSCTLS):
        if read_sysctl(name) != before[name]:
            write_sysctl(name, before[name])
    return answered


def main():
    scenarios_file, results_file = sys.argv[-2:]
    with open(scenarios_file) as file:
        scenarios = json.load(file)
    learn_nothing()
    if OWN:
        own_kernel.stay_on_one_cpu()
    else:
        hurry_softirqs()
    with open(results_file, "w") as file:
        for index, scenario in scenarios:
            best = None
            for _ in range(ATTEMPTS):
                # On a machine's own kernel a scenario has what its namespace has.
                answered = in_child(scenario) if OWN else with_globals(scenario)
                if best is None or answered["late"] < best["late"]:
                    best = answered
                if best["late"] == 0:
                    break
            file.write(json.dumps({"index": index, **best}) + "\n")
            file.flush()
            os.fsync(file.fileno())


if __name__ == "__main__":
    main()
