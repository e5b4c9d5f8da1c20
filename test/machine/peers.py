"""Small servers of ours, for what Debian has none or the kernel has no module. Each runs as a process of its own in the
test's network namespace (Lan.prefix):

    python3 peers.py ntp ADDRESS [SECONDS]       an NTP server whose clock is SECONDS ahead
    python3 peers.py arp INTERFACE ADDRESS       a host that has this address, as far as ARP can tell
    python3 peers.py claim INTERFACE ADDRESS     a host that says once that this address is its own; prints who objects
    python3 peers.py syslog ADDRESS              prints each message
    python3 peers.py vlan TAP TAG OURS THEIRS    between a tap, where frames have no tag, and QEMU's dgram netdev
                                                 (UNIX sockets OURS and THEIRS), where each has this one
    python3 peers.py http|tftp|dns|dhcp ...      servers that misbehave: badpeers.py

They print one line when they are ready, and what they see.
"""
import fcntl
import os
import select
import socket
import struct
import sys
import time

from badpeers import dhcp, dns, http, tftp  # noqa: F401 (commands)

TO_1970 = 2208988800


def say(*words):
    print(*words, flush=True)


def ntp(address, ahead='0'):
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind((address, 123))
    say('ready')
    while True:
        question, client = wire.recvfrom(1500)
        now = time.time() + float(ahead) + TO_1970
        stamp = struct.pack('>II', int(now), int(now % 1 * 2**32))
        wire.sendto(b'\x24\x01\x06\xec' + bytes(8) + b'LOCL' + stamp + question[40:48] + stamp + stamp, client)
        say('answered', client[0])


def syslog(address):
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind((address, 514))
    say('ready')
    while True:
        say(wire.recv(2000).decode('latin1'))


def arp(interface, address):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    wire.bind((interface, 0x0806))
    mine, ip = b'\x02\0\0\0\0\x60', socket.inet_aton(address)
    say('ready')
    while True:
        frame, (_, _, kind, *_) = wire.recvfrom(2000)
        if kind != socket.PACKET_OUTGOING and frame[20:22] == b'\0\1' and frame[38:42] == ip:
            asker = frame[22:28]
            wire.send(asker + mine + frame[12:21] + b'\2' + mine + ip + asker + frame[28:32])
            say('answered')


def claim(interface, address):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    wire.bind((interface, 0x0806))
    mine, ip = b'\x02\0\0\0\0\x61', socket.inet_aton(address)
    say('ready')
    wire.send(b'\xff' * 6 + mine + b'\x08\x06\0\1\x08\0\6\4\0\1' + mine + ip + bytes(6) + ip)
    while True:
        frame, (_, _, kind, *_) = wire.recvfrom(2000)
        if kind != socket.PACKET_OUTGOING and frame[28:32] == ip and frame[38:42] == ip:
            say('objection', frame[22:28].hex(':'))


def open_tap(name):
    tap = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    iff_tap, iff_no_pi, tunsetiff = 2, 0x1000, 0x400454ca
    fcntl.ioctl(tap, tunsetiff, struct.pack('16sH14x', name.encode(), iff_tap | iff_no_pi))
    return tap


def vlan(tap, tag, ours, theirs):
    tap, tag = open_tap(tap), struct.pack('>HH', 0x8100, int(tag))
    wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    wire.bind(ours)
    say('ready')
    while True:
        readable, _, _ = select.select([tap, wire], [], [])
        if tap in readable:
            frame = os.read(tap, 2048)
            try:
                wire.sendto(frame[:12] + tag + frame[12:], theirs)
            except OSError:  # QEMU is not there yet
                pass
        if wire in readable:
            frame = wire.recv(2048)
            if frame[12:14] == tag[:2] and struct.unpack('>H', frame[14:16])[0] & 0xfff == int(tag[2] << 8 | tag[3]):
                say('tagged', frame[14] >> 5)
                os.write(tap, frame[:12] + frame[16:])
            else:
                say('untagged', frame[12:14].hex())


globals()[sys.argv[1]](*sys.argv[2:])
