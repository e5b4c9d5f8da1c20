"""One PC in QEMU, under TCG (KVM has no usable real mode everywhere), with no window.

    with Machine(work, [*nic('e1000', net), *kernel(image, 'echo hello')]) as pc:
        pc.serial.expect('hello')

Serial line 1 and QMP are socket pairs inherited by QEMU, so there are no ports or paths to collide.
"""
import json
import os
import pathlib
import socket
import subprocess

import process
from serial import Serial

QEMU = os.environ.get('QEMU', 'qemu-system-x86_64')
MAC = '52:54:00:70:75:63'

NICS = {
    'e1000': 'e1000',
    'virtio': 'virtio-net-pci,disable-legacy=on,disable-modern=off',
    'virtio-legacy': 'virtio-net-pci,disable-modern=on,disable-legacy=off',
    'rtl8139': 'rtl8139',
    'pcnet': 'pcnet',
    'e1000-82544gc': 'e1000-82544gc',
    'e1000-82545em': 'e1000-82545em',
    'e1000e': 'e1000e',
    'eepro100': 'i82557b',
    'i82551': 'i82551',
    'i82559er': 'i82559er',
    'vmxnet3': 'vmxnet3',
    'tulip': 'tulip',
    'ne2k_pci': 'ne2k_pci',
    'ne2k_isa': 'ne2k_isa',
}


def base_command(mem=256, cpu='qemu64', bios_on_serial=False):
    """The PC itself, without serial line, network and disks."""
    machine = 'pc' + (',graphics=off' if bios_on_serial else '')
    return [QEMU, '-machine', machine, '-accel', 'tcg,thread=single', '-cpu', cpu, '-m', str(mem),
            '-nodefaults', '-vga', 'std', '-display', 'none', '-no-reboot']


def nic(model, net, rom=False):
    """A NIC on `net`; with rom=True its own PXE ROM is what the machine boots."""
    options = ',bootindex=1' if rom else '' if model == 'ne2k_isa' else ',romfile='
    return ['-netdev', net.netdev('n0'), '-device', f'{NICS[model]},netdev=n0,id=nic0,mac={MAC}{options}']


def kernel(image, cmdline=None, initrd=None):
    """A Linux-style image started by QEMU's own loader."""
    args = ['-kernel', str(image)]
    args += ['-append', cmdline] if cmdline is not None else []
    return args + (['-initrd', str(initrd)] if initrd else [])


def ide_disk(path):
    return ['-drive', f'file={path},format=raw,if=ide,snapshot=on']


def cdrom(path):
    return ['-drive', f'file={path},media=cdrom,readonly=on']


def usb_stick(path, controller='usb-ehci'):
    """USB 2 (usb-ehci) or USB 3 (qemu-xhci). SeaBIOS gives a stick 150 ms to take its address: where the host lets
    QEMU's main thread wait for longer it finds none, and starts again."""
    return ['-device', f'{controller},id=hc', '-drive', f'file={path},format=raw,if=none,id=stick,snapshot=on',
            '-device', 'usb-storage,bus=hc.0,drive=stick,bootindex=1',
            '-boot', 'reboot-timeout=1000', '-action', 'reboot=reset']


class Machine:
    """A running QEMU. Ends with the `with` block, or with this process."""

    running = []  # those of the current test, for the report of a failure (conftest.py)

    def __init__(self, work, args, *, net=None, mem=256, cpu='qemu64', bios_on_serial=False,
                 echo=None, env=None):
        self.work = pathlib.Path(work)
        self.work.mkdir(parents=True, exist_ok=True)
        serial, serial_qemu = socket.socketpair()
        qmp, qmp_qemu = socket.socketpair()
        argv = [*(net.prefix if net else []), *base_command(mem, cpu, bios_on_serial),
                '-chardev', f'socket,id=com1,fd={serial_qemu.fileno()}', '-serial', 'chardev:com1',
                '-chardev', f'socket,id=qmp,fd={qmp_qemu.fileno()}', '-mon', 'chardev=qmp,mode=control', *args]
        (self.work / 'qemu.cmd').write_text(' '.join(map(str, argv)))
        self._errors = open(self.work / 'qemu.err', 'wb')
        self.process = process.start(argv, stdin=subprocess.DEVNULL, stdout=self._errors, stderr=self._errors,
                                     pass_fds=(serial_qemu.fileno(), qmp_qemu.fileno()), env=env)
        serial_qemu.close()
        qmp_qemu.close()
        self.serial = Serial(serial, self.work / 'serial.log', echo)
        self._qmp_socket = qmp
        self._qmp_socket.settimeout(60)
        self._qmp_file = qmp.makefile('rwb', buffering=0)
        self.events = []
        self._greeted = False
        Machine.running.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()

    def stop(self):
        process.stop(self.process)
        self._errors.close()

    def errors(self):
        return (self.work / 'qemu.err').read_text(errors='replace')

    # ---- QMP -----------------------------------------------------------------------------------------

    def _qmp_line(self):
        line = self._qmp_file.readline()
        if not line:
            raise RuntimeError(f'QEMU is gone: {self.errors()}')
        return json.loads(line)

    def qmp(self, command, **arguments):
        if not self._greeted:
            self._qmp_line()
            self._greeted = True
            self.qmp('qmp_capabilities')
        self._qmp_file.write(json.dumps({'execute': command, 'arguments': arguments}).encode())
        while True:
            answer = self._qmp_line()
            if 'event' in answer:
                self.events.append(answer)
            elif 'error' in answer:
                raise RuntimeError(f'QMP {command}: {answer["error"]["desc"]}')
            else:
                return answer['return']

    def hmp(self, line):
        return self.qmp('human-monitor-command', **{'command-line': line})

    def set_link(self, up):
        """Plug the network cable in or out."""
        self.qmp('set_link', name='nic0', up=up)

    # ---- keyboard and screen -------------------------------------------------------------------------

    KEYS = {' ': 'spc', '\n': 'ret', '-': 'minus', '.': 'dot', '/': 'slash', ',': 'comma', '=': 'equal',
            ':': 'shift-semicolon', ';': 'semicolon', '$': 'shift-4', '{': 'shift-bracket_left',
            '}': 'shift-bracket_right', '_': 'shift-minus', '&': 'shift-7', '|': 'shift-backslash'}

    def type_keys(self, text):
        """Type on the PS/2 keyboard."""
        for c in text:
            self.hmp('sendkey ' + (self.KEYS.get(c) or ('shift-' + c.lower() if c.isupper() else c)))

    def memory(self, address, size):
        """Guest physical memory."""
        path = self.work / 'memory.bin'
        self.qmp('pmemsave', val=address, size=size, filename=str(path))
        data = path.read_bytes()
        path.unlink()
        return data

    def screen(self):
        """The VGA text screen, as lines without trailing blanks."""
        cells = self.memory(0xb8000, 80 * 25 * 2)[::2].decode('cp437').replace('\0', ' ')
        return [cells[i:i + 80].rstrip() for i in range(0, len(cells), 80)]

    def wait_exit(self, timeout):
        """Wait until the guest switches off or resets (-no-reboot); the reason in QMP's words."""
        self.process.wait(timeout)
        for line in self._qmp_file.readlines():
            self.events.append(json.loads(line))
        ends = [e['data']['reason'] for e in self.events if e.get('event') == 'SHUTDOWN']
        return ends[-1] if ends else f'status {self.process.returncode}'
