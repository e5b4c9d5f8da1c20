"""The native drivers in the machine: large files by HTTP and TFTP, the cable pulled in mid-download, close and open.

What QEMU emulates is here, and what Bochs has of its own; igb and rtl8168 only have models (test/model).
"""
import hashlib
import os
import time

import pytest

from net import Slirp, Web
from qemu import Machine, kernel, nic
from steps import PROMPT, must

MIB = 1 << 20

# What ifstat calls the chip.
DRIVERS = {
    'virtio': 'virtio-net modern', 'virtio-legacy': 'virtio-net legacy', 'e1000': '82540EM', 'e1000-82544gc': '82544GC',
    'e1000-82545em': '82545EM', 'e1000e': '82574L', 'pcnet': '79C970A', 'rtl8139': 'RTL8139', 'eepro100': '8255x',
    'i82551': '8255xER', 'i82559er': '8255xER', 'vmxnet3': 'vmxnet3', 'tulip': 'DEC 21143', 'ne2k_pci': 'RTL8029',
    'ne2k_isa': 'NE2000',
}

# In QEMU these always say that there is a link (the NE2000 because it cannot know).
BLIND = {'eepro100', 'i82551', 'i82559er', 'tulip', 'ne2k_pci', 'ne2k_isa'}

SPEED = {'e1000': 1000, 'e1000e': 1000, 'pcnet': 10, 'rtl8139': 100, 'eepro100': 100, 'vmxnet3': 1000,
         'tulip': 100, 'ne2k_pci': 10, 'ne2k_isa': 10}


def payload(www, name, size):
    """A file of random bytes, and its digest."""
    data = os.urandom(size)
    (www / name).write_bytes(data)
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize('model', DRIVERS)
def test_load(work, www, images, model):
    """Every byte of a large file arrives, as fast as the machine can, and no frame is lost on the way."""
    by_http, by_tftp = payload(www, 'http.bin', 24 * MIB), payload(www, 'tftp.bin', 4 * MIB)
    with Web(work / 'nginx', www) as web, \
            Machine(work / 'pc', nic(model, Slirp(tftp=www)) + kernel(images / 'puck.lkrn', 'shell')) as pc:
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        must(pc, f'imgfetch {web.url}/http.bin', 240)
        must(pc, 'imgfetch tftp://10.0.2.2/tftp.bin', 240)
        assert by_http in must(pc, 'sha256sum http.bin', 120)
        assert by_tftp in must(pc, 'sha256sum tftp.bin', 120)
        state = must(pc, 'ifstat')
        assert DRIVERS[model] in state and 'link up' in state
        if model in SPEED:
            assert f'{SPEED[model]} Mbit/s' in state
        assert '0 errors (0 ring full)' in state and '0 damaged, 0 dropped' in state, state


@pytest.mark.parametrize('model', [m for m in DRIVERS if m not in ('e1000-82544gc', 'e1000-82545em', 'i82551')])
def test_cable_out_and_in(work, www, images, model):
    digest = payload(www, 'random.bin', 24 * MIB)
    with Web(work / 'nginx', www, extra='location /random.bin { limit_rate 6m; }') as web, \
            Machine(work / 'pc', nic(model, Slirp()) + kernel(images / 'puck.lkrn', 'shell')) as pc:
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        pc.serial.send(f'imgfetch {web.url}/random.bin\r')
        pc.serial.expect(r'\d+ ?%', 60)
        pc.set_link(False)
        time.sleep(3)
        pc.set_link(True)
        pc.serial.expect(PROMPT, 120)
        assert digest in must(pc, 'sha256sum random.bin', 120)
        must(pc, 'ifclose net0')
        pc.set_link(False)
        must(pc, 'ifopen net0')
        assert model in BLIND or 'link down' in must(pc, 'ifstat')
        pc.set_link(True)
        must(pc, 'dhcp', 60)
        assert 'link up' in must(pc, 'ifstat')
