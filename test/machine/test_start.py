"""Machines that no kernel is booted on: another emulator, an old CPU with little memory, the keyboard."""
import hashlib
import re
import shutil

import media
import pytest
import process
from bochs import Bochs
from conftest import OBJ, ROOT
from net import Slirp
from qemu import Machine, cdrom, ide_disk, kernel, nic, usb_stick
from steps import BANNER, PROMPT, must


def test_bochs_pxe(work, www):
    """Bochs enforces segment limits, and its DHCP and TFTP servers are its own."""
    (www / 'autoexec.ipxe').write_text('#!ipxe\necho SCRIPT-RUNS on ${net0/ip}\n')
    with Bochs(work / 'bochs', pxe=www, bootfile='puck.kpxe') as pc:
        pc.serial.expect(BANNER, 120)
        pc.serial.expect(r'SCRIPT-RUNS on 192\.168\.10\.\d', 120)


def test_bochs_disk(work, www, images):
    (www / 'boot.ipxe').write_text('#!ipxe\necho SCRIPT-RUNS on ${net0/ip}\n')
    with Bochs(work / 'bochs', pxe=www, bootfile='boot.ipxe', disk=images / 'puck.usb') as pc:
        pc.serial.expect(BANNER, 120)
        pc.serial.expect(r'SCRIPT-RUNS on 192\.168\.10\.\d', 120)


def test_command_line_by_grub(work, images):
    """GRUB has an && of its own, so ours is quoted there; what arrives is a line of script."""
    iso = media.grub_iso(work / 'grub.iso', {'puck.lkrn': images / 'puck.lkrn'},
                         'set timeout=0\nmenuentry puck {\nlinux16 /puck.lkrn echo ONE "&&" echo TWO\n}\n')
    with Machine(work / 'pc', cdrom(iso)) as pc:
        pc.serial.expect(BANNER)
        pc.serial.expect(r'\nONE\nTWO\n')


def test_command_line_by_syslinux(work, images):
    disk = media.syslinux_disk(work / 'disk.img', {'puck.lkrn': images / 'puck.lkrn'},
                               'DEFAULT puck\nLABEL puck\nKERNEL /puck.lkrn\nAPPEND set a B && echo A-${a}-C\n')
    with Machine(work / 'pc', usb_stick(disk)) as pc:
        pc.serial.expect(BANNER)
        pc.serial.expect(r'\nA-B-C\n')


def test_embedded_script(work):
    """make EMBED= puts a script in, and it comes before everything else. Only that and the linking is made anew."""
    shutil.copytree(OBJ, work / 'o', ignore=shutil.ignore_patterns('host', 'test', 'clang', 'again', 'fuzz'))
    script = work / 'mine.ipxe'
    script.write_text('#!ipxe\necho EMBEDDED-RUNS ${platform}\nexit\n')
    process.run('make', '-s', '-C', str(ROOT), f'O={work}/o', f'BIN={work}/bin', f'EMBED={script}',
                f'{work}/bin/puck.lkrn')
    with Machine(work / 'pc', kernel(work / 'bin/puck.lkrn', 'echo not-this')) as pc:
        pc.serial.expect('EMBEDDED-RUNS pcbios', never='\nnot-this')


def test_disk_without_lba(work, www, images):
    """A BIOS that knows no reads by LBA, which here a byte of the MBR makes believe, is read by CHS."""
    (www / 'boot.ipxe').write_text('#!ipxe\necho SCRIPT-RUNS on ${net0/ip}\n')
    disk = bytearray((images / 'puck.usb').read_bytes())
    asks = disk.index(b'\xbb\xaa\x55', 0, 512)  # mov bx, 55aah
    disk[asks + 1] ^= 1
    (work / 'disk').write_bytes(disk)
    for attach in (ide_disk, usb_stick):
        with Machine(work / attach.__name__, nic('e1000', Slirp(tftp=www, bootfile='boot.ipxe')) +
                     attach(work / 'disk')) as pc:
            pc.serial.expect(r'SCRIPT-RUNS on 10\.0\.2\.15', 90)


@pytest.mark.parametrize('bios', ['helps', 'refuses'])
def test_a20(work, images, bios):
    """Started with the A20 gate shut: the BIOS opens it, or refuses and the keyboard controller does."""
    process.run('nasm', '-f', 'bin', f'-DREFUSES={int(bios == "refuses")}', '-o', work / 'shut',
                ROOT / 'test/machine/shut_a20.asm')
    disk = bytearray((images / 'puck.usb').read_bytes())
    disk[512:1024] = disk[:512]
    shut = (work / 'shut').read_bytes()
    disk[:len(shut)] = shut
    (work / 'disk').write_bytes(disk)
    with Machine(work / 'pc', ide_disk(work / 'disk')) as pc:
        pc.serial.expect('A20-IS-SHUT', 60)
        pc.serial.expect(BANNER, 60)


def test_486_with_16_mib(work, www, images):
    """No CMOV, no CPUID leaf of interest, no TSC promised: a download arrives whole all the same."""
    payload = bytes(i * 167 + (i >> 8) * 13 & 0xff for i in range(3_000_000))
    (www / 'payload').write_bytes(payload)
    with Machine(work / 'pc', nic('e1000', Slirp(tftp=www)) + kernel(images / 'puck.lkrn', 'shell'),
                 mem=16, cpu='486') as pc:
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        must(pc, 'imgfetch tftp://10.0.2.2/payload')
        assert hashlib.sha256(payload).hexdigest() in must(pc, 'sha256sum payload')


def test_keyboard_and_screen(work, images):
    """The shell on the PS/2 keyboard and the VGA screen says what it says on the serial line."""
    with Machine(work / 'pc', kernel(images / 'puck.lkrn', 'shell')) as pc:
        pc.serial.expect(PROMPT)
        pc.type_keys('echo KeyBoard-${version:uristring}\n')
        pc.serial.expect(r'\nKeyBoard-\S+\n', 30)
        assert any(re.match(r'KeyBoard-\S+$', line) for line in pc.screen())


def test_exception_dump(work, images):
    """A CPU exception prints registers and the build id, and a key restarts the machine. An NMI is one of them."""
    busy = work / 'busy.ipxe'
    busy.write_text('#!ipxe\necho BUSY\n:again\ninc n\ngoto again\n')
    with Machine(work / 'pc', kernel(images / 'puck.lkrn', None, busy)) as pc:
        build = pc.serial.expect(BANNER + r'([\w-]+)\)')[1]
        pc.serial.expect('BUSY')
        for _ in range(100):  # one that arrives during a BIOS call is the BIOS's
            pc.hmp('nmi')
            if 'has a fault' in pc.serial.text:
                break
        pc.serial.expect(rf'\({build}\) has a fault: non-maskable interrupt, exception 00000002', 20)
        pc.serial.expect(r'at [0-9a-f]{8} of the program.*\n  eax [0-9a-f]{8} ', 20)
        pc.serial.expect('A key restarts', 20)
        assert any('has a fault' in line for line in pc.screen())
        pc.serial.send('x')
        assert pc.wait_exit(30) == 'guest-reset'
