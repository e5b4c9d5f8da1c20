"""Every way of starting Puck boots Debian's installer kernel and initrd over HTTP.

The first variant of each image goes on until the installer's userland speaks; the others stop when the kernel has
found its memory and printed its version, which is what can differ between them.
"""
import re

import pytest

import media
from net import Lan, Slirp, Web, requests
from qemu import Machine, cdrom, ide_disk, kernel, nic, usb_stick
from steps import KERNEL_ARGS, KERNEL_SPEAKS, USERLAND_SPEAKS, boots_linux, installer_script


@pytest.fixture
def web(work, www):
    with Web(work / 'nginx', www) as server:
        (www / 'boot.ipxe').write_text(installer_script(server.url))
        (www / 'autoexec.ipxe').write_text(f'#!ipxe\nchain {server.url}/boot.ipxe\n')
        yield server


@pytest.fixture
def script(work, web):
    """What a .lkrn gets as its initrd."""
    path = work / 'start.ipxe'
    path.write_text(f'#!ipxe\ndhcp\nchain {web.url}/boot.ipxe\n')
    return path


def lan_files(www):
    (www / 'boot.ipxe').write_text(installer_script(Lan.url))
    (www / 'autoexec.ipxe').write_text(f'#!ipxe\nchain {Lan.url}/boot.ipxe\n')


# ---- from a PXE ROM ------------------------------------------------------------------------------------

def test_kpxe_e1000_slirp(work, www, web):
    wire = Slirp(tftp=www, bootfile='puck.kpxe')
    with Machine(work / 'pc', nic('e1000', wire, rom=True), mem=768) as pc:
        boots_linux(pc, USERLAND_SPEAKS)
    assert len(requests(web, 'GET', 3)) == 3


@pytest.mark.parametrize('model, image', [('virtio', 'puck.kpxe'), ('rtl8139', 'puck.kpxe'), ('e1000', 'undionly.kpxe')])
def test_kpxe_lan(work, www, model, image):
    lan_files(www)
    with Lan(work / 'lan', tftp=www, www=www, boot=image) as lan, \
            Machine(work / 'pc', nic(model, lan, rom=True), net=lan, mem=768) as pc:
        boots_linux(pc, KERNEL_SPEAKS)


# ---- from another loader -------------------------------------------------------------------------------

def test_k23_k24_k25_lkrn_qemu(work, images, web, script):
    with Machine(work / 'pc', nic('virtio', Slirp()) + kernel(images / 'puck.lkrn', None, script), mem=768) as pc:
        boots_linux(pc, USERLAND_SPEAKS)
        # Nothing of ours is left in the memory map that the kernel got: all but the BIOS's 128 KiB is usable.
        assert '[mem 0x0000000000000000-0x000000000009fbff] usable' in pc.serial.text
        assert '[mem 0x0000000000100000-0x000000002ffdffff] usable' in pc.serial.text


def test_lkrn_command_line(work, images, web):
    """mem= moves the initrd out of memory that the kernel will not see; it unpacks it whole."""
    line = f'dhcp && chain {web.url}/mem.ipxe'
    (work / 'www' / 'mem.ipxe').write_text(
        f'#!ipxe\nimgmem --name filler 0x100000 {384 << 20}\ninitrd {web.url}/initrd.gz\nimgfree filler\n'
        f'echo SCRIPT-RUNS\nkernel {web.url}/linux {KERNEL_ARGS} mem=512M\nboot\n')
    with Machine(work / 'pc', nic('virtio-legacy', Slirp()) + kernel(images / 'puck.lkrn', line), mem=1024) as pc:
        boots_linux(pc, USERLAND_SPEAKS)
        place = re.search(r'RAMDISK: \[mem 0x(\w+)-0x(\w+)\]', pc.serial.text)
        first, last = (int(end, 16) for end in place.groups())
        assert 1 << 20 < first < last < 512 << 20


@pytest.mark.parametrize('how', ['linux16', 'linux'])
def test_lkrn_grub(work, images, web, script, how):
    initrd = how.replace('linux', 'initrd')
    iso = media.grub_iso(work / 'grub.iso', {'puck.lkrn': images / 'puck.lkrn', 'start.ipxe': script},
                         f'set timeout=0\nmenuentry puck {{\n{how} /puck.lkrn\n{initrd} /start.ipxe\n}}\n')
    with Machine(work / 'pc', nic('e1000', Slirp()) + cdrom(iso), mem=768) as pc:
        boots_linux(pc, KERNEL_SPEAKS)


def test_lkrn_syslinux(work, images, web, script):
    disk = media.syslinux_disk(work / 'disk.img', {'puck.lkrn': images / 'puck.lkrn', 'start.ipxe': script},
                               'DEFAULT puck\nLABEL puck\nKERNEL /puck.lkrn\nINITRD /start.ipxe\n')
    with Machine(work / 'pc', nic('e1000', Slirp()) + ide_disk(disk), mem=768) as pc:
        boots_linux(pc, KERNEL_SPEAKS)


# ---- from a disk ---------------------------------------------------------------------------------------

@pytest.mark.parametrize('attach, until', [
    pytest.param(lambda path: usb_stick(path, 'usb-ehci'), USERLAND_SPEAKS, id='usb2'),
    pytest.param(lambda path: usb_stick(path, 'qemu-xhci'), KERNEL_SPEAKS, id='usb3'),
    pytest.param(ide_disk, KERNEL_SPEAKS, id='ide'),
])
def test_usb_image(work, images, web, attach, until):
    wire = Slirp(bootfile=f'{web.url}/boot.ipxe')
    with Machine(work / 'pc', nic('virtio', wire) + attach(images / 'puck.usb'), mem=768) as pc:
        boots_linux(pc, until)
