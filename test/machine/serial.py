"""The far end of a guest's serial line: collects what it prints, waits for words in it, types.

Text is kept without ANSI sequences and with \\n line ends; a lone \\r (progress lines) stays. `expect` looks at
what came after the last match only, so a test reads like the dialogue it checks.
"""
import re
import threading
import time

ANSI = re.compile(r'\x1b(\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>cDEM78])')
UNFINISHED = re.compile(r'(\x1b(\[[0-9;?]*[ -/]*)?|\r)$')


class Silence(AssertionError):
    """The guest did not say what was waited for."""


class Serial:
    def __init__(self, sock, log_path=None, echo=None):
        """echo, if given, is called with every piece of cleaned text as it comes."""
        self._sock = sock
        self._echo = echo
        self._log = open(log_path, 'wb') if log_path else None
        self._pending = ''
        self._changed = threading.Condition()
        self.raw = bytearray()  # every byte as it came (terminal.py)
        self._begin = time.monotonic()
        self.text = ''    # all of it, cleaned
        self.position = 0  # what expect() has read
        self.closed = False
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self):
        while True:
            try:
                chunk = self._sock.recv(65536)
            except OSError:
                chunk = b''
            with self._changed:
                if not chunk:
                    self.closed = True
                    self._changed.notify_all()
                    return
                if self._log:
                    self._log.write(chunk)
                    self._log.flush()
                self.raw += chunk
                self._add(chunk.decode('latin1'))
                self._changed.notify_all()

    def _add(self, more):
        raw = self._pending + more
        cut = UNFINISHED.search(raw)
        end = cut.start() if cut else len(raw)
        self._pending = raw[end:]
        clean = ANSI.sub('', raw[:end]).replace('\r\n', '\n')
        self.text += clean
        if self._echo:
            self._echo(clean)

    def expect(self, pattern, timeout=60, never=None):
        """Wait for a regular expression; returns the match. `never` is one that must not come before it."""
        wanted = re.compile(pattern)
        forbidden = re.compile(never) if never else None
        end = time.monotonic() + timeout
        with self._changed:
            while True:
                unread = self.text[self.position:]
                match = wanted.search(unread)
                bad = forbidden.search(unread) if forbidden else None
                if bad and (not match or bad.start() < match.start()):
                    raise Silence(f'saw {bad.group()!r} before {pattern!r}')
                if match:
                    self.position += match.end()
                    return match
                left = end - time.monotonic()
                if left <= 0 or self.closed:
                    why = 'the line was closed' if self.closed else f'not within {timeout} s'
                    raise Silence(f'{pattern!r}: {why}; the last words were:\n{unread[-1500:]}')
                self._changed.wait(left)

    def wait_closed(self, timeout):
        """True when the guest's side went away in time."""
        self._thread.join(timeout)
        return self.closed

    def send(self, text):
        self._sock.sendall(text.encode('latin1'))

    def seconds(self):
        return time.monotonic() - self._begin
