"""A line that can be made bad, between a Lan's tap and QEMU's stream netdev (frames, each after its length in four bytes).

    relay(TAP, SOCKET)      what peers.py runs; it prints "ready"

A line of JSON on standard input sets the line anew, {"loss": 1, "seed": 3}; null only asks. Each is answered by what
was counted since the last that set it, as one line of JSON. What is not named has its default (Line). Each direction
has everything for itself, and random numbers of its own: the same seed does the same to the same row of frames.

What it is not: a switch. It learns nothing and speaks no protocol.
"""
import collections
import fcntl
import heapq
import json
import os
import random
import select
import socket
import struct
import sys
import time

ETHERNET_EXTRA = 24  # preamble, checksum and gap, which take time on the line but are not in the frame


class Line:
    """The settings. Chances are in percent of the frames, times in ms."""
    loss = duplicate = reorder = corrupt = forge = truncate = 0
    reorder_ms = 4      # how late a frame is that is overtaken
    delay = jitter = 0  # each way; jitter comes on top, anything from 0 to this
    kbps = 0            # 0 = as fast as it goes
    queue = 128         # frames that wait for the line; what comes then is dropped
    catch_up = 1        # how late this process may be and still make up for it by a burst: 8 full frames at 100 Mbit/s
    mtu = 1500          # what is larger is dropped
    cut = False
    seed = 1

    def __init__(self, **settings):
        for name, value in settings.items():
            getattr(self, name)  # is there one?
            setattr(self, name, value)


