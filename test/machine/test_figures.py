"""What issue 4 promises in numbers, on each NIC. Nothing here depends on how fast this machine is: times are those of QEMU's
virtual clock, or ratios in one run, of which the best of a few tries counts (another process may take the processor away,
where ours may not go first).
"""
import os
import re
import struct

import pytest

from badpeers import dhcp_options
from net import Lan, Peer, Relay, Slirp, first_of_all
from qemu import Machine, kernel, nic
from steps import PROMPT, must
from test_drivers import DRIVERS

MIB = 1 << 20
QUICK = ('rtl8139', 'eepro100', 'vmxnet3')  # those of which others' loaders get the most twice, or stall
MBIT100 = {'kbps': 100_000}

urgent = pytest.mark.xdist_group('urgent')  # one after the other


def each_nic(*quick):
    """All of them; only these in make check."""
    return pytest.mark.parametrize('model', [model if model in quick else pytest.param(model, marks=pytest.mark.slow)
                                             for model in DRIVERS])


class Link:
    """A machine behind a line, and what a file costs on it."""

    def __init__(self, lan, wire, pc, size):
        self.lan, self.wire, self.pc, self.size = lan, wire, pc, size

    def seen(self):
        """(frames that the driver got, retransmission timeouts of the server's TCP), since they were started."""
        frames = re.search(r'received (\d+) \(', must(self.pc, 'ifstat net0'))[1]
        return int(frames), int(self.lan.counter('TcpExt', 'TCPTimeouts'))

    def fetch(self, uri, **line):
        """(bytes per s, how much of the file came again, timeouts, how many of the frames the NIC lost)"""
        frames, timeouts = self.seen()
        self.wire.set(**line)
        must(self.pc, f'imgfetch --name it {uri} && imgfree it', 300)
        down = self.wire.counts()['down']
        rate = self.size / max(down['last'] - down['first'], 1e-6)
        again = (down['tcp'] + down['tftp'] - self.size) / self.size
        now = self.seen()
        lost = (down['frames'] - now[0] + frames) / down['frames']
        print(f'{uri} {line}: {rate / 1e6:.2f} MB/s, {again:.2%} again, {now[1] - timeouts} timeouts, {lost:.2%} lost in '
              f'the NIC, {down["done"]}')
        return rate, again, now[1] - timeouts, lost


@pytest.fixture
def link(work, www, images):
    """A function that starts a machine of this model, with a file for it."""
    def start(model, size):
        (www / 'file').write_bytes(os.urandom(size))
        wire = Relay(lan)
        undo.append(wire)
        pc = Machine(work / 'pc', nic(model, wire) + kernel(images / 'puck.lkrn', 'shell'), net=wire)
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        return Link(lan, wire, pc, size)

    undo = []
    with Lan(work / 'lan', tftp=www, www=www, boot='file', urgent=True) as lan:
        yield start
        for wire in undo:
            wire.__exit__()


@urgent
@each_nic(*QUICK)
def test_nothing_comes_twice(www, link, model):
    """On a paced line of 100 Mbit/s no NIC is given more than it can keep: not 1 % is lost in it, not more than 1 % comes
    again, and the server's TCP never times out. What is asked for again because this machine took the processor from the
    guest for some ms does not count: the best of a few tries.
    """
    it = link(model, 4 * MIB)
    port, _ = it.lan.start_atftpd(www)
    for uri in (f'{it.lan.url}/file', f'tftp://{it.lan.server}:{port}/file'):
        for _ in range(6):
            _, again, timeouts, lost = it.fetch(uri, **MBIT100)
            if again <= 0.01 and lost < 0.01 and timeouts == 0:
                break
        else:
            raise AssertionError(f'{uri}: {again:.2%} came again, {lost:.2%} were lost in the NIC, {timeouts} timeouts')


