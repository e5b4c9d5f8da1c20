"""One run of a PC whose instructions are counted (insncount.c), and what was counted when.

    run = counted.run(work, plugin, arguments, wire, exact=True)
    begin, end = run.naming(b'payload.bin\0'), run.naming(b'bench-end\0')
    end.insns - begin.insns

A Moment is a frame on the wire: its time on QEMU's virtual clock, and the guest's instructions until then. The guest
marks moments itself, by asking for files with telling names (a NUL ends them in a TFTP request): a mark is where it
belongs, however busy the host is.

exact=True: the guest is alone with the virtual clock (-icount): an instruction is 32 ns, QEMU's own network (Slirp)
answers within the instruction that sends the question, and idle time (HLT) is skipped. The counts then repeat. Time
does not quite: idle time that ends by a thread of QEMU's own may last longer.
"""
import os
import pathlib
import struct
from dataclasses import dataclass

import qemu

INSN_NS = 32  # with shift=5
EPOCH = 1793491200  # 2026-11-01: what the clock says at power-on, and so the capture's zero
FRAME_BYTES = 320
NOTES = struct.Struct('<4Q')  # struct notes
AT_FRAME = struct.Struct('<2Q')
LIMIT_S = 600

# A virtio NIC sends when a thread of its own gets round to it; by a timer of the virtual clock it does at once.
EXACT = ['-icount', 'shift=5,sleep=off', '-global', 'virtio-net-pci.ioeventfd=off',
         '-global', 'virtio-net-device.tx=timer', '-global', 'virtio-net-device.x-txtimer=1']

MAGIC = b'\x63\x82\x53\x63'  # RFC 2131 section 3, then option 53
DISCOVER = MAGIC + b'\x35\x01\x01'
ACK = MAGIC + b'\x35\x01\x05'


class Unfinished(Exception):
    """The guest did not do what was to be measured; the words say what."""


@dataclass
class Moment:
    seconds: float  # since power-on
    insns: int      # since reset
    cpu_s: float    # processor time of QEMU
    frame: bytes = b''


@dataclass
class Run:
    first_insns: int  # when the guest came to the address first=
    first_cpu_s: float
    end_insns: int
    frames: list      # Moments since then
    said: str         # the guest's last words on the serial line

    def naming(self, text, after=None):
        """The first frame with these bytes in it. Raises Unfinished."""
        for moment in self.frames:
            if text in moment.frame and (after is None or moment.insns >= after.insns):
                return moment
        raise Unfinished(f'no frame with {text!r}; its last words: {self.said.strip()[-200:]!r}')


def read_capture(path):
    """(seconds, frame) of a pcap file by filter-dump, the first bytes of each frame."""
    data = path.read_bytes()
    at = 24
    while at + 16 <= len(data):
        seconds, us, size, _ = struct.unpack_from('<IIII', data, at)
        yield seconds - EPOCH + us / 1e6, data[at + 16:at + 16 + size]
        at += 16 + size


def read_run(work, first, said):
    notes = (work / 'notes').read_bytes()
    now, first_insns, first_cpu_ns, count = NOTES.unpack_from(notes)
    if first and not first_insns:
        raise Unfinished(f'the guest never came to {first:#x}')
    at_frame = list(AT_FRAME.iter_unpack(notes[NOTES.size:NOTES.size + count * AT_FRAME.size]))
    moments = [Moment(seconds, insns, cpu_ns / 1e9, frame)
               for (seconds, frame), (insns, cpu_ns) in zip(read_capture(work / 'capture'), at_frame)]
    return Run(first_insns, first_cpu_ns / 1e9, now, [m for m in moments if m.insns >= first_insns], said)


def run(work, plugin, arguments, wire, *, exact, first=0, mem=256, profile=()):
    """Run a guest until it ends by itself: its script reboots (-no-reboot), or its kernel leaves QEMU.

    profile: more arguments for the plugin. Raises Unfinished.
    """
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    plugin = pathlib.Path(plugin).resolve()
    counting = [f'{plugin},out={work}/notes', f'capture={work}/capture', f'first={first:#x}', *profile]
    arguments = [*arguments, '-plugin', ','.join(counting), '-rtc', 'base=2026-11-01',
                 '-object', f'filter-dump,id=wire,netdev=n0,file={work}/capture,maxlen={FRAME_BYTES}']
    arguments += EXACT if exact else []
    with qemu.Machine(work, arguments, net=wire, mem=mem, cpu='max',
                      env=dict(os.environ, LD_PRELOAD=str(plugin), TZ='UTC')) as pc:
        if not pc.serial.wait_closed(LIMIT_S):
            raise Unfinished(f'no end within {LIMIT_S} s; its last words: {pc.serial.text[-200:]!r}')
        said = pc.serial.text or pc.errors()
    return read_run(work, first, said)
