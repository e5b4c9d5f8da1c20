"""The native drivers in the machine: the cable is pulled in mid-download, and the NIC is closed and opened again."""
import hashlib
import os
import time

import pytest

from net import Slirp, Web
from qemu import Machine, kernel, nic
from steps import PROMPT, must

DRIVERS = {'virtio': 'virtio-net modern', 'virtio-legacy': 'virtio-net legacy', 'e1000': '82540EM', 'pcnet': '79C970A'}


@pytest.mark.parametrize('model', DRIVERS)
def test_cable_out_and_in(work, www, images, model):
    data = os.urandom(24 << 20)
    (www / 'random.bin').write_bytes(data)
    with Web(work / 'nginx', www, extra='location /random.bin { limit_rate 6m; }') as web, \
            Machine(work / 'pc', nic(model, Slirp()) + kernel(images / 'puck.lkrn', 'shell')) as pc:
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        state = must(pc, 'ifstat')
        assert DRIVERS[model] in state and 'link up' in state
        pc.serial.send(f'imgfetch {web.url}/random.bin\r')
        pc.serial.expect(r'\d+ ?%', 60)
        pc.set_link(False)
        time.sleep(3)
        pc.set_link(True)
        pc.serial.expect(PROMPT, 120)
        assert hashlib.sha256(data).hexdigest() in must(pc, 'sha256sum random.bin', 120)
        must(pc, 'ifclose net0')
        pc.set_link(False)
        must(pc, 'ifopen net0')
        assert 'link down' in must(pc, 'ifstat')
        pc.set_link(True)
        must(pc, 'dhcp', 60)
        assert 'link up' in must(pc, 'ifstat')
