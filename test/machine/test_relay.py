"""The line that can be made bad (relay.c), without a machine: we are the guest, and the server's kernel answers our pings."""
import select
import socket
import struct
import time

import pytest

import process
from net import Lan, Relay

BROADCAST, MAC = b'\xff' * 6, b'\x02\0\0\0\0\x09'
GUEST, SERVER = socket.inet_aton('10.77.0.9'), socket.inet_aton('10.77.0.1')
PING = 1000  # bytes of a frame


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total & 0xffff) + (total >> 16)
    return struct.pack('!H', ~(total + (total >> 16)) & 0xffff)


def ping(server_mac, number):
    echo = struct.pack('!BBHHH', 8, 0, 0, 1, number) + bytes(PING - 42)
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, PING - 14, number, 0, 64, 1, 0, GUEST, SERVER)
    return (server_mac + MAC + b'\x08\0' + head[:10] + checksum(head) + head[12:] +
            echo[:2] + checksum(echo) + echo[4:])


class Guest:
    """Frames, each after its length."""

    def __init__(self, path):
        self.socket, self.arrived = socket.socket(socket.AF_UNIX), b''
        self.socket.connect(str(path))

    def send(self, *frames):
        self.socket.sendall(b''.join(struct.pack('!I', len(frame)) + frame for frame in frames))

    def frames(self, quiet):
        """Those that come until nothing came for so many seconds."""
        while select.select([self.socket], [], [], quiet)[0]:
            self.arrived += self.socket.recv(1 << 16)
            while len(self.arrived) >= 4 and len(self.arrived) >= 4 + int.from_bytes(self.arrived[:4], 'big'):
                size = int.from_bytes(self.arrived[:4], 'big')
                yield self.arrived[4:4 + size]
                self.arrived = self.arrived[4 + size:]

    def numbers(self, quiet=1):
        """Of the pings that are answered, in this order."""
        return [frame[40] << 8 | frame[41] for frame in self.frames(quiet)
                if len(frame) >= 42 and frame[12:14] == b'\x08\0' and frame[23] == 1]


# The kernel sends nothing of its own accord.
QUIET = f'''
ip neigh replace 10.77.0.9 lladdr {MAC.hex(":")} nud permanent dev tap0
[ ! -e /proc/sys/net/ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/tap0/disable_ipv6
'''


@pytest.fixture
def line(work, www):
    """(the line, the guest's end, a function that makes so many pings)"""
    with Lan(work / 'lan', tftp=www, www=www) as lan, Relay(lan) as wire:
        process.run(*lan.prefix, 'sh', '-e', '-c', QUIET)
        guest = Guest(lan.work / 'line')
        guest.send(BROADCAST + MAC + b'\x08\6\0\1\x08\0\6\4\0\1' + MAC + GUEST + bytes(6) + SERVER)
        mac = next(frame[6:12] for frame in guest.frames(5) if frame[12:14] == b'\x08\6' and frame[21] == 2)
        yield wire, guest, lambda count: [ping(mac, number) for number in range(count)]


def test_the_same_seed_does_the_same(line):
    wire, guest, pings = line

    def run(**settings):
        wire.set(**settings)
        guest.send(*pings(400))
        numbers = guest.numbers()
        return numbers, [wire.counts()[way]['done'] for way in ('up', 'down')]

    numbers, done = run()
    assert numbers == list(range(400)) and done == [{}, {}]
    bad = {'loss': 10, 'duplicate': 10, 'corrupt': 10, 'truncate': 10}
    first = run(**bad, seed=1)
    assert run(**bad, seed=1) == first
    assert run(**bad, seed=2) != first
    for done in first[1]:
        assert all(done.get(fault, 0) in range(10, 70) for fault in bad), first
    assert len(first[0]) > len(set(first[0])), 'nothing came twice'
    numbers, (up, _) = run(reorder=10, reorder_ms=50, seed=1)
    assert sorted(numbers) == list(range(400)) and numbers != sorted(numbers) and up['reorder'] in range(10, 70)


def test_a_pace_and_a_queue(line):
    """It is never faster, and what the queue does not hold is dropped."""
    wire, guest, pings = line
    wire.set(kbps=8000, queue=50)
    guest.send(*pings(200))
    numbers = guest.numbers()
    up, down = (wire.counts()[way] for way in ('up', 'down'))
    assert up['frames'] == 200 - up['done']['queue'] == len(numbers) >= 50
    assert down['done'] == {}
    wire.set(kbps=8000, queue=1000)
    begun = time.monotonic()
    guest.send(*pings(200))
    assert guest.numbers(quiet=1) == list(range(200))
    assert time.monotonic() - begun - 1 >= 200 * (PING + 24) * 8 / 8e6 - 0.01


def test_no_way_through(line):
    wire, guest, pings = line
    for settings, fault in (({'cut': True}, 'cut'), ({'mtu': PING - 15}, 'mtu'), ({'loss': 100}, 'loss')):
        wire.set(**settings)
        guest.send(*pings(10))
        assert guest.numbers() == []
        assert wire.counts()['up']['done'] == {fault: 10}
    wire.set(mtu=PING - 14, delay=100)
    guest.send(*pings(10))
    assert guest.numbers() == list(range(10))


def test_the_next_guest(line):
    """QEMU ended, and another begins."""
    wire, guest, pings = line
    guest.socket.close()
    guest = Guest(wire.netdev('n0').split('addr.path=')[1])
    guest.send(*pings(10))
    assert guest.numbers() == list(range(10))
