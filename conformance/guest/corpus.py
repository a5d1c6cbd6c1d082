"""
Asks the tools about lines of text, inside the guest: are they accepted, and what is saved?

    corpus.py CASES.json ANSWERS.json

CASES.json is an array of {kind: "iptables", table, chain, rule} and {kind: "ipset" or "ipvsadm", commands: [...]}.
ANSWERS.json has an answer for each: {ok, saved: [lines], message}.
"""

import json
import os
import re
import subprocess
import sys

BUILT_IN = {
    "raw": ["PREROUTING", "OUTPUT"],
    "mangle": ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
    "nat": ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
    "filter": ["INPUT", "FORWARD", "OUTPUT"],
    "security": ["INPUT", "FORWARD", "OUTPUT"],
}

# What rules may refer to: chains to jump to in every table, and a set of every type.
USER_CHAINS = ["USER", "OTHER"]
SETS = """\
create setip hash:ip
create setip6 hash:ip family inet6
create setnet hash:net
create setmac hash:mac
create setipmac hash:ip,mac
create setipmark hash:ip,mark
create setipport hash:ip,port
create setipportip hash:ip,port,ip
create setipportnet hash:ip,port,net
create setnetport hash:net,port
create setnetnet hash:net,net
create setnetportnet hash:net,port,net
create setnetiface hash:net,iface
create setport bitmap:port range 0-65535
create setbitip bitmap:ip range 10.0.0.0/16
create setbitipmac bitmap:ip,mac range 10.0.0.0/16
create setlist list:set
create settimeout hash:ip timeout 60
create setcounters hash:ip counters
create setskbinfo hash:ip skbinfo
"""

BATCH = 200  # rules committed at once: one start of a tool costs as much as parsing hundreds of lines
MARK = "corpus:"
FAILED_AT = re.compile(r"Error occurred at line: (\d+)|: line (\d+) failed")


def run(*words, text=""):
    """Exit status, output and complaints of a tool. No answer in time counts as a refusal."""
    try:
        done = subprocess.run(words, input=text, text=True, capture_output=True, timeout=20)
    except subprocess.TimeoutExpired:
        return 1, "", "no answer in time"
    return done.returncode, done.stdout, done.stderr.strip()


def refusal(complaints):
    return {"ok": False, "saved": [], "message": complaints.partition("\n")[0]}


class KernelLog:
    """Why the kernel refused a rule stands only in its log."""

    def __init__(self):
        self.descriptor = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)

    def last(self):
        """The last message since the last call."""
        message = ""
        while True:
            try:
                # priority,number,time,flags;text, and perhaps lines of details
                message = os.read(self.descriptor, 8192).decode(errors="replace").partition(";")[2].partition("\n")[0]
            except BlockingIOError:
                return message
            except BrokenPipeError:  # more was logged than is kept; what is kept follows
                continue


