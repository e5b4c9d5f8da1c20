"""One PC in Bochs: slower than QEMU, but it enforces real-mode segment limits and has a BIOS of its own.

    with Bochs(work, pxe=tftp_dir, bootfile='puck.kpxe') as pc:     # or disk=image
        pc.serial.expect('...')

COM1 goes through a pair of FIFOs' worth of file: Bochs writes it to a file, which is followed here; typing is
not possible. PXE uses Bochs' own DHCP and TFTP server (vnet), a second opinion on ours.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time

import process
from serial import Serial

RC = '''
config_interface: textconfig
display_library: term
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
megs: {mem}
cpu: count=1, model={cpu}, ips=4000000, reset_on_triple_fault=0
boot: {boot}
com1: enabled=1, mode=file, dev={work}/com1
sound: driver=dummy
speaker: enabled=0
log: {work}/bochs.log
panic: action=fatal
clock: sync=none
pci: enabled=1, chipset=i440fx{slots}
{devices}
'''

VNET = 'e1000: enabled=1, mac=52:54:00:70:75:63, ethmod=vnet, ethdev={tftp}, script={work}/vnet.conf, bootrom={rom}\n'


class Bochs:
    running = []  # of the current test, for the report of a failure (conftest.py)

    def __init__(self, work, *, pxe=None, bootfile='puck.kpxe', disk=None, mem=128):
        self.work = pathlib.Path(work)
        self.work.mkdir(parents=True, exist_ok=True)
        devices, boot = '', 'network'
        cpu = 'p3_katmai' if pxe and not disk else 'pentium'  # Debian's PXE ROM needs CMOV
        if pxe:
            (self.work / 'vnet.conf').write_text(f'# vnet config\nbootfile = {bootfile}\n')
        rom = '/usr/lib/ipxe/qemu/pxe-e1000.rom' if pxe and not disk else ''
        slots = ', slot1=e1000' if pxe else ''
        if pxe:
            devices += VNET.format(tftp=pxe, work=self.work, rom=rom or 'none')
        if disk:
            boot = 'disk'
            copy = self.work / 'disk.img'
            shutil.copy(disk, copy)
            devices += f'ata0-master: type=disk, path={copy}, mode=flat, cylinders=0\n'
        (self.work / 'rc').write_text(RC.format(mem=mem, cpu=cpu, boot=boot, work=self.work, slots=slots, devices=devices))
        (self.work / 'go').write_text('c\n')
        (self.work / 'com1').write_bytes(b'')
        here, there = socket.socketpair()
        with open(self.work / 'screen', 'wb') as screen:
            self.process = process.start(
                ['bochs', '-q', '-f', str(self.work / 'rc'), '-rc', str(self.work / 'go')],
                env=dict(os.environ, TERM='vt100'), stdin=subprocess.DEVNULL, stdout=screen, stderr=screen)
        threading.Thread(target=self._follow, args=(there,), daemon=True).start()
        self.serial = Serial(here, self.work / 'serial.log')
        Bochs.running.append(self)

    def _follow(self, there):
        """Copy what Bochs appends to its COM1 file to the Serial's socket, until Bochs ends."""
        with open(self.work / 'com1', 'rb') as com1:
            while True:
                ended = self.process.poll() is not None
                chunk = com1.read()
                if chunk:
                    there.sendall(chunk)
                elif ended:
                    there.close()
                    return
                else:
                    time.sleep(0.05)

    def log(self):
        return (self.work / 'bochs.log').read_text(errors='replace')

    def stop(self):
        process.stop(self.process)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()
