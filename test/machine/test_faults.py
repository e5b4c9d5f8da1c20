"""The fault bench on a machine, with real servers where they can be made to fail: the cells of test/sim/test_faults.c.

Each cell ends with the right bytes, by SHA-256, or with the right words, in bounded time. What is slow, and the second
and third seed, are in make check-long.
"""
import hashlib
import json
import os
import time

import pytest

from net import Lan, Peer, Relay, requests, wait_for
from qemu import Machine, kernel, nic
from steps import PROMPT, fails, must

SIZE = 300_000
MBIT100 = {'kbps': 100_000}


class Bench:
    """A machine at its shell, on a line that can be made bad, and a file to be fetched."""

    def __init__(self, work, www, images, wire, model='e1000', size=SIZE):
        self.www, self.wire = www, wire
        self.pc = Machine(work / 'pc', nic(model, wire) + kernel(images / 'puck.lkrn', 'shell'), net=wire)
        self.resize(size)
        self.pc.serial.expect(PROMPT)

    def resize(self, size):
        data, self.size = os.urandom(size), size
        (self.www / 'new').write_bytes(data)
        # by name: dnsmasq remembers the size of a file that it has open, as after a last ACK that was lost
        (self.www / 'new').rename(self.www / 'file')
        self.digest = hashlib.sha256(data).hexdigest()

    def arrives(self, uri, timeout=60):
        must(self.pc, f'imgfetch --name it {uri}#sha256={self.digest} && imgfree it', timeout)

    def begin(self, uri):
        """Start a download, and wait until a fifth of it has gone over the line, which then has seconds to go."""
        self.wire.set(**SLOW)
        self.pc.serial.send(f'imgfetch --name it {uri}#sha256={self.digest} && echo ARRIVED || echo FAILED\r')

        def is_under_way():
            down = self.wire.counts()['down']
            return down['tcp'] + down['tftp'] > self.size / 5
        wait_for(is_under_way, uri, timeout=60)

    def ends(self, timeout, how='ARRIVED'):
        self.pc.serial.expect(rf'\n{how}', timeout, never='\nFAILED' if how == 'ARRIVED' else '\nARRIVED')
        self.pc.serial.expect(PROMPT)
        if how == 'ARRIVED':
            must(self.pc, 'imgfree it')


@pytest.fixture
def bench(work, www, images):
    return lambda wire, *model, **more: Bench(work, www, images, wire, *model, **more)


# ---- lines ---------------------------------------------------------------------------------------------------

# What is wrong with the line, and how large the file is.
LINES = {
    'nothing': ({}, SIZE),
    'loss 1 %': ({'loss': 1}, SIZE),
    'loss 5 %': ({'loss': 5}, 100_000),
    'loss 20 %': ({'loss': 20}, 20_000),
    'duplication 5 %': ({'duplicate': 5}, SIZE),
    'everything comes twice': ({'duplicate': 100}, SIZE),
    'reordering, window 3': ({'reorder': 10, 'reorder_ms': 0.37}, SIZE),
    'reordering, window 32': ({'reorder': 5, 'reorder_ms': 4}, SIZE),
    'bit flips': ({'corrupt': 2}, 100_000),
    'truncation': ({'truncate': 2}, 100_000),
    'delay': ({'delay': 30}, 60_000),
    'all of it mildly': ({'loss': .5, 'duplicate': 1, 'reorder': 1, 'corrupt': .5, 'truncate': .5}, 100_000),
    'a short queue': ({'kbps': 10_000, 'queue': 4}, SIZE),
}
SLOW_LINES = {
    'delay 300 ms': ({'delay': 300}, 30_000),
    'jitter 0-2 s': ({'jitter': 2000}, 20_000),
    '64 kbit/s': ({'kbps': 64}, 30_000),
    '64 kbit/s, short queue': ({'kbps': 64, 'queue': 4}, 30_000),
}


