"""Servers of ours that misbehave as they are told. peers.py runs them, as processes of their own in a Lan's namespace:

    http ADDRESS PORT FILE     what a path begins with decides; FILE is what is served in the end, ranges included
        /fin/N/TIMES, /rst/N/TIMES, /silent/N/TIMES   the first TIMES answers end so after N bytes of FILE (-1: before
                               the head), then it is served; with /noranges in front, ranges are not understood
        /status/CODE           for ever
        /moved/CODE            a redirection to /file; /moved/CODE/loop to itself
        /busy/CODE/TIMES       so often, with Retry-After: 1
        /early                 100 Continue first
        /cuthead               RST within the head
    tftp ADDRESS PORT FILE     /error-CODE; /silent-N: silent for ever after N bytes; anything else is FILE
    dns ADDRESS                what a name begins with decides: servfail, nxdomain, silent, truncated (by UDP; it answers
                               by TCP), anything else has ADDRESS's network's .1
    dhcp INTERFACE             10.77.0.1, which gives 10.77.0.60 and SETTINGS["file"]. A line of JSON on standard input sets
                               it anew: mute (s, from then on), naks (times), rogue (another server offers first, without
                               a file), proxy (s: a ProxyDHCP server offers "proxy.ipxe" so long after a DISCOVER)

Each tells what it was asked.
"""
import collections
import fcntl
import hashlib
import json
import pathlib
import select
import socket
import socketserver
import struct
import sys
import threading
import time


def say(*words):
    print(*words, flush=True)


# ---- HTTP ------------------------------------------------------------------------------------------------

class Http(socketserver.StreamRequestHandler):
    """One connection; a request each line-by-line, kept alive until an answer breaks it."""
    content, asked = b'', collections.Counter()

    def handle(self):
        while True:
            request = self.rfile.readline().decode('latin1').split()
            if len(request) < 2:
                return
            fields = {}
            while line := self.rfile.readline().decode('latin1').strip():
                name, _, value = line.partition(':')
                fields[name.lower()] = value.strip()
            say(request[1], fields.get('range', ''))
            if not self.answer(request[1], fields):
                return

    def answer(self, path, fields):
        """False when the connection ends with it."""
        self.asked[path] += 1
        ranges = not path.startswith('/noranges')
        what, *arguments = path.replace('/noranges', '').strip('/').split('/')
        if what in ('fin', 'rst', 'silent') and self.asked[path] <= int(arguments[1]):
            return self.break_off(what, int(arguments[0]), fields if ranges else {})
        if what == 'status':
            self.say_status(arguments[0])
        elif what == 'moved':
            self.say_status(arguments[0], f'Location: {path if arguments[1:] else "/file"}\r\n')
        elif what == 'busy' and self.asked[path] <= int(arguments[1]):
            self.say_status(arguments[0], 'Retry-After: 1\r\n')
        elif what == 'cuthead':
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Le')
            return self.reset()
        else:
            if what == 'early':
                self.wfile.write(b'HTTP/1.1 100 Continue\r\n\r\n')
            self.wfile.write(self.whole(fields if ranges else {}))
        return True

    def say_status(self, code, fields=''):
        self.wfile.write(f'HTTP/1.1 {code} Because\r\n{fields}Content-Length: 0\r\n\r\n'.encode())

    def whole(self, fields):
        """The response with all that is asked for."""
        etag = '"' + hashlib.md5(self.content).hexdigest() + '"'
        start, size = 0, len(self.content)
        if fields.get('range') and fields.get('if-range', etag) == etag:
            start = int(fields['range'][6:-1])
        head = f'HTTP/1.1 {206 if start else 200} OK\r\nETag: {etag}\r\nContent-Length: {size - start}\r\n'
        if start:
            head += f'Content-Range: bytes {start}-{size - 1}/{size}\r\n'
        return head.encode() + b'\r\n' + self.content[start:]

    def break_off(self, how, after, fields):
        whole = self.whole(fields)
        self.wfile.write(b'' if after < 0 else whole[:whole.index(b'\r\n\r\n') + 4 + after])
        if how == 'silent':
            self.rfile.read()  # until the client has had enough
        return self.reset() if how == 'rst' else False

    def reset(self):
        """RST, after all that was sent has arrived (a reset throws away what waits)."""
        siocoutq = 0x5411
        while struct.unpack('i', fcntl.ioctl(self.connection, siocoutq, bytes(4)))[0]:
            time.sleep(0.001)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.connection.close()
        return False

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass


class Threads(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True

    def handle_error(self, request, client_address):
        """The client went away, which is its right."""

    def shutdown_request(self, request):
        try:
            super().shutdown_request(request)
        except OSError:
            pass


def http(address, port, file):
    Http.content = pathlib.Path(file).read_bytes()
    server = Threads((address, int(port)), Http)
    say('ready')
    server.serve_forever()


# ---- TFTP ------------------------------------------------------------------------------------------------

def send_in_lock_step(client, content, silent_after):
    """RFC 1350, after an OACK for a block size of 512; what is not acknowledged within half a second is sent again."""
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.settimeout(0.5)
    packets = [b'\0\6blksize\x00512\0'] + [struct.pack('>HH', 3, n // 512 + 1 & 0xffff) + content[n:n + 512]
                                          for n in range(0, len(content) + 1, 512)]
    for number, packet in enumerate(packets):
        if silent_after is not None and number * 512 > silent_after:
            time.sleep(3600)
        for _ in range(20):
            wire.sendto(packet, client)
            try:
                while wire.recv(600)[:4] != struct.pack('>HH', 4, number & 0xffff):
                    pass
                break
            except TimeoutError:
                pass
        else:
            return


def tftp(address, port, file):
    content = pathlib.Path(file).read_bytes()
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind((address, int(port)))
    say('ready')
    while True:
        request, client = wire.recvfrom(1500)
        name = request[2:].split(b'\0')[0].decode()
        say(name)
        what, _, number = name.partition('-')
        if what == 'error':
            wire.sendto(struct.pack('>HH', 5, int(number)) + b'because\0', client)
        else:
            threading.Thread(target=send_in_lock_step, daemon=True,
                             args=(client, content, int(number) if what == 'silent' else None)).start()


# ---- DNS -------------------------------------------------------------------------------------------------

def dns_answer(question, address, by_tcp=False):
    """None = silence."""
    what = question[13:13 + question[12]].decode('latin1').lower()
    end = question.index(b'\0', 12) + 5
    say(what, 'TCP' if by_tcp else 'UDP')
    flags, count = 0x8180, 0
    if what == 'silent':
        return None
    if what in ('servfail', 'nxdomain'):
        flags |= {'servfail': 2, 'nxdomain': 3}[what]
    elif what == 'truncated' and not by_tcp:
        flags |= 0x200
    else:
        count = 1
    record = struct.pack('>HHHIH', 0xc00c, 1, 1, 60, 4) + socket.inet_aton(address)
    return question[:2] + struct.pack('>HHHHH', flags, 1, count, 0, 0) + question[12:end] + record * count


def dns(address):
    gives = address.rpartition('.')[0] + '.1'

    class ByTcp(socketserver.StreamRequestHandler):
        def handle(self):
            size = struct.unpack('>H', self.rfile.read(2))[0]
            text = dns_answer(self.rfile.read(size), gives, True)
            if text:
                self.wfile.write(struct.pack('>H', len(text)) + text)

    threading.Thread(target=Threads((address, 53), ByTcp).serve_forever, daemon=True).start()
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind((address, 53))
    say('ready')
    while True:
        question, client = wire.recvfrom(1500)
        text = dns_answer(question, gives)
        if text:
            wire.sendto(text, client)


# ---- DHCP ------------------------------------------------------------------------------------------------

DISCOVER, OFFER, REQUEST, ACK, NAK = 1, 2, 3, 5, 6


def dhcp_options(packet):
    options, found = packet[240:], {}
    while options and options[0] != 255:
        if options[0] == 0:
            options = options[1:]
            continue
        found[options[0]] = options[2:2 + options[1]]
        options = options[2 + options[1]:]
    return found


def dhcp_reply(request, kind, server='10.77.0.1', gives='10.77.0.60', file='', more=b''):
    ip = socket.inet_aton
    return (b'\2\1\6\0' + request[4:8] + b'\0\0\x80\0' + bytes(4) + ip(gives) + ip('10.77.0.1') + bytes(4) +
            request[28:44] + bytes(64) + file.encode().ljust(128, b'\0') + b'\x63\x82\x53\x63' +
            bytes([53, 1, kind, 54, 4]) + ip(server) + more + b'\xff')


LEASE = bytes([51, 4, 0, 0, 14, 16, 1, 4, 255, 255, 255, 0, 3, 4, 10, 77, 0, 1])
ROGUE = {'server': '10.77.0.66', 'gives': '10.77.0.61'}


class Dhcp:
    def __init__(self, interface):
        self.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        self.wire.bind(('', 67))
        self.set({})

    def set(self, settings):
        self.settings, self.later = settings, []
        self.naks = settings.get('naks', 0)
        self.quiet_until = time.monotonic() + settings.get('mute', 0)

    def send(self, reply):
        self.wire.sendto(reply, ('255.255.255.255', 68))

    def take(self, packet):
        options = dhcp_options(packet)
        kind, file = options.get(53, b'\0')[0], self.settings.get('file', '')
        chosen = socket.inet_ntoa(options.get(54, bytes(4)))
        say('DHCP', kind, chosen)
        if time.monotonic() < self.quiet_until:
            return
        if kind == DISCOVER:
            if self.settings.get('rogue'):
                self.send(dhcp_reply(packet, OFFER, more=LEASE, **ROGUE))
            if 'proxy' in self.settings:
                offer = dhcp_reply(packet, OFFER, '10.77.0.3', '0.0.0.0', 'proxy.ipxe', b'\x3c\x09PXEClient')
                self.later.append((time.monotonic() + self.settings['proxy'], offer))
            self.send(dhcp_reply(packet, OFFER, file=file, more=LEASE))
        elif kind == REQUEST and chosen == ROGUE['server']:
            self.send(dhcp_reply(packet, ACK, more=LEASE, **ROGUE))
        elif kind == REQUEST and self.naks:
            self.naks -= 1
            self.send(dhcp_reply(packet, NAK, gives='0.0.0.0', more=b'\x38\x06not me'))
        elif kind == REQUEST:
            self.send(dhcp_reply(packet, ACK, file=file, more=LEASE))

    def run(self):
        while True:
            wait = max(0, self.later[0][0] - time.monotonic()) if self.later else None
            readable, _, _ = select.select([self.wire, sys.stdin], [], [], wait)
            if self.wire in readable:
                self.take(self.wire.recv(1500))
            if sys.stdin in readable:
                self.set(json.loads(sys.stdin.readline()))
                say('set')
            while self.later and self.later[0][0] <= time.monotonic():
                self.send(self.later.pop(0)[1])


def dhcp(interface):
    server = Dhcp(interface)
    say('ready')
    server.run()
