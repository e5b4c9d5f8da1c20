#!/usr/bin/python3
"""Write the seeds with names of fuzz_eth, fuzz_packets, fuzz_tcp, fuzz_tftp, fuzz_clients and fuzz_web into test/fuzz/corpus."""
import gzip
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
    'arp_ours': arp(1, US), 'protocol_unreachable': ip(1, bytes([3, 2, 0, 0, 0, 0, 0, 0]) + QUOTE),
    'too_large': ip(1, bytes([3, 4, 0, 0, 0, 0, 2, 64]) + QUOTE), 'echo': ip(1, echo()), 'unreachable': ip(1, bytes([3, 3, 0, 0, 0, 0, 0, 0]) + QUOTE),
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


def answer(data, how=0):
    return struct.pack('>BH', how, len(data)) + data


def dhcp(kind, options=b'', address=50, server=bytes([10, 0, 0, 1])):
    return bytes([address, 53, 1, kind, 54, 4]) + server + options + b'\xff'


PXE = b'<\x09PXEClient'
MENU = bytes([43, 25, 6, 1, 0, 8, 7, 0, 5, 1, 10, 0, 0, 1, 9, 6, 0, 5, 3]) + b'Lab' + bytes([10, 3, 9]) + b'go'
CLIENTS = {
    'dhcp': [0, answer(dhcp(2, b'C\5boot\0')), answer(dhcp(5, b'C\5boot\0\1\4\xff\xff\xff\0\3\4\12\0\0\1'))],
    'dhcp_many': [0, answer(dhcp(2), 1), answer(dhcp(2, b'C\1x', 51), 1), answer(dhcp(2, PXE + b'C\1y', 0)), answer(dhcp(5))],
    'dhcp_proxy': [0, answer(dhcp(2), 1), answer(dhcp(2, PXE + MENU, 0)), answer(dhcp(5)), answer(dhcp(5, PXE + b'C\1z', 0))],
    'dhcp_taken': [0, answer(dhcp(2, address=51)), answer(dhcp(5, address=51)), answer(dhcp(2)), answer(dhcp(5))],
    'dhcp_only_proxy': [0, answer(dhcp(2, PXE + MENU, 0))],
    'dhcp_late_proxy': [0, answer(dhcp(2)), answer(dhcp(5), 1), answer(dhcp(2, PXE + b'C\1z', 0), 0x50)],
    'dhcp_nak': [0, answer(dhcp(2)), answer(dhcp(6, b'8\4busy')), answer(dhcp(2)), answer(dhcp(5))],
    'dhcp_routes': [0, answer(dhcp(2)), answer(dhcp(5, bytes([121, 11, 0, 10, 0, 0, 1, 16, 10, 9, 10, 0, 0, 1]) + b'w\7\3lab\1x\0'))],
    'dhcp_overload': [0, answer(dhcp(2, b'4\1\3')), answer(dhcp(5, b'4\1\3\6\4\12\0\0\1\xaf\3\1\1\1'))],
    'dhcp_4011': [0, answer(dhcp(2), 1), answer(dhcp(2, PXE, 0)), answer(dhcp(5)), answer(dhcp(5, PXE + b'C\1z', 0))],
    'bootp': [0, answer(b'\x32\3\4\12\0\0\1\xff')],
    'boot_server': [1, b'\0', answer(dhcp(5, PXE + b'C\1x' + bytes([43, 7, 71, 4, 0, 5, 0, 0, 255]), 0))],
    'dns': [2, answer(bytes([0, 0, 1]) + b'\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\12\0\0\7')],
    'dns_cname': [2, answer(bytes([0, 0, 2]) + b'\xc0\x0c\0\5\0\1\0\0\0\x3c\0\4\1x\xc0\x11' +
                            b'\1x\xc0\x11\0\1\0\1\0\0\0\x3c\0\4\12\0\0\7')],
    'dns_chain': [2, *[answer(bytes([0, 0, 1]) + b'\xc0\x0c\0\5\0\1\0\0\0\x3c\0\4\1x\xc0\x11')] * 3],
    'dns_cut': [2, answer(bytes([2, 0, 0])), answer(bytes([0, 0, 1]) + b'\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\12\0\0\7')],
    'dns_nxdomain': [2, *[answer(bytes([0, 3, 0]))] * 6],
    'dns_servfail': [2, answer(bytes([0, 2, 0])), answer(bytes([0, 0, 1]) + b'\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\12\0\0\7')],
    'ntp': [3, answer(bytes([0x24, 1, 6, 0xec]) + bytes(28) + bytes([0xe5, 1, 2, 3, 0, 0, 0, 0]) * 2)],
    'ntp_kiss': [3, answer(bytes([0xe4, 0, 6, 0xec]) + bytes(8) + b'DENY' + bytes(16) + bytes([0xe5, 1, 2, 3, 0, 0, 0, 0]) * 2)],
}

