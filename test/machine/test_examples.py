"""The scripts of docs/examples on a machine: what a kernel of ours is given in the end, or what stands on the screen.

The addresses in them are for documentation; here they are those of the test's network. What needs an image kind that comes
later (winpe.ipxe, arch-pxelinux.ipxe) runs in test/script/test_examples.py only.
"""
import pathlib
import re
import subprocess

import pytest

from net import Lan, requests
from qemu import Machine, kernel, nic
from steps import PROMPT

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / 'docs/examples'


@pytest.fixture
def site(work, www):
    """A network whose server has a kernel that only tells, an initrd, and the examples with its addresses."""
    subprocess.run(['nasm', '-f', 'bin', '-o', www / 'vmlinuz', HERE / 'probe_kernel.asm'], check=True)
    (www / 'initrd.img').write_bytes(b'an initrd')
    for example in EXAMPLES.glob('*.ipxe'):
        (www / example.name).write_text(example.read_text().replace('192.0.2.', '10.77.0.'))
    with Lan(work / 'lan', tftp=www, www=www, extra='dhcp-option=66,10.77.0.1\n') as lan:
        yield lan


def start(work, images, www, lan, example, *more):
    args = nic('e1000', lan) + kernel(images / 'puck.lkrn', initrd=www / example)
    return Machine(work / 'pc', [*args, *more], net=lan, mem=64)


def given(pc, timeout=90):
    """The command line and the initrd of the kernel that was started."""
    text = pc.serial.expect(r'(?ms)^(cs .*?)^PROBE-END', timeout, never='EXCEPTION|Boot failed')[1]
    told = dict(re.findall(r'(?m)^(\w+) (.*)$', text))
    return told['cmdline'], bytes.fromhex(told['initrd'])


def test_retry(work, www, images, site):
    """The initrd appears when the third round is under way."""
    (www / 'initrd.img').rename(www / 'later')
    with start(work, images, www, site, 'retry.ipxe') as pc:
        pc.serial.expect(r'initrd: http://10.77.0.1/initrd.img: .*404', 90)
        pc.serial.expect(r'Round 2 failed with error 0x\w+. The next one begins in 2 s.', 90)
        (www / 'later').rename(www / 'initrd.img')
        assert given(pc) == ('console=ttyS0', b'an initrd')


def test_static(work, www, images, site):
    with start(work, images, www, site, 'static.ipxe') as pc:
        pc.serial.expect(r'10\.77\.0\.40', 90)
        assert given(pc) == ('console=ttyS0 ip=10.77.0.40::10.77.0.1:255.255.255.0', b'an initrd')
    assert 'DHCPDISCOVER' not in site.log()


def test_next_server(work, www, images):
    """DHCP names a server that is not there."""
    subprocess.run(['nasm', '-f', 'bin', '-o', www / 'vmlinuz', HERE / 'probe_kernel.asm'], check=True)
    (www / 'initrd.img').write_bytes(b'an initrd')
    script = www / 'next-server.ipxe'
    script.write_text((EXAMPLES / script.name).read_text().replace('192.0.2.', '10.77.0.'))
    with Lan(work / 'lan', tftp=www, www=www, extra='dhcp-boot=x.ipxe,,10.77.0.9\n') as lan, \
            start(work, images, www, lan, script.name) as pc:
        pc.serial.expect('DHCP says: boot from 10.77.0.9\n', 90)
        pc.serial.expect('The script says: boot from 10.77.0.1\n')
        assert given(pc) == ('console=ttyS0', b'an initrd')


def test_inventory(work, www, images, site):
    """A model with a script of its own, and one without; the server's log has their names."""
    (www / 'model').mkdir()
    (www / 'model/Desk 3000.ipxe').write_text('#!ipxe\necho Script of the desk\n')
    (www / 'model/default.ipxe').write_text('#!ipxe\necho Script for all\n')
    for product, words in ('Desk 3000', 'Script of the desk'), ('Tower', 'Script for all'):
        smbios = ['-smbios', f'type=1,product={product},serial=4711']
        with start(work / product, images, www, site, 'inventory.ipxe', *smbios) as pc:
            pc.serial.expect(f'This is a {product} with 6[34] MiB', 90)
            pc.serial.expect(words)
    requests(site, r'GET /model/Tower\.ipxe\?mac=52-54-00-70-75-63&serial=4711')


def test_menu(work, www, images, site):
    """A hotkey leads into the submenu and back; then the default starts by itself."""
    with start(work, images, www, site, 'menu.ipxe', '-smbios', 'type=1,manufacturer=ACME,product=Desk') as pc:
        pc.serial.expect('Boot *menu *of *52:54:00:70:75:63', 90)
        pc.serial.expect('Next *boot *device')
        pc.serial.send('t')
        pc.serial.expect('What *is *this *machine')
        pc.serial.send('i')
        pc.serial.expect('ACME Desk, serial number , 6[34] MiB')
        pc.serial.send(' ')
        pc.serial.expect('Boot *menu *of *52:54:00:70:75:63')
        assert given(pc) == ('console=ttyS0', b'an initrd')


def test_menu_shell(work, www, images, site):
    with start(work, images, www, site, 'menu.ipxe') as pc:
        pc.serial.expect('Next *boot *device', 90)
        pc.serial.send('s')
        pc.serial.expect(PROMPT)
        pc.serial.send('exit\r')
        pc.serial.expect('Boot *menu *of')
