"""Runs a command and answers for all of its descendants.

    python -I -S supervise.py --grace SECONDS [--remove DIR]... -- COMMAND…

Started by the laptop's run process in a session of its own, with stdin a pipe that the run process holds, the lifeline:
its EOF means that the run process is gone, even by SIGKILL. SIGTERM, or the lifeline's end, becomes SIGTERM for the
command, and after the grace SIGKILL for everything. When the command has ended, every remaining descendant is ended
(also those with a process group or session of their own, as pyspark's daemon has), the folders are removed, and the
exit code is the command's, 128 + n for signal n. Only the standard library, and nothing of this package, is used.

On Linux orphans are handed to this process (a child subreaper) and the command dies with it. Elsewhere descendants are
found by their session, so that one which makes a session of its own *and* loses its parent is missed.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LINUX = sys.platform.startswith("linux")
ORDERLY_SECONDS = 2.0
HOPELESS_SECONDS = 30.0  # a process in the kernel's uninterruptible sleep can't be ended by anybody


def die_with_parent(number: int):
    """A preexec_fn that sends the child this signal when its parent's main thread ends; None where that isn't known."""
    if not LINUX:
        return None
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it ended before the call
            os.kill(os.getpid(), number)

    return prepare


def descendants() -> set[int]:
    """All processes below this one, and where it leads its session, all others of the session."""
    me, table = os.getpid(), processes()
    found = {pid for pid, (_, session) in table.items() if session == me} - {me}
    below = {me} | found
    while True:
        more = {pid for pid, (parent, _) in table.items() if parent in below} - below
        if not more:
            return below - {me}
        below |= more


def processes() -> dict[int, tuple[int, int]]:
    """Every process that isn't a zombie: (parent, session)."""
    table = {}
    if LINUX:
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/stat", "rb") as stat:
                    # the command's name, in parentheses, may hold anything
                    state, parent, _, session = stat.read().rpartition(b")")[2].split()[:4]
            except (OSError, ValueError):
                continue
            if state not in (b"Z", b"X"):
                table[int(name)] = (int(parent), int(session))
        return table
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True).stdout
    for pid, parent, state in (line.split()[:3] for line in listing.splitlines()):
        try:
            if not state.startswith("Z"):
                table[int(pid)] = (int(parent), os.getsid(int(pid)))
        except OSError:
            continue
    return table


def send(pids: set[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            pass


class Supervisor:
    """The command, whose end is noted while any child is reaped; `stop` begins the grace."""

    def __init__(self, command: list[str], grace: float):
        self.grace, self.deadline, self.code = grace, None, None
        self.pid = self._start(command, die_with_parent(signal.SIGKILL))

    def _start(self, command: list[str], prepare) -> int:
        """Forks and executes; a SIGTERM in between waits until it can end the command."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        pid = os.fork()
        if pid == 0:
            try:
                signal.set_wakeup_fd(-1)
                for number in (*STOPPING, signal.SIGCHLD, signal.SIGPIPE):
                    signal.signal(number, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
                if prepare:
                    prepare()
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.execvp(command[0], command)
            except OSError as error:
                os.write(2, f"supervise: {command[0]} can't be started: {error.strerror}\n".encode())
            finally:
                os._exit(127)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        return pid

    def reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.pid:
                code = os.waitstatus_to_exitcode(status)
                self.code = code if code >= 0 else 128 - code

    def stop(self) -> None:
        if self.deadline is None:
            self.deadline = time.monotonic() + self.grace
            if self.code is None:
                send({self.pid}, signal.SIGTERM)

    def run(self, wakeup: int) -> None:
        """Until the command has ended, or the grace is over."""
        watched = [0, wakeup]
        while self.code is None:
            left = None if self.deadline is None else self.deadline - time.monotonic()
            if left is not None and left <= 0:
                return
            ready = select.select(watched, [], [], left)[0]
            if wakeup in ready and set(os.read(wakeup, 512)) & set(STOPPING):
                self.stop()
            if 0 in ready and not os.read(0, 4096):
                watched.remove(0)
                self.stop()
            self.reap()

    def end_all(self) -> None:
        """Ends what is left: with SIGTERM and a moment for it if the command has ended by itself, else with SIGKILL."""
        now = time.monotonic()
        orderly = now + (min(self.grace, ORDERLY_SECONDS) if self.code is not None else 0)
        send(descendants(), signal.SIGTERM)
        while (left := descendants()) and time.monotonic() < now + HOPELESS_SECONDS:
            if time.monotonic() >= orderly:
                send(left, signal.SIGKILL)
            time.sleep(0.02)
            self.reap()
        self.reap()


def remove(folder: str) -> None:
    """Removes a folder, again for some seconds if something is still being written to it."""
    for attempt in range(10):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            return
        time.sleep(0.1 * attempt)


def main() -> int:
    parser = argparse.ArgumentParser(prog="supervise")
    parser.add_argument("--grace", type=float, required=True, help="seconds between SIGTERM and SIGKILL")
    parser.add_argument("--remove", action="append", default=[], metavar="DIR", help="removed at the end")
    separator = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options, command = parser.parse_args(sys.argv[1:separator]), sys.argv[separator + 1 :]
    if not command:
        parser.error("-- COMMAND… is missing")
    if LINUX:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in (*STOPPING, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)  # the wakeup pipe tells; exec resets it for the command
    supervisor = Supervisor(command, options.grace)
    supervisor.run(read)
    supervisor.end_all()
    for folder in options.remove:
        remove(folder)
    return 137 if supervisor.code is None else supervisor.code


if __name__ == "__main__":
    sys.exit(main())
