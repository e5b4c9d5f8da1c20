"""Downloads that matter for more than their name: whole, under loss, interrupted, remembered."""
import hashlib
import os
import re
import time

import pytest

from net import Lan, Slirp, Web
from qemu import Machine, kernel, nic
from steps import PROMPT, command, must

MIB = 1 << 20


def random_file(www, size):
    data = os.urandom(size)
    (www / 'random.bin').write_bytes(data)
    return data


@pytest.mark.parametrize('model', ['e1000', 'virtio'])
def test_64_mib_by_http(work, www, images, model):
    """What lies in memory after a download is what the server has, by SHA-256."""
    data = random_file(www, 64 * MIB)
    with Web(work / 'nginx', www) as web, \
            Machine(work / 'pc', nic(model, Slirp()) + kernel(images / 'puck.lkrn', 'shell')) as pc:
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        must(pc, f'imgfetch {web.url}/random.bin', 240)
        assert f'{len(data)}' in must(pc, 'imgstat')
        assert hashlib.sha256(data).hexdigest() in must(pc, 'sha256sum random.bin', 120)


@pytest.mark.parametrize('scheme, size', [('http', 16 * MIB), ('tftp', 2 * MIB)])
def test_loss(work, www, images, scheme, size):
    """One frame of a hundred is lost in each direction; everything still arrives, and in reasonable time."""
    data = random_file(www, size)
    with Lan(work / 'lan', tftp=www, www=www, loss=1) as lan, \
            Machine(work / 'pc', nic('e1000', lan) + kernel(images / 'puck.lkrn', 'shell'), net=lan) as pc:
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        start = time.monotonic()
        must(pc, f'imgfetch {scheme}://{lan.server}/random.bin', 240)
        print(f'{scheme}: {time.monotonic() - start:.1f} s, {lan.dropped()} packets lost')
        assert lan.dropped() > 10
        assert hashlib.sha256(data).hexdigest() in must(pc, 'sha256sum random.bin', 120)


def test_ctrl_c(work, www, images):
    """Ctrl-C stops a download at once, frees it, and the next one works."""
    random_file(www, 32 * MIB)
    with Web(work / 'nginx', www, extra='location /random.bin { limit_rate 500k; }') as web, \
            Machine(work / 'pc', nic('e1000', Slirp()) + kernel(images / 'puck.lkrn', 'shell')) as pc:
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        pc.serial.send(f'imgfetch {web.url}/random.bin\r')
        pc.serial.expect(r'\d+ ?%', 30)  # the progress display, too
        start = time.monotonic()
        pc.serial.send('\x03')
        pc.serial.expect(PROMPT, 10)
        assert time.monotonic() - start < 2, 'Ctrl-C took effect too late'  # 100 ms are the guest's; the rest TCG's
        assert 'random.bin' not in must(pc, 'imgstat')
        must(pc, f'imgfetch {web.url}/initrd.gz', 120)


def test_progress_line(work, www, images):
    """A download says how far it is, how fast, and for how much longer."""
    random_file(www, 8 * MIB)
    with Web(work / 'nginx', www, extra='location /random.bin { limit_rate 2m; }') as web, \
            Machine(work / 'pc', nic('e1000', Slirp()) + kernel(images / 'puck.lkrn', 'shell')) as pc:
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        succeeded, printed = command(pc, f'imgfetch {web.url}/random.bin')
        assert succeeded
        assert re.search(r'[1-9]\d?%', printed), printed
        assert re.search(r'[MK]i?B/s', printed), printed
