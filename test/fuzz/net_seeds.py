#!/usr/bin/python3
"""Write the seeds of fuzz_eth, fuzz_packets and fuzz_tcp into test/fuzz/corpus."""
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / 'corpus'
US, SRV = bytes([10, 0, 0, 2]), bytes([10, 0, 0, 1])
GROUP = bytes([225, 2, 3, 4])
MAC, PEER = bytes.fromhex('525400123456'), bytes.fromhex('02000a000001')


def save(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def eth(kind, payload, dst=MAC):
    return dst + PEER + struct.pack('>H', kind) + payload


def ip(protocol, payload, fragment=0, options=b'', dst=US, ident=7):
    head = struct.pack('>BBHHHBBH', 0x45 + len(options) // 4, 0, 20 + len(options) + len(payload), ident,
                       fragment, 64, protocol, 0)
    return eth(0x800, head + SRV + dst + options + payload)


def arp(op, sender=SRV, target=US):
    return eth(0x806, struct.pack('>HHBBH', 1, 0x800, 6, 4, op) + PEER + sender + bytes(6) + target)


def udp(data, port=1000):
    return struct.pack('>HHHH', 7, port, 8 + len(data), 0) + data


def tcp(flags, options=b'', data=b'', seq=1, ack=1):
    return struct.pack('>HHIIBBHHH', 80, 40000, seq, ack, (20 + len(options)) * 4, flags, 8192, 0, 0) + options + data


def echo(size=32):
    return bytes([8, 0, 0, 0, 0, 1, 0, 1]) + bytes(size)


QUOTE = struct.pack('>BBHHHBBH', 0x45, 0, 29, 0, 0, 64, 17, 0) + US + SRV + struct.pack('>HHHH', 1000, 7, 9, 0)
FRAMES = {
    'arp_request': arp(1), 'arp_reply': arp(2), 'arp_probe': arp(1, bytes(4)),
    'echo': ip(1, echo()), 'unreachable': ip(1, bytes([3, 3, 0, 0, 0, 0, 0, 0]) + QUOTE),
    'udp': ip(17, udp(b'hello')), 'dhcp': ip(17, udp(bytes(240), 68), dst=b'\xff' * 4),
    'options': ip(17, udp(b'x'), options=bytes([0x83, 7, 4, 10, 0, 0, 9, 0])),
    'fragment': ip(17, udp(b'y' * 16), fragment=0x2000), 'syn': ip(6, tcp(2, bytes([2, 4, 5, 180]))),
    'syn_ack': ip(6, tcp(18, bytes([2, 4, 5, 180, 1, 3, 3, 7, 4, 2, 1, 1]))), 'reset': ip(6, tcp(4)),
    'ack': ip(6, tcp(16, data=b'data')),
    'igmp_query': ip(2, bytes([0x11, 10, 0, 0]) + bytes(4), options=bytes([0x94, 4, 0, 0]), dst=bytes([224, 0, 0, 1])),
    'igmp_report': ip(2, bytes([0x16, 0, 0, 0]) + GROUP, options=bytes([0x94, 4, 0, 0]), dst=GROUP),
    'group': ip(17, udp(b'hello'), dst=GROUP),
    'rstp': eth(39, bytes.fromhex('424203 0000 02 02 0e') + bytes(24) + bytes([2, 0, 15, 0, 0]), b'\1\x80\xc2' + bytes(3)),
    'lacp': eth(0x8809, bytes.fromhex('0101 0114 8000 020000000009 002a 7000 0007 47 000000 0214') + bytes(18) +
                bytes([3, 16]) + bytes(66), bytes.fromhex('0180c2000002')),
    'marker': eth(0x8809, bytes.fromhex('0201 0110 0007 020000000009 deadbeef 0000') + bytes(92),
                  bytes.fromhex('0180c2000002')),
}


def sequence(*frames):
    return b'\1' + b''.join(struct.pack('>HH', len(f), delay) + f for delay, f in frames)


def segment(flags, seq=0, ack=0, window=1000, step=1, options=b'', length=0):
    return struct.pack('>BhhHbBH', flags | 64, seq, ack, window, step, len(options), length)[:8] + \
        bytes([len(options)]) + options + struct.pack('>H', length)


def main():
    for name, frame in FRAMES.items():
        save('eth', name, b'\1' + frame)
        save('eth', name + '_raw', b'\4' + frame)
    save('eth', 'no_address', b'\3' + FRAMES['dhcp'])
    save('packets', 'all', sequence(*[(5, f) for f in FRAMES.values()]))
    parts = [ip(17, udp(b'a' * 56)[:40], 0x2000), ip(17, b'b' * 24, 5)]
    save('packets', 'fragments', sequence((1, parts[1]), (1, parts[0]), (3100, parts[0]), (1, arp(1))))
    save('packets', 'overlap', sequence((1, parts[0]), (1, ip(17, b'c' * 24, 0x2004)), (1, parts[1])))
    save('packets', 'echoes', sequence(*[(0, ip(1, echo())) for _ in range(80)]))
    timestamp = bytes([1, 1, 8, 10, 0, 0, 20, 0, 0, 0, 0, 0])
    sack = bytes([1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 5, 1])
    data = segment(16, length=1000)
    save('tcp', 'data', b'\7' + data * 5 + b'\x81\x10\x00' + data)
    save('tcp', 'plain', b'\0' + data * 4 + segment(16, 1000, length=500) + data)
    save('tcp', 'holes', b'\5' + b''.join(segment(16, 2000 * i, length=100) for i in (3, 1, 5, 2, 4)) +
         segment(16, 0, length=1460) * 8)
    save('tcp', 'write', b'\5' + b'\x82\x13\x00' * 3 + segment(16, 0, 1000) + segment(16, 0, 0) * 4 +
         b'\x80\x04\x00' + segment(16, 0, 0, options=sack) * 4 + b'\x80\x20\x00')
    save('tcp', 'close', b'\7' + b'\x82\x00\x64\x83' + segment(17, 0, 101, options=timestamp, length=10) +
         segment(16, 0, 1) + b'\x80\x10\x00')
    save('tcp', 'odd', b'\7' + segment(4, 5) + segment(2) + segment(18, 3) + segment(16, -500, 0, length=900) +
         segment(20, 0) + segment(63))
    save('tcp', 'window', b'\0' + segment(16, 0, 0, 0) + b'\x82\x10\x00\x80\x20\x00' + segment(16, 0, 0, 100) +
         b'\x80\x20\x00\x84\x00\x00\x02\x02\x50')


main()