def run_lines(work, www, bench, lines, model, seed):
    """Each: an address, and the file by TFTP and HTTP."""
    with Lan(work / 'lan', tftp=www, www=www, boot='file') as lan, Relay(lan) as wire:
        it = bench(wire, model)
        for name, (line, size) in lines.items():
            it.resize(size)
            wire.set(**{**MBIT100, **line, 'seed': seed})
            begun = time.monotonic()
            must(it.pc, 'dhcp', 60)
            for scheme in ('tftp', 'http'):
                it.arrives(f'{scheme}://{lan.server}/file', 180)
            counts = wire.counts()
            done = [counts[way]['done'].get(fault, 0) for fault in line for way in ('down', 'up')]
            print(f'{name}: {time.monotonic() - begun:.1f} s {counts["down"]["done"]} {counts["up"]["done"]}')
            assert sum(done) or not set(line) & {'loss', 'duplicate', 'reorder', 'corrupt', 'truncate'}, name
        assert 'link up' in must(it.pc, 'ifstat')


def test_lines(work, www, bench):
    run_lines(work, www, bench, LINES, 'e1000', 1)


@pytest.mark.slow
@pytest.mark.parametrize('model, seed', [('virtio', 2), ('rtl8139', 3), ('pcnet', 1), ('eepro100', 2), ('ne2k_pci', 3)])
def test_lines_with_seeds(work, www, bench, model, seed):
    run_lines(work, www, bench, LINES, model, seed)


@pytest.mark.slow
@pytest.mark.parametrize('model, seed', [('e1000', 1), ('virtio', 2), ('rtl8139', 3)])
def test_slow_lines(work, www, bench, model, seed):
    run_lines(work, www, bench, SLOW_LINES, model, seed)


