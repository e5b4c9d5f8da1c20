"""What a person meets at the terminal: make's words for mistakes, `make run`, `make debug`."""
import os
import pathlib
import re
import subprocess

import pexpect
import pytest

from conftest import BIN, OBJ, ROOT


def make(*words, **environment):
    """Run make, which must refuse; its words."""
    done = subprocess.run(['make', '-C', ROOT, f'O={OBJ}', f'BIN={BIN}', *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True,
                          env={**os.environ, 'MAKEFLAGS': '', **environment})
    assert done.returncode
    return [line for line in done.stdout.splitlines() if not re.match(r'make(\[\d+\])?: ', line)]


def test_unknown_names(work):
    """One sentence each, with the names that would do."""
    (said,) = make('frob')
    assert "'frob'" in said and 'check-unit' in said and 'demo' in said
    (said,) = make(f'{BIN}/puck.iso')
    assert 'puck.iso' in said and 'puck.lkrn' in said
    (said,) = make(f'EMBED={work}/missing', f'{OBJ}/embed.asm')
    assert 'missing' in said and 'no such file' in said


def test_unknown_features(work):
    def says(line):
        (work / 'my.list').write_text(line + '\n')
        done = subprocess.run([ROOT / 'tools/mklists', work / 'my.list', OBJ / 'libpuck.a'], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode
        (said,) = done.stderr.splitlines()
        return said
    assert 'e1000' in says('driver e1001')
    assert 'imgfetch' in says('command imgfetsch')
    assert 'the lists are driver, ' in says('divers e1000')
    assert 'help commands' in says('help all')


def test_missing_tool(work):
    """Without nasm, in a tree with nothing built: the package to install."""
    tools = work / 'tools'
    tools.mkdir()
    for directory in os.environ['PATH'].split(':'):
        for tool in pathlib.Path(directory).glob('*'):
            if tool.name != 'nasm' and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool)
    (said,) = make(f'O={work}/o', f'BIN={work}/bin', 'images', PATH=str(tools))
    assert 'nasm' in said and 'make setup' in said


def start(*words, **environment):
    return pexpect.spawn(str(ROOT / 'tools/run'), list(map(str, words)), timeout=120, encoding='latin1',
                         env={**os.environ, 'TERM': 'dumb', **environment}, dimensions=(50, 200))


@pytest.mark.parametrize('image, nic', [('puck.lkrn', 'virtio'), ('puck.usb', 'e1000'), ('undionly.kpxe', 'rtl8139')])
def test_run(images, image, nic):
    """An image, its shell on the terminal, and the way out."""
    term = start(images / image, NIC=nic)
    term.expect('puck> ')
    term.send('dhcp net0 && echo I-AM-${net0/ip}\r')
    term.expect(r'I-AM-10\.0\.2\.15')
    term.send('\x01x')
    term.expect(pexpect.EOF)
    term.close()
    assert term.exitstatus == 0


def test_debug(images):
    """gdb stops at puck_main with symbols at the relocated address, and again where it is told to."""
    term = start('--debug', OBJ / 'puck.elf', images / 'puck.lkrn')
    term.expect(r'serial line is /dev/pts/\d+')
    term.expect(r'program goes to (0x[1-9a-f]\w{6})')
    place = term.match[1]
    term.expect(r'Breakpoint 1, puck_main \(mb=0x\w+\) at \S*boot/main\.c:\d+')
    for line, answer in (('break drivers_probe_all', 'Breakpoint 2 at'),
                         ('continue', 'Breakpoint 2, drivers_probe_all'),
                         ('print/x mailbox->magic', '= 0x4b435550'),
                         ('info symbol $pc', r'in section \.text'),
                         ('print/x mailbox->program_start', '= ' + place)):
        term.expect(r'\(gdb\) ')
        term.sendline(line)
        term.expect(answer)
    term.sendline('kill')
    term.sendline('quit')
    term.expect(pexpect.EOF)
    term.close()
