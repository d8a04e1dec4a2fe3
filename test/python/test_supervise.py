"""The supervisor with real processes: it leaves nothing behind, whoever dies first."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SUPERVISE = Path(__file__).parents[2] / "images/spark-sedona/python/sparkflow/supervise.py"
PATIENCE = 15.0

# Writes its pid to a file of the folder argv[1] and sleeps; the steps before that are given by name.
CHILD = """
import os, signal, sys, time
folder, *steps = sys.argv[1:]
def note(name):
    path = os.path.join(folder, name)
    open(path + ".part", "w").write(str(os.getpid()))
    os.rename(path + ".part", path)
if "deaf" in steps: signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "polite" in steps: signal.signal(signal.SIGTERM, lambda *_: (note("said goodbye"), os._exit(7)))
if "setsid" in steps and os.fork() == 0:
    os.setsid()
    if os.fork() == 0: signal.signal(signal.SIGTERM, signal.SIG_IGN); note("grandchild"); time.sleep(600)
    os._exit(0)
if "group" in steps and os.fork() == 0:
    os.setpgid(0, 0); note("group"); time.sleep(600)
for step, name in (("setsid", "grandchild"), ("group", "group")):
    while step in steps and not os.path.exists(os.path.join(folder, name)): time.sleep(0.01)
note("child")
if "exit" in steps: sys.exit(5)
if "segv" in steps: os.kill(os.getpid(), signal.SIGKILL)
time.sleep(600)
"""

HOLDER = """
import subprocess, sys, time
print(subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, start_new_session=True).pid, flush=True)
time.sleep(600)
"""


class Run:
    """The supervisor in a session of its own, its lifeline, and the folder with the pids of what it runs."""

    def __init__(self, folder: Path, *steps: str, grace: float = 5, remove: tuple = ()):
        self.folder = folder
        read, self.lifeline = os.pipe()
        options = [f"--remove={path}" for path in remove]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(SUPERVISE), "--grace", str(grace), *options),
                *("--", sys.executable, "-c", CHILD, str(folder), *steps),
            ],
            stdin=read,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        os.close(read)

    def pid(self, name: str) -> int:
        until(lambda: (self.folder / name).exists())
        return int((self.folder / name).read_text())

    def end(self) -> int:
        return self.process.wait(PATIENCE)


@pytest.fixture
def run(tmp_path):
    """Starts supervisors and ends those that a failed test has left."""
    runs = []

    def start(*steps, **options):
        runs.append(Run(tmp_path, *steps, **options))
        return runs[-1]

    yield start
    for each in runs:
        each.process.kill()
        each.process.wait()
        for file in tmp_path.iterdir():
            if file.is_file() and file.read_text().isdigit() and alive(int(file.read_text())):
                os.kill(int(file.read_text()), signal.SIGKILL)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.01)


def test_the_exit_code_is_the_commands(run):
    assert run("exit").end() == 5


def test_a_command_that_a_signal_ended_gives_128_and_the_signal(run):
    assert run("segv").end() == 137


def test_a_command_that_can_not_be_started_is_told():
    command = [sys.executable, "-I", "-S", str(SUPERVISE), "--grace", "1", "--", "/no/such/command"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.wait(PATIENCE) == 127
        assert process.stderr.read() == "supervise: /no/such/command can't be started: No such file or directory\n"


def test_the_command_reads_nothing_and_is_in_the_supervisors_group(run):
    started = run()
    pid = started.pid("child")
    assert os.readlink(f"/proc/{pid}/fd/0") == "/dev/null"
    assert os.getpgid(pid) == started.process.pid


def test_sigterm_is_passed_on_and_the_commands_own_exit_code_counts(run):
    started = run("polite")
    started.pid("child")
    started.process.terminate()
    assert started.end() == 7
    assert (started.folder / "said goodbye").exists()


def test_after_the_grace_everything_is_killed(run):
    started = run("deaf", "setsid", grace=0.5)
    pids = [started.pid("child"), started.pid("grandchild")]
    begun = time.monotonic()
    started.process.terminate()
    assert started.end() == 137
    assert time.monotonic() - begun < 5
    assert not any(map(alive, pids))


def test_descendants_that_left_the_session_or_the_group_end_with_the_command(run):
    started = run("setsid", "group", "exit", grace=1)
    assert started.end() == 5
    assert not alive(started.pid("grandchild"))
    assert not alive(started.pid("group"))


def test_the_lifelines_end_ends_everything(run):
    started = run("setsid", grace=0.5)
    pids = [started.pid("child"), started.pid("grandchild")]
    os.close(started.lifeline)
    assert started.end() == 143
    assert not any(map(alive, pids))


def test_a_kill_of_the_lifelines_holder_leaves_nothing(tmp_path):
    folder, gone = tmp_path / "pids", tmp_path / "gone"
    folder.mkdir()
    gone.mkdir()
    holder = subprocess.Popen(
        [
            *(sys.executable, "-c", HOLDER),
            *(sys.executable, "-I", "-S", str(SUPERVISE), "--grace", "0.5", "--remove", str(gone), "--"),
            *(sys.executable, "-c", CHILD, str(folder), "deaf", "setsid", "group"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    supervisor = int(holder.stdout.readline())
    until(lambda: (folder / "child").exists())
    pids = [supervisor, *(int((folder / name).read_text()) for name in ("child", "grandchild", "group"))]
    assert all(map(alive, pids))
    holder.kill()
    holder.wait()
    holder.stdout.close()
    until(lambda: not any(map(alive, pids)))
    assert not gone.exists()


def test_a_kill_of_the_supervisor_takes_the_command_with_it(run):
    started = run("deaf")
    pid = started.pid("child")
    started.process.kill()
    until(lambda: not alive(pid))


def test_folders_are_removed_even_if_something_was_being_written_there(run, tmp_path):
    folders = [tmp_path / "task" / "a", tmp_path / "b"]
    for folder in folders:
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "file").touch()
    assert run("exit", remove=(*folders, tmp_path / "never there")).end() == 5
    assert not any(folder.exists() for folder in folders)


def test_where_there_is_no_proc_the_table_comes_from_ps(monkeypatch):
    from sparkflow import supervise

    with_proc = supervise.processes()
    monkeypatch.setattr(supervise, "LINUX", False)
    assert supervise.processes()[os.getpid()] == with_proc[os.getpid()] == (os.getppid(), os.getsid(0))