@pytest.mark.parametrize('seed', [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_bit_flips_that_no_checksum_sees(work, www, bench, seed):
    """Only the digest tells, in words; without one nobody can."""
    with Lan(work / 'lan', tftp=www, www=www, boot='file') as lan, Relay(lan) as wire:
        it = bench(wire)
        must(it.pc, 'dhcp')
        wire.set(**MBIT100, forge=5, seed=seed)
        for scheme in ('tftp', 'http'):
            fails(it.pc, f'imgfetch {scheme}://{lan.server}/file#sha256={it.digest}', 'SHA-256', it.digest)
        assert wire.set()['down']['done']['forge'] > 1
        it.arrives(f'{lan.url}/file')


def test_mtu_576(work, www, bench):
    """By DHCP's option 26; the line carries nothing larger, and the server does not know."""
    with Lan(work / 'lan', tftp=www, www=www, boot='file', extra='dhcp-option=26,576\n') as lan, Relay(lan) as wire:
        it = bench(wire)
        wire.set(**MBIT100, mtu=576)
        must(it.pc, 'dhcp')
        for scheme in ('tftp', 'http'):
            it.arrives(f'{scheme}://{lan.server}/file')
        assert 'mtu' not in wire.counts()['down']['done']


# ---- what happens in the middle of a file ------------------------------------------------------------------------

def cut_off(it, seconds):
    it.wire.set(**SLOW, cut=True)
    time.sleep(seconds)
    it.wire.set(**SLOW)


def unplug(it, seconds):
    it.pc.set_link(False)
    time.sleep(seconds)
    it.pc.set_link(True)


SLOW = {'kbps': 4000}  # a file of 1.2 MB takes 2.4 s


@pytest.mark.parametrize('seconds', [2, pytest.param(10, marks=pytest.mark.slow)])
def test_link_down(work, www, bench, seconds):
    """The line is cut behind a switch, where nobody sees it, or at the card; the download goes on afterwards."""
    with Lan(work / 'lan', tftp=www, www=www, boot='file') as lan, Relay(lan) as wire:
        it = bench(wire, size=1_200_000)
        must(it.pc, 'dhcp')
        for scheme in ('tftp', 'http'):
            for happens in (cut_off, unplug):
                it.begin(f'{scheme}://{lan.server}/file')
                happens(it, seconds)
                it.ends(60)


@pytest.mark.parametrize('scheme', ['http', 'tftp'])
def test_servers_restart(work, www, bench, scheme):
    """In the middle of a file: HTTP resumes; a TFTP server forgets, its kernel tells us, and we say so."""
    with Lan(work / 'lan', tftp=www, www=www, boot='file') as lan, Relay(lan) as wire:
        it = bench(wire, size=1_200_000)
        must(it.pc, 'dhcp')
        it.begin(f'{scheme}://{lan.server}/file')
        lan.stop_servers()
        lan.start_servers()
        if scheme == 'tftp':
            it.pc.serial.expect(r'TFTP server 10\.77\.0\.1 forgot the transfer after \d+ bytes', 25)
            it.ends(10, 'FAILED')
        else:
            it.ends(60)
            requests(lan, '/file HTTP/1.1" 206 ')  # it was resumed
        it.arrives(f'{scheme}://{lan.server}/file')


@pytest.mark.slow
def test_line_cut_for_ever(work, www, bench):
    """Both say so in the end: TFTP after 30 s without a byte, HTTP when nothing came of new connections, either."""
    with Lan(work / 'lan', tftp=www, www=www, boot='file') as lan, Relay(lan) as wire:
        it = bench(wire, size=1_200_000)
        must(it.pc, 'dhcp')
        for scheme, words in (('tftp', 'is silent for 30 s'), ('http', r'10\.77\.0\.1 port 80: Host unreachable')):
            it.begin(f'{scheme}://{lan.server}/file')
            wire.set(**SLOW, cut=True)
            it.pc.serial.expect(words, 300)
            it.ends(60, 'FAILED')


# ---- servers that fail -------------------------------------------------------------------------------------------

STATUSES = (206, 300, 304, 305, 400, 401, 403, 404, 407, 408, 410, 416, 418, 429, 500, 501, 502, 503, 504, 599, 999)


@pytest.fixture
def bad(work, www, bench):
    """A bench with the bad HTTP server, already with an address."""
    with Lan(work / 'lan', tftp=www, www=www, boot='file') as lan, Relay(lan) as wire:
        it = bench(wire, size=100_000)
        must(it.pc, 'dhcp')
        with Peer(lan, 'http', lan.server, 8080, www / 'file') as it.server, \
                Peer(lan, 'tftp', lan.server, 6900, www / 'file') as it.tftp_server:
            it.url, it.tftp = f'http://{lan.server}:8080', f'tftp://{lan.server}:6900'
            yield it


def test_connections_that_break(bad):
    """FIN and RST at chosen bytes; with ranges the rest is asked for, without them all of it once more."""
    for how in ('fin', 'rst'):
        for after in (0, 1, 50_000, 99_999):
            bad.arrives(f'{bad.url}/{how}/{after}/1/file')
            if after:
                wait_for(lambda: f'/{how}/{after}/1/file bytes={after}-' in bad.server.lines, 'the request for the rest')
    bad.arrives(f'{bad.url}/noranges/fin/20000/2/file')
    bad.arrives(f'{bad.url}/noranges/rst/20000/2/file')
    fails(bad.pc, f'imgfetch {bad.url}/fin/-1/1000/file', 'closed the connection')
    fails(bad.pc, f'imgfetch {bad.url}/rst/-1/1000/file', 'connection lost', 'reset')
    fails(bad.pc, f'imgfetch {bad.url}/cuthead/file', 'connection lost', 'reset')
    bad.arrives(f'{bad.url}/file')


def test_every_status(bad):
    for code in STATUSES:
        fails(bad.pc, f'imgfetch {bad.url}/status/{code}/file', f'{code}')
    for code in (301, 302, 303, 307, 308):
        bad.arrives(f'{bad.url}/moved/{code}')
    fails(bad.pc, f'imgfetch {bad.url}/moved/302/loop', 'more than 10 redirects')
    bad.arrives(f'{bad.url}/busy/503/1/file')
    bad.arrives(f'{bad.url}/busy/429/2/file')
    bad.arrives(f'{bad.url}/early/file')


def test_every_tftp_error(bad):
    for code in range(9):
        fails(bad.pc, f'imgfetch {bad.tftp}/error-{code}', '"because"', f'error {code}')
    bad.arrives(f'{bad.tftp}/file')


@pytest.mark.slow
def test_silent_peers(bad):
    """Thirty seconds without a byte are enough; a server that can go on is asked to."""
    bad.arrives(f'{bad.url}/silent/50000/1/file', 90)
    fails(bad.pc, f'imgfetch {bad.url}/silent/-1/1000/file', 'nothing from the server for 30 s', timeout=300)
    fails(bad.pc, f'imgfetch {bad.tftp}/silent-50000', 'is silent for 30 s', timeout=60)


# ---- addresses and names -------------------------------------------------------------------------------------------

def test_dhcp_servers_that_fail(work, www, bench):
    """NAK once and for ever, a rogue, one that comes late, none; a conflict is test_conflict_and_release's."""
    (www / 'proxy.ipxe').write_text('#!ipxe\necho BY-PROXY\n')
    with Lan(work / 'lan', tftp=www, www=www, dhcp=False) as lan, Relay(lan) as wire, Peer(lan, 'dhcp', 'tap0') as server:
        it = bench(wire)

        def today(**settings):
            must(it.pc, 'ifclose net0')
            server.ask(json.dumps(settings))

        today(naks=1, file='file')
        must(it.pc, 'dhcp')
        assert 'has 10.77.0.60 file' in must(it.pc, 'echo has ${net0/ip} ${filename}')
        today(naks=100, file='file')
        fails(it.pc, 'dhcp', '10.77.0.1 refused 10.77.0.60', 'not me')
        today(rogue=True, file='file')
        must(it.pc, 'dhcp')
        assert 'has 10.77.0.60 file' in must(it.pc, 'echo has ${net0/ip} ${filename}')
        it.arrives(f'tftp://{lan.server}/file')
        today(mute=4, file='file')
        must(it.pc, 'dhcp')
        wire.set(cut=True)
        must(it.pc, 'set dhcp-tries 3')
        fails(it.pc, 'dhcp', 'no DHCP server answered on net0 (3 tries')
        wire.set()
        must(it.pc, 'dhcp')
        it.arrives(f'{lan.url}/file')


def test_names_that_fail(work, www, bench):
    with Lan(work / 'lan', tftp=www, www=www, boot='file', extra='dhcp-option=6,10.77.0.2\n') as lan, Relay(lan) as wire:
        lan.add_address('10.77.0.2')
        with Peer(lan, 'dns', '10.77.0.2') as server:
            it = bench(wire)
            must(it.pc, 'dhcp')
            fails(it.pc, 'imgfetch http://servfail.test/file', 'servfail.test')
            fails(it.pc, 'imgfetch http://nxdomain.test/file', 'nxdomain.test')
            it.arrives('http://truncated.test/file')
            assert 'truncated TCP' in server.lines
            fails(it.pc, 'imgfetch tftp://silent.test/file', 'silent.test')
            it.arrives('tftp://good.test/file')


def test_first_name_server_is_dead(work, www, bench):
    with Lan(work / 'lan', tftp=www, www=www, boot='file', extra='dhcp-option=6,10.77.0.250,10.77.0.1\n') as lan, \
            Relay(lan) as wire:
        it = bench(wire)
        must(it.pc, 'dhcp')
        it.arrives('http://server.puck.test/file')
        it.arrives('tftp://server.puck.test/file')
