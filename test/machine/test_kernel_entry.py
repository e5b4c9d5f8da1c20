"""What a kernel finds when it is entered: registers, its own parts, command line, initrd, and a BIOS as before.

The kernel is probe_kernel.asm, which only tells. Its initrd comes back over the serial line and is unpacked here.
"""
import os
import re
import subprocess

import pytest

from bochs import Bochs
from net import Slirp
from qemu import Machine, kernel, nic
from steps import BANNER, PROMPT, must

HERE = os.path.dirname(__file__)
RAW = os.urandom(2500) + b'\1'
NAMED = b'hello, named\n'
SCRIPT = '''#!ipxe
echo SCRIPT-RUNS
imgfetch -q leftover.ipxe
kernel -q probe vga=791  panic=5
initrd -q raw
initrd -q named /etc/deep/named mode=600 mkdir=1
boot
'''


@pytest.fixture
def probe(www):
    subprocess.run(['nasm', '-f', 'bin', '-o', www / 'probe', f'{HERE}/probe_kernel.asm'], check=True)
    (www / 'raw').write_bytes(RAW)
    (www / 'named').write_bytes(NAMED)
    (www / 'leftover.ipxe').write_text('#!ipxe\necho not for a kernel\n')
    (www / 'autoexec.ipxe').write_text(SCRIPT)
    return www / 'probe'


def cpio_entry(rd):
    """The newc entry at the start of rd: (mode, name, data), and what follows it."""
    assert rd[:6] == b'070701'
    field = [int(rd[6 + 8 * i:14 + 8 * i], 16) for i in range(13)]
    at = 110 + field[11]
    name = rd[110:at - 1].decode()
    at = -at % 4 + at
    return (field[1], name, rd[at:at + field[6]]), rd[at + field[6] + (-field[6] % 4):]


def check_initrd(rd):
    assert rd[:len(RAW)] == RAW
    entry, rest = cpio_entry(rd[len(RAW):].lstrip(b'\0'))
    assert entry == (0o40755, '/etc/deep', b'')
    entry, rest = cpio_entry(rest)
    assert entry == (0o100600, '/etc/deep/named', NAMED)
    assert rest == b''


def check_kernel(pc, probe, mem, timeout=60, bios_keeps=0x20000):
    pc.serial.expect('SCRIPT-RUNS', timeout)
    text = pc.serial.expect(r'(?ms)^(cs .*?)^PROBE-END', timeout, never='EXCEPTION|Boot failed')[1]
    told = dict(re.findall(r'(?m)^(\w+) (.*)$', text))
    number = {name: int(value, 16) for name, value in told.items() if re.fullmatch('[0-9a-f]{8}', value)}

    assert number['cs'] == 0x1020
    assert [number[s] for s in ('ds', 'es', 'fs', 'gs', 'ss')] == [0x1000] * 5
    assert number['esp'] == number['heap'] + 0x200 == 0x9000
    assert number['flags'] & 0x600 == 0, 'IF and DF must be clear'
    assert number['loader'] == 0xff
    assert told['cmdline'] == 'vga=791 panic=5'
    assert bytes.fromhex(told['pm']) == probe.read_bytes()[5 * 512:]
    assert number['ramdisk'] % 4096 == 0
    check_initrd(bytes.fromhex(told['initrd']))

    ram = re.findall(r'ram_start (\w+)\s+ram_end (\w+)', text)
    assert int(ram[-1][0], 16) == 0x100000
    assert int(ram[-1][1], 16) == (mem << 20) - bios_keeps, 'memory is still hidden'
    return number


def test_entry_lkrn(work, www, images, probe):
    with Machine(work / 'pc', nic('e1000', Slirp(tftp=www)) + kernel(images / 'puck.lkrn', 'shell'), mem=64) as pc:
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        pc.serial.send('chain tftp://10.0.2.2/autoexec.ipxe\r')
        assert check_kernel(pc, probe, 64)['base_kb'] == 639


@pytest.mark.parametrize('model', ['e1000', 'rtl8139'])
def test_entry_kpxe(work, www, probe, model):
    wire = Slirp(tftp=www, bootfile='puck.kpxe')
    with Machine(work / 'pc', nic(model, wire, rom=True), mem=64) as pc:
        pc.serial.expect(BANNER)
        assert check_kernel(pc, probe, 64)['base_kb'] == 639, "the ROM's driver is still there"


def test_entry_bochs(work, www, probe):
    """Here a segment limit below 64 KB, which QEMU overlooks, would be the end."""
    with Bochs(work / 'bochs', pxe=www, bootfile='puck.kpxe') as pc:
        pc.serial.expect(BANNER, 120)
        check_kernel(pc, probe, 128, 180, bios_keeps=0x10000)
