"""Run a command where there is no network but loopback, and count what it tried to send elsewhere.

`unshare --net python -m tests.loopback_only COUNTS COMMAND...` raises the loopback interface of the namespace that
`unshare` has made, runs the command, and writes the kernel's counters of the namespace as JSON into the file COUNTS.
"""

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

UNSHARE = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
"""Begins the command; needs root, or a kernel that lets everybody make namespaces."""

SET_FLAGS, UP = 0x8914, 0x1  # SIOCSIFFLAGS, IFF_UP of <linux/if.h>


def main() -> int:
    """Run what the command line names, and return its exit status."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh", b"lo", UP) + bytes(22))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests run in the background of a shell
    counts, *command = sys.argv[1:]
    with subprocess.Popen(command) as process:
        try:
            process.wait()
        except KeyboardInterrupt:  # meant for the command, which has received it, too
            process.wait()
    Path(counts).write_text(json.dumps(attempts()))
    return process.returncode


def attempts() -> dict[str, int]:
    """How often somebody wanted to send to where no route leads, and asked loopback for a name server's port."""
    names, values = (line.split()[1:] for line in _lines("/proc/net/snmp", "Ip:"))
    ip = dict(zip(names, map(int, values), strict=True))
    names, values = (line.split()[1:] for line in _lines("/proc/net/snmp", "Udp:"))
    udp = dict(zip(names, map(int, values), strict=True))
    ip6 = dict(line.split() for line in _lines("/proc/net/snmp6", "Ip6"))
    return {"ipv4": ip["OutNoRoutes"], "ipv6": int(ip6["Ip6OutNoRoutes"]), "names": udp["NoPorts"]}


def _lines(file: str, beginning: str) -> list[str]:
    return [line for line in Path(file).read_text().splitlines() if line.startswith(beginning)]


if __name__ == "__main__":
    sys.exit(main())
