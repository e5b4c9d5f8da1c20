"""Child processes that never outlive the test: each dies with its parent (PR_SET_PDEATHSIG) and is stopped by pid."""
import ctypes
import os
import signal
import subprocess
import sys

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


def _die_with_parent():
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(5)


def start(argv, **popen):
    """Popen that is killed when this process ends, however it ends."""
    return subprocess.Popen(argv, preexec_fn=_die_with_parent, **popen)


def stop(child):
    """End a child politely, then by force; returns its exit status. Harmless when it has ended."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return child.returncode


def run(*argv):
    """Run a command that must succeed; its words are the exception's when it does not."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    if done.returncode:
        raise RuntimeError(f'{" ".join(map(str, argv))}: {done.stdout.decode(errors="replace").strip()}')
    return done.stdout.decode(errors='replace')


def die_on_signals():
    """Let SIGTERM and SIGHUP unwind `with` blocks as Ctrl-C does."""
    def leave(number, _frame):
        sys.exit(128 + number)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