def flip(frame, chance):
    """One bit anywhere."""
    bit = chance.randrange(len(frame) * 8)
    return frame[:bit // 8] + bytes([frame[bit // 8] ^ 1 << bit % 8]) + frame[bit // 8 + 1:]


def forge(frame, chance):
    """One bit of what a large packet carries; its checksum is made right again (RFC 1624)."""
    place = {6: 16, 17: 6}.get(frame[23]) if frame[12:14] == b'\x08\0' else None
    if place is None or len(frame) < 1000:
        return frame
    at, place = chance.randrange(600, len(frame) - 2) & ~1, place + 14 + (frame[14] & 15) * 4
    old, total = struct.unpack_from('>H', frame, at)[0], struct.unpack_from('>H', frame, place)[0]
    new = old ^ 1 << chance.randrange(16)
    total = (~total & 0xffff) + (~old & 0xffff) + new
    total = ~((total & 0xffff) + (total >> 16)) & 0xffff
    changed = bytearray(frame)
    struct.pack_into('>H', changed, at, new)
    struct.pack_into('>H', changed, place, total or 0xffff)
    return bytes(changed)


class Counts:
    """Of one direction: what was done to frames, and what those that arrived carried."""

    def __init__(self):
        self.frames = self.tcp = self.tftp = 0  # tcp, tftp: bytes of payload
        self.first = self.last = 0.0            # when payload was seen
        self.dhcp = []                          # [when, message type]
        self.done = collections.Counter()       # name of a setting -> frames; 'overflow'

    def see(self, frame, now):
        self.frames += 1
        if frame[12:14] != b'\x08\0' or len(frame) < 42:
            return
        end = 14 + (frame[16] << 8 | frame[17])
        start = 14 + (frame[14] & 15) * 4
        if frame[23] == 6 and len(frame) > start + 12:
            size = end - start - (frame[start + 12] >> 4) * 4
            self.tcp += size
        elif frame[23] == 17 and frame[start + 8:start + 10] == b'\0\3':
            size = end - start - 12
            self.tftp += size
        else:
            if frame[23] == 17 and frame[start + 3] in (67, 68) and frame[start + 2] == 0:
                self.dhcp.append([now, dhcp_type(frame[start + 8:])])
            return
        if size > 0:
            self.first = self.first or now
            self.last = now

    def tell(self):
        return {**vars(self), 'done': dict(self.done)}


def dhcp_type(packet):
    options = packet[240:]
    while options and options[0] != 53:
        options = options[1:] if options[0] == 0 else options[2 + options[1]:] if len(options) > 1 else b''
    return options[2] if len(options) > 2 else 0


class Way:
    """One direction. take() what one end sends; step() gives the other what is due, as long as it can_take()."""

    def __init__(self, number, give, can_take=lambda: True):
        self.number, self.give, self.can_take = number, give, can_take
        self.order = 0
        self.set(Line())

    def set(self, line):
        """What is under way stays under way."""
        self.line, self.chance, self.counts = line, random.Random(line.seed * 2 + self.number), Counts()
        self.waiting = getattr(self, 'waiting', collections.deque())
        self.flying = getattr(self, 'flying', [])
        self.free_at = 0.0
        self.is_clean = vars(line).keys() <= {'seed'}

    def happens(self, name):
        percent = getattr(self.line, name)
        if not percent or self.chance.random() * 100 >= percent:
            return False
        self.counts.done[name] += 1
        return True

    def take(self, frame, now):
        if self.is_clean and not self.flying and not self.waiting:
            self.deliver(frame, now)
        elif self.line.cut:
            self.counts.done['cut'] += 1
        elif len(frame) > self.line.mtu + 14:
            self.counts.done['mtu'] += 1
        elif not self.happens('loss'):
            for _ in range(1 + self.happens('duplicate')):
                self.spoil(frame, now)

    def spoil(self, frame, now):
        if self.happens('corrupt'):
            frame = flip(frame, self.chance)
        if self.happens('forge'):
            frame = forge(frame, self.chance)
        if self.happens('truncate'):
            frame = frame[:self.chance.randrange(14, len(frame))]
        if not self.line.kbps:
            self.fly(frame, now)
        elif len(self.waiting) < self.line.queue:
            self.waiting.append(frame)
        else:
            self.counts.done['overflow'] += 1

    def fly(self, frame, now):
        late = self.line.delay + (self.chance.random() * self.line.jitter if self.line.jitter else 0)
        late += self.line.reorder_ms if self.happens('reorder') else 0
        self.order += 1
        heapq.heappush(self.flying, (now + late / 1000, self.order, frame))

    def deliver(self, frame, now):
        self.counts.see(frame, now)
        self.give(frame)

    def step(self, now):
        while self.waiting and self.free_at <= now and self.can_take():
            frame = self.waiting.popleft()
            takes = (max(len(frame), 60) + ETHERNET_EXTRA) * 8 / (self.line.kbps or 1e6) / 1000
            self.free_at = max(self.free_at, now - self.line.catch_up / 1000) + takes
            self.fly(frame, self.free_at)
        while self.flying and self.flying[0][0] <= now and self.can_take():
            self.deliver(heapq.heappop(self.flying)[2], now)

    def next_at(self):
        """When step() has something to do, or None."""
        if not self.can_take():
            return None
        times = [self.flying[0][0]] if self.flying else []
        return min(times + [self.free_at], default=None) if self.waiting else min(times, default=None)


class Guest:
    """QEMU's end. There is one at a time; the next may connect when it has gone."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(1)
        self.socket, self.arrived, self.unsent = None, b'', b''

    def accept(self):
        self.socket, _ = self.listener.accept()
        self.socket.setblocking(False)
        # What waits here is queued beyond the queue that is counted: little.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
        self.arrived = self.unsent = b''

    def can_take(self):
        return not self.unsent

    def send(self, frame):
        if self.socket:
            self.unsent = struct.pack('>I', len(frame)) + frame
            self.flush()

    def flush(self):
        try:
            self.unsent = self.unsent[self.socket.send(self.unsent):]
        except BlockingIOError:
            pass
        except OSError:
            self.leave()

    def leave(self):
        self.socket.close()
        self.socket, self.unsent = None, b''

    def frames(self):
        """Those that have arrived."""
        try:
            chunk = self.socket.recv(1 << 18)
        except OSError:
            chunk = b''
        if not chunk:
            self.leave()
            return
        self.arrived += chunk
        at = 0
        while len(self.arrived) >= at + 4:
            size = struct.unpack_from('>I', self.arrived, at)[0]
            if len(self.arrived) < at + 4 + size:
                break
            yield self.arrived[at + 4:at + 4 + size]
            at += 4 + size
        self.arrived = self.arrived[at:]


def open_tap(name):
    tap = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    iff_tap, iff_no_pi, tunsetiff = 2, 0x1000, 0x400454ca
    fcntl.ioctl(tap, tunsetiff, struct.pack('16sH14x', name.encode(), iff_tap | iff_no_pi))
    return tap


def write_tap(tap, frame):
    try:
        os.write(tap, frame)
    except OSError:  # it is full, or the frame is none
        pass


class Relay:
    def __init__(self, tap, path):
        self.tap, self.guest = open_tap(tap), Guest(path)
        self.down = Way(0, self.guest.send, self.guest.can_take)
        self.up = Way(1, lambda frame: write_tap(self.tap, frame))

    def command(self, text):
        told = {'down': self.down.counts.tell(), 'up': self.up.counts.tell()}
        settings = json.loads(text)
        if settings is not None:
            for way in (self.down, self.up):
                way.set(Line(**settings))
        print(json.dumps(told), flush=True)

    def from_tap(self, now):
        for _ in range(64):  # then the others have their turn
            if not self.guest.can_take() and not self.down.line.kbps:
                return
            try:
                frame = os.read(self.tap, 2048)
            except BlockingIOError:
                return
            self.down.take(frame, now)

    def wait(self, now):
        """What can be read, after the next frame is due at the latest."""
        guest = self.guest.socket or self.guest.listener
        is_full = not self.guest.can_take()
        reads = [guest, sys.stdin] + ([] if is_full and not self.down.line.kbps else [self.tap])
        times = [at for at in (self.down.next_at(), self.up.next_at()) if at is not None]
        return select.select(reads, [guest] if is_full else [], [], max(0, min(times) - now) if times else None)

    def run(self):
        while True:
            readable, writable, _ = self.wait(time.monotonic())
            now = time.monotonic()
            if writable:
                self.guest.flush()
            if self.tap in readable:
                self.from_tap(now)
            if self.guest.listener in readable:
                self.guest.accept()
            elif self.guest.socket in readable:
                for frame in self.guest.frames():
                    self.up.take(frame, now)
            if sys.stdin in readable:
                self.command(sys.stdin.readline() or sys.exit())
            self.down.step(now)
            self.up.step(now)


def relay(tap, path):
    it = Relay(tap, path)
    print('ready', flush=True)
    it.run()
