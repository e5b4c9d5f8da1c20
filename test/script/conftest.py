"""puck-script under ASan and UBSan, and the words for it."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OBJ = pathlib.Path(os.environ.get('PUCK_OBJ', ROOT / 'build'))
LIMIT_S = 60


class Tool:
    def __init__(self, cwd):
        self.cwd = cwd

    def __call__(self, *argv, text=None):
        """Run it; text is its stdin. Returns (status, stdout, stderr)."""
        # A booted kernel ends the program where it is: what is in use then is no leak.
        env = dict(os.environ, ASAN_OPTIONS='detect_leaks=0')
        done = subprocess.run([str(OBJ.resolve() / 'test/puck-script'), *map(str, argv)], cwd=self.cwd, env=env,
                              input=text if text is None or isinstance(text, bytes) else text.encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S, check=False)
        err = done.stderr.decode(errors='replace')
        err = ''.join(line for line in err.splitlines(True) if 'makecontext/swapcontext' not in line)
        assert 'Sanitizer' not in err and 'runtime error' not in err, err
        return done.returncode, done.stdout.decode(errors='replace'), err

    def check(self, body, *options, magic=True):
        """Check a script; what it says, as lines "LINE:COLUMN: error: ...", line 1 being the first of body."""
        text = ('#!ipxe\n' if magic else '') + body
        _, out, _ = self('check', *options, '-', text=text)
        first = 1 if magic else 0
        said = []
        for line in out.splitlines():
            name, number, rest = line.split(':', 2)
            assert name == '-'
            said.append(f'{int(number) - first}:{rest}')
        return said

    def file(self, name, content):
        path = self.cwd / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def run(self, body, *options):
        """Run a script beside the files that were made. Returns (status, everything that is shown)."""
        self.file('t.ipxe', '#!ipxe\n' + body)
        status, out, err = self('run', *options, 't.ipxe')
        assert not err, err
        return status, out

    def shows(self, body, *options):
        """What a script prints that ends well, without what the tool tells."""
        status, out = self.run(body, *options)
        assert status == 0, out
        return [line for line in out.splitlines() if not line.startswith('[run]')]


@pytest.fixture(scope='session')
def kernel(tmp_path_factory):
    """A file that the loader takes for a Linux kernel."""
    path = tmp_path_factory.mktemp('kernel') / 'vmlinuz'
    subprocess.run(['nasm', '-f', 'bin', '-o', path, ROOT / 'test/machine/probe_kernel.asm'], check=True)
    return path.read_bytes()


@pytest.fixture
def tool(tmp_path):
    return Tool(tmp_path)