def best_ratio(link, uri, line, enough):
    """The fastest of some downloads with 1 % of loss both ways, against the fastest without."""
    whole = lossy = 0
    for seed in range(1, 11):
        whole = max(whole, link.fetch(uri, **line)[0])
        lossy = max(lossy, link.fetch(uri, **line, loss=1, seed=seed)[0])
        if seed > 1 and lossy >= enough * whole:
            break
    return lossy / whole


@urgent
@each_nic(*QUICK)
def test_http_under_loss(link, model):
    """90 %. Where other processes may keep ours from the processor for milliseconds, the line has only 10 Mbit/s: a stall is
    a long round trip, and what TCP keeps depends on it."""
    it = link(model, 4 * MIB if first_of_all() else 2 * MIB)
    line = MBIT100 if first_of_all() else {'kbps': 10_000, 'catch_up': 20}
    ratio = best_ratio(it, f'{it.lan.url}/file', line, 0.9)
    assert ratio >= 0.9, f'{ratio:.0%}'


@urgent
@each_nic('e1000', 'rtl8139')
@pytest.mark.parametrize('server', ['dnsmasq', 'atftpd'])
def test_tftp_under_loss(www, link, model, server):
    """10 %, block by block: of a server that answers a repeated ACK, and of one that waits for a second or two of its own
    whatever it is told (dnsmasq), for which there is a second transfer (tftp_twin.c).
    """
    it = link(model, 2 * MIB)
    port = it.lan.start_atftpd(www, '--no-windowsize')[0] if server == 'atftpd' else 69
    ratio = best_ratio(it, f'tftp://{it.lan.server}:{port}/file', MBIT100, 0.1)
    assert ratio >= 0.1, f'{ratio:.0%}'


# ---- DHCP, by QEMU's virtual clock ---------------------------------------------------------------------------

def dhcp_frames(capture):
    """(when, message type) of each."""
    data, at = capture.read_bytes(), 24
    while at + 16 <= len(data):
        seconds, microseconds, size, _ = struct.unpack_from('<IIII', data, at)
        frame = data[at + 16:at + 16 + size]
        if frame[12:14] == b'\x08\0' and frame[23] == 17 and frame[36:38] in (b'\0\x43', b'\0\x44'):
            yield seconds + microseconds / 1e6, dhcp_options(frame[42:])[53][0]
        at += 16 + size


# QEMU's 8254x keeps what it has received for a second after the receiver is switched on.
HOLDS_BACK = {'e1000', 'e1000-82544gc', 'e1000-82545em'}


@each_nic('e1000', 'virtio', 'rtl8139')
def test_discover_to_ack(work, images, model):
    """Less than a second with a plain DHCP server, and the next file is not waited for without need."""
    capture = work / 'dhcp.pcap'
    with Machine(work / 'pc', [*nic(model, Slirp()), *kernel(images / 'puck.lkrn', 'dhcp && echo GOT-IT'),
                               '-icount', 'shift=5,sleep=off',
                               '-object', f'filter-dump,id=dump,netdev=n0,file={capture}']) as pc:
        pc.serial.expect('\nGOT-IT')
        pc.qmp('stop')
        frames = list(dhcp_frames(capture))
    assert frames[0][1] == 1 and frames[-1][1] == 5, frames
    took = frames[-1][0] - frames[0][0]
    assert took < (1.5 if model in HOLDS_BACK else 1), frames


@pytest.mark.parametrize('late', [pytest.param(0.2, marks=pytest.mark.slow), 1.8])
def test_late_proxydhcp(work, www, images, late):
    """A ProxyDHCP server that answers up to 2 s later than the DHCP server is still found."""
    with Lan(work / 'lan', tftp=www, www=www, dhcp=False) as lan, Peer(lan, 'dhcp', 'tap0') as server:
        server.ask(f'{{"proxy": {late}}}')
        with Machine(work / 'pc', nic('virtio', lan) + kernel(images / 'puck.lkrn', 'shell'), net=lan) as pc:
            pc.serial.expect(PROMPT)
            must(pc, 'dhcp')
            assert 'has proxy.ipxe of 10.77.0.3' in must(pc, 'echo has ${filename} of ${proxydhcp/dhcp-server}')
