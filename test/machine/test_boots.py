"""Boots of the whole chain, each on another mildly bad line: the PXE ROM's DHCP, the loader by TFTP, a script by TFTP, and a
file by HTTP, which must then lie in memory whole; or DHCP, script and file from a .lkrn. Fifty in make check-long, three
in make check.
"""
import os
import random

import pytest

from net import Lan, Relay
from qemu import Machine, kernel, nic

BOOTS = 50
MODELS = ('virtio', 'e1000', 'rtl8139', 'pcnet', 'eepro100', 'e1000e', 'vmxnet3', 'ne2k_pci', 'i82551', 'tulip')
NO_ROM = ('tulip',)  # QEMU has none
IMAGES = ('puck.kpxe', 'undionly.kpxe', 'puck.lkrn')
MIB_OF_MEMORY = 64
LOST = 'Nothing was booted|Press a key|next boot device|No bootable|EXCEPTION'


def mild_line(seed):
    """As test/sim/test_boots.c's, but for what QEMU's old ROM does not survive."""
    chance = random.Random(seed)
    return {'seed': seed, 'kbps': chance.randrange(10_000, 100_000), 'delay': chance.uniform(0, 2),
            'jitter': chance.uniform(0, 1), 'loss': chance.uniform(0, .5), 'duplicate': chance.uniform(0, 2),
            'reorder': chance.uniform(0, 1), 'corrupt': chance.uniform(0, .3), 'truncate': chance.uniform(0, .3)}


def boot(work, www, images, seed, data):
    model, image = MODELS[seed % len(MODELS)], IMAGES[seed // len(MODELS) % len(IMAGES)]
    if model in NO_ROM:
        image = 'puck.lkrn'
    is_rom = image.endswith('.kpxe')
    here = work / f'boot-{seed}'
    with Lan(here, tftp=www, www=www, boot=image if is_rom else 'autoexec.ipxe') as lan, \
            Relay(lan, **mild_line(seed)) as wire:
        args = nic(model, wire, rom=is_rom) + ([] if is_rom else kernel(images / image, 'autoboot'))
        with Machine(here / 'pc', args, net=wire, mem=MIB_OF_MEMORY) as pc:
            pc.serial.expect('\nFETCHED', 300, never=LOST)
            print(f'{seed}: {image} on {model} after {pc.serial.seconds():.0f} s: {wire.counts()["down"]["done"]}')
            pc.qmp('stop')
            assert data in pc.memory(0, MIB_OF_MEMORY << 20), 'the file is not there whole'
        Machine.running.remove(pc)


def run_boots(work, www, images, seeds):
    data = os.urandom(200_000)
    (www / 'file').write_bytes(data)
    (www / 'autoexec.ipxe').write_text(f'#!ipxe\nimgfetch {Lan.url}/file || exit 1\necho FETCHED\nsleep 1000\n')
    for seed in seeds:
        boot(work, www, images, seed, data)


@pytest.mark.parametrize('seed', [0, 11, 22])
def test_boots(work, www, images, seed):
    run_boots(work, www, images, [seed])


@pytest.mark.slow
@pytest.mark.parametrize('part', range(5))
def test_fifty_boots(work, www, images, part):
    run_boots(work, www, images, range(part, BOOTS, 5))