PACKED = gzip.compress(b'hello hello hello\n' * 9, mtime=0)
PAGES = {
    'plain': [0, answer(b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'), answer(b'HTTP/1.0 404 No\r\n\r\n', 1)],
    'close': [0, answer(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello', 1)],
    'chunked': [0, *[answer(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n')] * 2],
    'interim': [0, answer(b'HTTP/1.1 103 Hint\r\nA: b\r\n\r\n', 4), answer(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')],
    'moved': [0, answer(b'HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 1\r\n\r\nx'),
              answer(b'HTTP/1.1 301 Moved\r\nLocation: http://10.0.0.1/z?a=b#c\r\nContent-Length: 0\r\n\r\n'),
              answer(b'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')],
    'moved_to_tftp': [0, answer(b'HTTP/1.1 307 Temporary\r\nLocation: tftp://10.0.0.1/y\r\nContent-Length: 0\r\n\r\n')],
    'basic': [1, answer(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="lab"\r\nContent-Length: 0\r\n\r\n'),
              answer(b'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')],
    'digest': [1, answer(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="lab", qop="auth", algorithm=SHA-256, nonce="n", '
                         b'opaque="o"\r\nContent-Length: 0\r\n\r\n'),
               answer(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="lab", qop="auth,auth-int", algorithm=MD5-sess, '
                      b'nonce="m", stale=true\r\nContent-Length: 0\r\n\r\n'),
               answer(b'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')],
    'proxy': [2, answer(b'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="p"\r\nContent-Length: 0\r\n\r\n')],
    'proxy_login': [2, answer(b'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="p"\r\nContent-Length: 0\r\n\r\n'),
                    answer(b'HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm="p", nonce="n", qop="auth"\r\nContent-Length: 0\r\n\r\n'),
                    answer(b'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')],
    'proxy_digest': [3, answer(b'HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm="p", nonce="n", qop="auth"\r\nContent-Length: 0\r\n\r\n'),
                     answer(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="s"\r\nContent-Length: 0\r\n\r\n'),
                     answer(b'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')],
    'ranges': [8, answer(b'HTTP/1.1 206 Part\r\nETag: "v1"\r\nContent-Range: bytes 0-4/5\r\nContent-Length: 5\r\n\r\nhello'),
               answer(b'HTTP/1.1 416 No\r\nContent-Range: bytes */0\r\nContent-Length: 0\r\n\r\n'),
               answer(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')],
    'ranges_many': [8, answer(b'HTTP/1.1 206 Part\r\nETag: "v1"\r\nContent-Range: bytes 0-1048575/1572864\r\nContent-Length: 1048576\r\n\r\n', 4),
                    answer(b'x' * 4096, 8),
                    answer(b'HTTP/1.1 206 Part\r\nETag: "v1"\r\nContent-Range: bytes 1310720-1572863/1572864\r\nContent-Length: 262144\r\n\r\n', 4),
                    answer(b'y' * 1024, 8),
                    answer(b'HTTP/1.1 206 Part\r\nETag: "v1"\r\nContent-Range: bytes 1048576-1310719/1572864\r\nContent-Length: 262144\r\n\r\n', 4),
                    answer(b'z' * 1024, 8)],
    'form': [4, answer(b'HTTP/1.1 303 See\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n'), answer(b'HTTP/1.1 204 No\r\n\r\n')],
    'later': [0, answer(b'HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n'),
              answer(b'HTTP/1.1 429 Busy\r\nRetry-After: Sat, 28 Nov 2026 12:00:00 GMT\r\nContent-Length: 0\r\n\r\n'),
              answer(b'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')],
    'resume': [0, answer(b'HTTP/1.1 200 OK\r\nETag: "v1"\r\nAccept-Ranges: bytes\r\nContent-Length: 10\r\n\r\nhello', 1),
               answer(b'HTTP/1.1 206 Part\r\nETag: "v1"\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\nworld')],
    'resume_dates': [0, answer(b'HTTP/1.1 200 OK\r\nLast-Modified: Sat, 28 Nov 2026 10:00:00 GMT\r\nDate: Sat, 28 Nov 2026 '
                               b'12:00:00 GMT\r\nContent-Length: 10\r\n\r\nhello', 2),
                     answer(b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew')],
    'resume_wrong': [0, answer(b'HTTP/1.1 200 OK\r\nETag: "v1"\r\nContent-Length: 10\r\n\r\nhello', 1),
                     answer(b'HTTP/1.1 206 Part\r\nETag: "v2"\r\nContent-Range: bytes 4-9/11\r\nContent-Length: 6\r\n\r\nworld!'),
                     answer(b'HTTP/1.1 416 No\r\nContent-Range: bytes */3\r\nContent-Length: 0\r\n\r\n')],
    'resume_whole': [0, answer(b'HTTP/1.1 200 OK\r\nETag: "v1"\r\nContent-Length: 10\r\n\r\nhello', 1),
                     answer(b'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'),
                     answer(b'HTTP/1.1 200 OK\r\nETag: "v1"\r\nContent-Length: 10\r\n\r\nhelloworld')],
    'proxy_nobody': [16 | 2, answer(b'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="p"\r\nContent-Length: 0\r\n\r\n')],
    'proxy_refuses': [2, *[answer(b'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="p"\r\nContent-Length: 0\r\n\r\n')] * 3],
    'gzip': [0, answer(b'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n' % len(PACKED) + PACKED),
             answer(b'HTTP/1.1 200 OK\r\nContent-Encoding: x-gzip\r\n\r\n' + PACKED[:30], 1)],
    'vanish': [0, answer(b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello', 3)],
}


# TFTP: an answer to each packet of the client; b'' = none.
OACK = b'\0\6blksize\0' + b'8\0'
LAST = b'\0\3\0\4end'


def block(n, text=b'block'):
    return struct.pack('>HH', 3, n) + text + b'%03d' % n


# A block is lost, three repeated ACKs do not bring it, and the file is asked for a second time.
SILENCE = [OACK, block(1), block(2), block(3), *[b''] * 4]
TRANSFERS = {
    'twin': [*SILENCE, OACK, block(1), block(2), block(3), LAST],
    'twin_of_another_file': [*SILENCE, OACK, block(1), block(2, b'other'), b'', LAST],
    'twin_refused': [*SILENCE, b'\0\5\0\4busy\0', b'', LAST],
    'twin_with_other_options': [*SILENCE, b'\0\6blksize\0' + b'9\0', LAST],
    'twin_asked_for_again': [*SILENCE, b'', b'', OACK, block(1), b'', block(2), b'', block(3), LAST],
    'twin_ahead': [*SILENCE, OACK, *[block(n) for n in range(1, 9)], b'', block(4), block(5), b'', block(6), b'',
                   block(9), block(7), b'\0\5\0\0gone\0', block(10), b'\0\5\0\0gone\0'],
}


def steps(who, *answers):
    return bytes([who]) + b''.join(answers)


def main():
    for name, what in CLIENTS.items():
        save('clients', name, steps(*what))
    for name, what in PAGES.items():
        save('web', name, steps(*what))
    for name, packets in TRANSFERS.items():
        save('tftp', name, b''.join(bytes([4, len(p)]) + p for p in packets))
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
