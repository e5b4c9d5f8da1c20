"""Bad input: one clear line with the cause each, the machine alive, the shell or the caller reached, memory freed."""
import os

import pytest

from net import Lan, Liar, NoServer, Slirp, Web
from qemu import Machine, kernel, nic
from steps import BANNER, PROMPT, fails, must

MIB = 1 << 20


@pytest.fixture
def shell(work, images):
    """A function that starts a machine on a network and waits for its shell."""
    def start(wire, model='e1000', **machine):
        pc = Machine(work / 'pc', nic(model, wire) + kernel(images / 'puck.lkrn', 'shell'), net=wire, **machine)
        pc.serial.expect(PROMPT)
        return pc
    return start


def test_network_faults(work, www, shell):
    """No carrier, then a carrier; each says what is wrong with the wire."""
    pc = shell(Slirp(tftp=www))
    pc.set_link(False)
    fails(pc, 'dhcp', 'no link', 'no carrier')
    pc.set_link(True)
    must(pc, 'dhcp')


def test_no_dhcp_server(shell):
    pc = shell(NoServer(), 'virtio')
    fails(pc, 'dhcp', 'no DHCP server answered on net0', timeout=150)
    must(pc, 'echo alive')


def liar(path):
    """Answers that a broken or hostile server could give."""
    head = b'HTTP/1.1 200 OK\r\n'
    return {
        '/truncated': head + b'Content-Length: 100000\r\n\r\n' + b'x' * 40000,
        '/twolengths': head + b'Content-Length: 5\r\nContent-Length: 50\r\n\r\n' + b'x' * 50,
        '/notranges': b'HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 100-109/1000\r\n'
                      b'Content-Length: 10\r\n\r\n0123456789',
        '/badchunk': head + b'Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\nx',
        '/loop': b'HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n',
        '/endless': head + b'X: ' + b'y' * (4 * MIB) + b'\r\n\r\n',
        '/garbage': os.urandom(1000),
        '/nothing': b'',
    }.get(path, b'HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n')


def test_servers_that_refuse_or_lie(work, www, shell):
    with Web(work / 'nginx', www) as web, Liar(liar) as bad:
        pc = shell(Slirp(tftp=www))
        must(pc, 'dhcp')
        fails(pc, f'imgfetch {web.url}/missing', '404', 'missing')
        fails(pc, 'imgfetch tftp://10.0.2.2/missing', 'missing', 'not found')
        fails(pc, 'imgfetch http://10.0.2.2:1/x', '10.0.2.2', 'refused')
        fails(pc, 'imgfetch gopher://10.0.2.2/x', 'gopher')
        fails(pc, f'imgfetch {bad.url}/truncated', '40000', '100000')
        fails(pc, f'imgfetch {bad.url}/twolengths', 'length')
        fails(pc, f'imgfetch {bad.url}/notranges', '206')
        fails(pc, f'imgfetch {bad.url}/badchunk', 'chunk')
        fails(pc, f'imgfetch {bad.url}/loop', 'redirect')
        fails(pc, f'imgfetch {bad.url}/endless', '8192')
        fails(pc, f'imgfetch {bad.url}/garbage', 'HTTP')
        fails(pc, f'imgfetch {bad.url}/nothing', 'closed')
        fails(pc, f'imgfetch {bad.url}/other', '500')
        must(pc, f'imgfetch {web.url}/linux')
        assert must(pc, 'imgstat').count('\n') == 1, 'a failed download left an image behind'


def test_tftp_refused(work, www, shell):
    """dnsmasq refuses with an ERROR packet what lies outside its root, and serves on."""
    (www / 'small').write_text('#!ipxe\n')
    with Lan(work / 'lan', tftp=www, www=www) as lan:
        pc = shell(lan)
        must(pc, 'dhcp')
        fails(pc, f'imgfetch tftp://{lan.server}/nowhere/x', 'TFTP', 'x')
        must(pc, f'imgfetch tftp://{lan.server}/small')


