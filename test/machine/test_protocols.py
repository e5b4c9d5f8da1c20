"""What the network has to carry, by real servers: names, forms of HTTP, fragments, windows of TFTP, echo."""
import hashlib
import os
import re

import pytest

from net import Lan, Liar, Slirp, Web
from qemu import Machine, kernel, nic
from steps import PROMPT, must


def shell(work, images, wire, model='e1000'):
    pc = Machine(work / 'pc', nic(model, wire) + kernel(images / 'puck.lkrn', 'shell'), net=wire)
    pc.serial.expect(PROMPT)
    must(pc, 'dhcp')
    return pc


def arrives(pc, uri, data):
    """A file arrives whole, by SHA-256."""
    must(pc, f'imgfetch --name it {uri}', 120)
    assert hashlib.sha256(data).hexdigest() in must(pc, 'sha256sum it', 60)
    must(pc, 'imgfree it')


def test_echo(work, www, images):
    """The guest answers pings at its prompt and while it loads; one in fragments, too."""
    with Lan(work / 'lan', tftp=www, www=www) as lan:
        pc = shell(work, images, lan)
        address = must(pc, 'echo ${net0/ip}').strip()
        for size in (0, 1, 56, 1472):
            assert lan.ping(address, size), size
        pc.serial.send(f'imgfetch {lan.url}/initrd.gz\r')
        assert lan.ping(address)


def test_fragments(work, www, images):
    """Blocks of TFTP that come in three pieces each."""
    data = os.urandom(200_001)
    (www / 'file').write_bytes(data)
    with Lan(work / 'lan', tftp=www, www=www) as lan:
        pc = shell(work, images, lan)
        lan.shorten_packets(600)
        arrives(pc, f'tftp://{lan.server}/file', data)
        assert int(lan.counter('Ip', 'FragCreates')) > 200, 'the server did not fragment'


def test_names(work, www, images):
    """A name that is an alias, one that is another's alias, and one that does not exist."""
    data = os.urandom(50_000)
    (www / 'file').write_bytes(data)
    with Lan(work / 'lan', tftp=www, www=www, extra='log-queries\nhost-record=real.puck.test,10.77.0.1\n'
             'cname=alias.puck.test,real.puck.test\ncname=second.puck.test,alias.puck.test\n') as lan:
        pc = shell(work, images, lan)
        for name in ('real', 'alias', 'second'):
            arrives(pc, f'http://{name}.puck.test/file', data)
        assert 'second.puck.test is <CNAME>' in lan.log(), lan.log()


def chunked(path):
    """Chunks of odd sizes, with an extension, a trailer and hexadecimal in both cases."""
    body = chunked.data
    head = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    text, at = head, 0
    for size in (1, 0xAb, 4096, 70000, len(body)):
        piece = body[at:at + size]
        at += len(piece)
        if piece:
            text += (b'%x;name=value\r\n' if size == 0xAb else b'%X\r\n') % len(piece) + piece + b'\r\n'
    return text + b'0\r\nX-Trailer: yes\r\n\r\n'


def test_forms_of_http(work, www, images):
    """Chunks; redirections by a real server, absolute, relative and to another server."""
    data = chunked.data = os.urandom(150_000)
    (www / 'file').write_bytes(data)
    with Liar(chunked) as odd, \
            Web(work / 'nginx', www, extra=f'''
                location /absolute {{ return 301 http://$http_host/file; }}
                location /relative {{ absolute_redirect off; return 302 /file; }}
                location /twice {{ absolute_redirect off; return 307 /relative; }}
                location /away {{ return 308 {odd.url}/chunks; }}''') as web:
        pc = shell(work, images, Slirp())
        arrives(pc, f'{odd.url}/chunks', data)
        for name in ('absolute', 'relative', 'twice', 'away'):
            arrives(pc, f'{web.url}/{name}', data)


@pytest.mark.parametrize('model', ['e1000', 'virtio'])
def test_tftp_windows(work, www, images, model):
    """atftpd grants windowsize; dnsmasq and QEMU's own server do not know it."""
    data = os.urandom(3_000_001)
    (www / 'file').write_bytes(data)
    with Lan(work / 'lan', tftp=www, www=www) as lan:
        port, log = lan.start_atftpd(www)
        pc = shell(work, images, lan, model)
        arrives(pc, f'tftp://{lan.server}:{port}/file', data)
        granted = re.search(r'windowsize option -> (\d+)', log.read_text())
        assert granted and int(granted[1]) > 1, log.read_text()[-2000:]