class Rules:
    """The rules of one table; `answers` collects what became of each."""

    log = KernelLog()

    def __init__(self, table, cases, answers):
        self.table = table
        self.cases = cases  # index -> case
        self.answers = answers

    def head(self, indexes):
        chains = BUILT_IN.get(self.table, [])
        others = {self.cases[index]["chain"] for index in indexes} - set(chains)
        return (
            [f"*{self.table}"]
            + [f":{chain} ACCEPT [0:0]" for chain in chains]
            + [f":{chain} - [0:0]" for chain in sorted(others.union(USER_CHAINS))]
        )

    def restore(self, lines):
        """Loads these lines. Returns (accepted, line that it gave up at if known, complaints)."""
        self.log.last()
        status, _, complaints = run("iptables-restore", text="\n".join(lines) + "\n")
        if status == 0:
            return True, None, ""
        found = FAILED_AT.search(complaints)
        line = int(found.group(1) or found.group(2)) if found else None
        if line is not None and lines[line - 1] == "COMMIT":
            complaints = f"the kernel refuses it: {self.log.last() or 'without a reason'}"
        return False, line, complaints

    def load_together(self, indexes):
        """Loads rules at once. Returns (accepted, index of the one that is to blame if known, complaints)."""
        lines = self.head(indexes)
        at = {}
        for index in indexes:
            case = self.cases[index]
            lines.append(f"-A {case['chain']} {case['rule']}")
            at[len(lines)] = index
            # One line may become several rules, so a marker ends what belongs to it.
            lines.append(f"-A {case['chain']} -m comment --comment {MARK}{index}")
        accepted, line, complaints = self.restore(lines + ["COMMIT"])
        # The line is COMMIT's where the kernel refuses: it does not say which rule it means.
        return accepted, at.get(line), complaints

    def load_in_turn(self, indexes):
        """Loads rules one after the other, in one start of the tool. Returns (first that is refused, complaints)."""
        lines = []
        at = {}
        for index in indexes:
            case = self.cases[index]
            lines += self.head([index]) + [f"-A {case['chain']} {case['rule']}", "COMMIT"]
            at[len(lines)] = index
        _, line, complaints = self.restore(lines)
        return at.get(line), complaints

    def read_back(self):
        """Takes the answers from the rules that were loaded."""
        _, text, _ = run("iptables-save", "-t", self.table)
        pending = {}
        for line in text.splitlines():
            found = re.match(r"-A (\S+) ?(.*)", line)
            if not found:
                continue
            chain, rule = found.groups()
            mark = re.search(rf"--comment \"?{MARK}(\d+)\"?$", rule)
            if mark:
                self.answers[int(mark.group(1))] = {"ok": True, "saved": pending.pop(chain, []), "message": ""}
            else:
                pending.setdefault(chain, []).append(rule)

    def ask(self, indexes):
        """Loads all that can be loaded together, and finds out what is refused."""
        indexes = list(indexes)
        while indexes:
            accepted, blamed, complaints = self.load_together(indexes)
            if accepted:
                self.read_back()
                return
            if blamed is None and len(indexes) == 1:
                blamed = indexes[0]
            if blamed is None:
                blamed, complaints = self.load_in_turn(indexes)
            if blamed is None:  # each is accepted, but not together
                middle = len(indexes) // 2
                self.ask(indexes[:middle])
                indexes = indexes[middle:]
            else:
                self.answers[blamed] = refusal(complaints)
                indexes.remove(blamed)


def ask_rules(cases, answers):
    status, _, complaints = run("ipset", "restore", text=SETS)
    if status:
        sys.exit(f"the sets that rules refer to: {complaints}")
    for table in sorted({case["table"] for case in cases.values()}):
        rules = Rules(table, cases, answers)
        indexes = [index for index, case in cases.items() if case["table"] == table]
        for start in range(0, len(indexes), BATCH):
            rules.ask(indexes[start:start + BATCH])
        run("iptables-restore", text=f"*{table}\nCOMMIT\n")  # lets go of the sets
    run("ipset", "destroy")


def ask_commands(case, restore, save, clear):
    status, _, complaints = run(*restore, text="".join(command + "\n" for command in case["commands"]))
    # `ipvsadm -R` goes on after a command that failed, and its status is that of the last one; it complains of each.
    if status or complaints:
        answer = refusal(complaints or f"exit status {status}")
    else:
        answer = {"ok": True, "saved": run(*save)[1].splitlines(), "message": ""}
    run(*clear)
    return answer


def main():
    cases_file, answers_file = sys.argv[1:]
    with open(cases_file) as file:
        cases = json.load(file)
    answers = {}
    rules = {index: case for index, case in enumerate(cases) if case["kind"] == "iptables"}
    if rules:
        ask_rules(rules, answers)
    # A real server must be routable to be added: everything is, by a device that leads nowhere.
    for command in ("link add d0 type dummy", "addr add 192.0.2.1/24 dev d0", "link set d0 up", "route add default dev d0"):
        run("ip", *command.split())
    for index, case in enumerate(cases):
        if case["kind"] == "ipset":
            answers[index] = ask_commands(case, ["ipset", "restore"], ["ipset", "save"], ["ipset", "destroy"])
        elif case["kind"] == "ipvsadm":
            answers[index] = ask_commands(case, ["ipvsadm", "-R"], ["ipvsadm", "-Sn"], ["ipvsadm", "-C"])
    with open(answers_file, "w") as file:
        json.dump([answers[index] for index in range(len(cases))], file)


if __name__ == "__main__":
    main()