def test_k24_k25_files_that_do_not_boot(work, www, shell):
    """No kernel, a kernel that is cut short, a kernel larger than memory; afterwards a good one still loads."""
    (www / 'page.html').write_text('<html><body>Please log in</body></html>\n')
    (www / 'cut').write_bytes((www / 'linux').read_bytes()[:20000])
    with open(www / 'huge', 'wb') as f:
        f.write((www / 'linux').read_bytes()[:4096])
        f.truncate(200 * MIB)
    with Web(work / 'nginx', www) as web:
        pc = shell(Slirp(tftp=www), mem=64)
        must(pc, 'dhcp')
        fails(pc, f'chain {web.url}/page.html', 'an HTML page')
        fails(pc, f'kernel {web.url}/page.html', 'an HTML page')
        must(pc, 'imgfree')
        fails(pc, f'chain {web.url}/cut', 'cut off', '20000')
        fails(pc, f'kernel {web.url}/huge', '209715200', 'do not fit into memory')
        must(pc, 'imgfree')
        must(pc, f'kernel {web.url}/linux')


SCRIPT_FAULTS = {
    'unknown-command.ipxe': ('#!ipxe\n\nfrobnicate now\n', ['unknown-command.ipxe:3:', 'frobnicate']),
    'unknown-label.ipxe': ('#!ipxe\ngoto nowhere\n', ['unknown-label.ipxe:2:', 'nowhere']),
    'wrong-option.ipxe': ('#!ipxe\nkernel --nmae x y\n', ['wrong-option.ipxe:2:', 'kernel', 'nmae']),
    'missing-file.ipxe': ('#!ipxe\n\n\nkernel missing-kernel\n', ['missing-file.ipxe:4:', 'kernel', '404']),
}


def test_scripts_that_fail(work, www, shell):
    for name, (text, _) in SCRIPT_FAULTS.items():
        (www / name).write_text(text)
    with Web(work / 'nginx', www) as web:
        pc = shell(Slirp(tftp=www))
        must(pc, 'dhcp')
        for name, (_, words) in SCRIPT_FAULTS.items():
            fails(pc, f'chain {web.url}/{name}', *words)
        fails(pc, 'frobnicate', 'frobnicate', 'no such command')
        must(pc, 'echo alive')


RESCUE = '#!ipxe\nset rescue-timeout 2\nset rescue-retries 0\nexit 1\n'


@pytest.mark.parametrize('image, waits', [('puck.kpxe', 'Nothing was booted'), ('undionly.kpxe', 'Press a key')])
def test_back_to_the_caller(work, www, image, waits):
    """Booted from the network with nothing to boot: after a pause the BIOS gets the machine back."""
    if image == 'puck.kpxe':
        (www / 'autoexec.ipxe').write_text(RESCUE)
    with Machine(work / 'pc', nic('e1000', Slirp(tftp=www, bootfile=image), rom=True)) as pc:
        pc.serial.expect(BANNER, 240)
        pc.serial.expect('autoexec.ipxe', 240)
        pc.serial.expect(waits, 240)
        pc.serial.expect('next boot device', 60)
        pc.serial.expect('Leaving', 180)
        for _ in range(60):
            if any('No bootable device' in line for line in pc.screen()):
                return
            pc.serial.wait_closed(0.5)
        raise AssertionError('the BIOS was not reached:\n' + '\n'.join(pc.screen()))


@pytest.mark.parametrize('image, waits, key', [('puck.kpxe', 'Nothing was booted', 's'),
                                               ('undionly.kpxe', 'Press a key', '\r')])
def test_shell_after_failure(work, www, image, waits, key):
    """The same, but somebody asks for a shell."""
    (www / 'small').write_text('#!ipxe\n')
    with Machine(work / 'pc', nic('e1000', Slirp(tftp=www, bootfile=image), rom=True)) as pc:
        pc.serial.expect(waits, 300)
        pc.serial.send(key)
        pc.serial.expect(PROMPT, 30)
        must(pc, 'imgfetch tftp://${next-server}/small')
