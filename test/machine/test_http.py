"""What HTTP and downloads can do, against nginx and a server of our own: logins, forms, waiting, resuming, gzip, parallel."""
import gzip
import hashlib
import os
import re
import zlib

import pytest

from clerk import Clerk
from net import Slirp, Web, requests
from qemu import Machine, kernel, nic
from steps import PROMPT, command, fails, must

MIB = 1 << 20


@pytest.fixture
def shell(work, images):
    """A function that starts a machine with a network and waits for its shell."""
    def start(model='e1000', **machine):
        pc = Machine(work / 'pc', nic(model, Slirp()) + kernel(images / 'puck.lkrn', 'shell'), **machine)
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        return pc
    return start


NGINX_EXTRA = '''
    location /secret/ { alias {root}/; auth_basic "staff"; auth_basic_user_file {passwords}; }
    location /busy { add_header Retry-After 1 always; return 503; }
    gzip on; gzip_types *; gzip_min_length 100; gzip_proxied any;
'''


def test_logins(work, www, shell):
    """Basic from nginx, Digest from our own; from the URI and from the settings; and who does not know the password."""
    (www / 'hello.ipxe').write_text('#!ipxe\necho HELLO\n')
    (work / 'passwords').write_text('user:{PLAIN}pass word\n')
    extra = NGINX_EXTRA.replace('{root}', str(www)).replace('{passwords}', str(work / 'passwords'))
    with Web(work / 'nginx', www, extra=extra) as web, Clerk({}) as clerk:
        pc = shell()
        host, digest_host = web.url.split('//')[1], clerk.url.split('//')[1]
        fails(pc, f'chain {web.url}/secret/hello.ipxe', '401')
        fails(pc, f'chain http://user:wrong@{host}/secret/hello.ipxe', '401')
        assert 'HELLO' in must(pc, f'chain http://user:pass%20word@{host}/secret/hello.ipxe')
        assert 'pass' not in must(pc, f'imgfetch http://user:pass%20word@{host}/secret/hello.ipxe')
        must(pc, 'set username user')
        must(pc, 'set password pass word')
        assert 'HELLO' in must(pc, f'chain {web.url}/secret/hello.ipxe')
        must(pc, 'clear username')
        must(pc, 'clear password')
        for algorithm in ('MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess'):
            uri = f'http://Mufasa:Circle%20of%20Life@{digest_host}/digest-{algorithm}/x?a=b'
            assert 'LOGGED-IN' in must(pc, f'chain --autofree {uri}')
        assert [('Authorization' in r.headers) for r in clerk.requests] == 4 * [False, True]
        fails(pc, f'chain http://Mufasa:x@{digest_host}/digest-MD5/x', '401', 'Mufasa')
        fails(pc, f'chain {clerk.url}/digest-MD5/x', '401')


def test_proxy_logins(shell):
    """A proxy that wants a login, by Basic and by Digest; a wrong password and none in words."""
    with Clerk({}) as clerk:
        pc = shell()
        for kind in ('basic', 'digest'):
            uri = f'http://{kind}.example/x?y'
            must(pc, f'set http-proxy http://Mufasa:Circle%20of%20Life@10.0.2.2:{clerk.port}')
            assert f'PROXY-SAW {uri}' in must(pc, f'chain --autofree {uri}')
            asked = [r.headers.get('Proxy-Authorization', '') for r in clerk.requests[-2:]]
            assert asked[0] == '' and asked[1].lower().startswith(kind)
            must(pc, f'set http-proxy Mufasa:wrong@10.0.2.2:{clerk.port}')
            fails(pc, f'chain {uri}', '407', 'the proxy refuses user "Mufasa"')
            must(pc, f'set http-proxy 10.0.2.2:{clerk.port}')
            fails(pc, f'chain {uri}', '407', 'the proxy 10.0.2.2 wants a login')


def test_k42_k43_forms(shell):
    """POST with a form in order, headers, other methods; a list serves once."""
    with Clerk({}) as clerk:
        pc = shell()
        must(pc, 'params && param mac ${net0/mac} && param text a b && param --header X-Token t0ken')
        said = must(pc, f'chain --autofree {clerk.url}/echo##params')
        assert 'SAW POST /echo' in said and 'SAW X-Token: t0ken' in said
        assert re.search(r'SAW mac=52%3A54%3A00%3A[0-9a-f%A-F]+&text=a%20b\n', said)
        assert clerk.requests[-1].headers['Content-Type'] == 'application/x-www-form-urlencoded'
        assert 'SAW GET /echo' in must(pc, f'chain --autofree {clerk.url}/echo##params')
        must(pc, 'params --name n --method PUT && param --params n key value')
        assert 'SAW PUT /echo' in must(pc, f'chain --autofree {clerk.url}/echo##params=n')
        must(pc, 'params --method HEAD')
        must(pc, f'imgfetch {clerk.url}/echo##params')
        assert clerk.requests[-1].method == 'HEAD'
        must(pc, f'set http-proxy 10.0.2.2:{clerk.port}')
        assert 'PROXY-SAW http://nowhere.example/x?y' in must(pc, 'chain --autofree http://nowhere.example/x?y')


def test_patience(work, www, shell):
    """A cut connection is resumed, a busy server waited for, a failing one tried again; the bytes are right."""
    data = os.urandom(6 * MIB)
    digest = hashlib.sha256(data).hexdigest()
    extra = NGINX_EXTRA.replace('{root}', str(www)).replace('{passwords}', '/dev/null')
    with Clerk({'/cut.bin': data, '/fail.bin': data}) as clerk, Web(work / 'nginx', www, extra=extra) as web:
        pc = shell()
        must(pc, f'imgfetch {clerk.url}/cut.bin#sha256={digest}')
        ranges = [r.headers.get('Range') for r in clerk.requests]
        assert ranges[0] is None and len(ranges) == 3
        assert [int(r[6:-1]) for r in ranges[1:]] == sorted(int(r[6:-1]) for r in ranges[1:])
        assert int(ranges[2][6:-1]) > MIB
        assert digest in must(pc, 'sha256sum cut.bin')
        must(pc, 'imgfree')

        assert 'SERVED' in must(pc, f'chain --autofree {clerk.url}/busy')
        pc.serial.send(f'imgfetch {web.url}/busy\r')
        for _ in range(3):
            pc.serial.expect(r'server is busy, again in 1 s')
        pc.serial.send('\x03')
        pc.serial.expect(r'interrupted')
        pc.serial.expect(PROMPT)
        assert len(requests(web, '"GET /busy HTTP/1.1" 503')) in range(1, 11)

        said = must(pc, f'imgfetch --retry 4 --sha256 {digest} {clerk.url}/fail.bin')
        assert 'closed the connection' in said and 'try 2 of 5 in 1 s' in said
        fails(pc, f'imgfetch --sha256 {digest[::-1]} {clerk.url}/fail.bin', 'SHA-256', digest, digest[::-1])
        assert 'fail.bin' in must(pc, 'imgstat')  # the one that was right
        must(pc, 'imgfree')


def test_k28_packed(work, www, shell):
    """gzip as a content coding and as files; a packed kernel; a bomb."""
    text = b'\n'.join(b'# line %d of a long script' % i for i in range(20000))
    (www / 'long.ipxe').write_bytes(b'#!ipxe\n' + text + b'\necho UNPACKED\n')
    (www / 'linux.gz').write_bytes(gzip.compress((www / 'linux').read_bytes(), 1))
    (www / 'data.zlib').write_bytes(zlib.compress(text))
    (www / 'bomb.gz').write_bytes(gzip.compress(bytes(MIB)) * 1000)
    extra = NGINX_EXTRA.replace('{root}', str(www)).replace('{passwords}', '/dev/null')
    with Web(work / 'nginx', www, extra=extra) as web:
        pc = shell()
        assert 'UNPACKED' in must(pc, f'chain --autofree {web.url}/long.ipxe')
        (sent,) = requests(web, r'long.ipxe HTTP/1.1" 200 (\d+)')
        assert int(sent) < len(text) // 2  # it came packed
        must(pc, f'kernel {web.url}/linux.gz quiet')
        assert re.search(rf'linux\.gz : {(www / "linux").stat().st_size} bytes \[bzimage\] \[SELECTED\]', must(pc, 'imgstat'))
        must(pc, 'imgfree')
        must(pc, f'imgextract {web.url}/linux.gz')
        digest = hashlib.sha256((www / 'linux').read_bytes()).hexdigest()
        assert digest in must(pc, 'sha256sum linux')
        must(pc, 'imgfree')
        must(pc, f'imgextract --keep --name text {web.url}/data.zlib')
        assert hashlib.md5(text).hexdigest() in must(pc, 'md5sum text')
        must(pc, 'imgfree')
        fails(pc, f'imgextract {web.url}/bomb.gz', 'do not fit into memory', timeout=180)
        must(pc, 'imgfree')
        must(pc, f'imgextract {web.url}/linux.gz')  # the memory is there again


def test_parallel(work, www, shell):
    """Several files at the same time, whole and in order; a failure and Ctrl-C end all of them."""
    names = [f'part{i}' for i in range(5)]
    digests = []
    for i, name in enumerate(names):
        data = os.urandom((5 - i) * MIB + i)
        (www / name).write_bytes(data)
        digests.append(hashlib.sha256(data).hexdigest())
    with Web(work / 'nginx', www, extra='location /slow { alias %s/part0; limit_rate 100k; }' % www) as web:
        pc = shell()
        uris = ' '.join(f'{web.url}/{n}#sha256={d}' for n, d in zip(names, digests))
        must(pc, f'initrd --parallel {uris}', 120)
        assert re.findall(r'^(part\d) : \d+ bytes \[initrd\]', must(pc, 'imgstat'), re.M) == names
        for name, digest in zip(names, digests):
            assert digest in must(pc, f'sha256sum {name}')
        must(pc, 'imgfree')
        fails(pc, f'imgfetch --parallel {web.url}/slow {web.url}/missing {web.url}/part1', '404', 'missing')
        assert must(pc, 'imgstat').strip() == ''
        pc.serial.send(f'imgfetch --parallel {web.url}/slow {web.url}/part0#again {web.url}/part1 && echo WELL\r')
        pc.serial.expect(r'slow')
        pc.serial.expect(r'\d+%')
        pc.serial.send('\x03')
        pc.serial.expect(r'interrupted', 5)
        pc.serial.expect(PROMPT)
        assert must(pc, 'imgstat').strip() == ''
        must(pc, f'initrd --parallel {uris}', 120)  # and all is well again


def test_one_file_by_several_connections(work, www, shell):
    """nginx gives each connection its share: several are faster, and the file is the same; a server without ranges; Ctrl-C."""
    data = os.urandom(6 * MIB + 789)
    (www / 'large.bin').write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    extra = f'location /slow/ {{ alias {www}/; limit_rate 1m; }} location /whole/ {{ alias {www}/; max_ranges 0; }}'
    with Web(work / 'nginx', www, extra=extra) as web:
        pc = shell()
        must(pc, 'set http-connections 4')
        must(pc, f'imgfetch {web.url}/slow/large.bin#sha256={digest}', 60)
        assert len(requests(web, 'large.bin HTTP/1.1" 206 ', 5)) == 5
        must(pc, f'imgfetch {web.url}/whole/large.bin#sha256={digest}', 60)
        assert len(requests(web, 'whole/large.bin HTTP/1.1" 200 ')) == 1
        must(pc, 'imgfree')
        pc.serial.send(f'imgfetch {web.url}/slow/large.bin\r')
        pc.serial.expect(r'\d+%')
        pc.serial.send('\x03')
        pc.serial.expect(r'interrupted', 5)
        pc.serial.expect(PROMPT)
        assert must(pc, 'imgstat').strip() == ''
        fails(pc, f'set http-connections 5 && imgfetch {web.url}/large.bin', 'http-connections can be 1 to 4, not 5')
        must(pc, 'clear http-connections')
        must(pc, f'imgfetch {web.url}/large.bin#sha256={digest}', 60)


def test_k49_digests_and_data(work, www, shell):
    """Every digest command; files into settings; memory and data: URIs into images."""
    data = os.urandom(3 * MIB + 17)
    (www / 'random.bin').write_bytes(data)
    (www / 'token').write_text('s3cret\n')
    with Web(work / 'nginx', www) as web:
        pc = shell()
        must(pc, f'imgfetch {web.url}/random.bin')
        for name in ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'):
            digest = hashlib.new(name, data).hexdigest()
            assert f'{digest}  random.bin' in must(pc, f'{name}sum random.bin')
            assert must(pc, f'{name}sum --set sum random.bin').strip() == ''
            must(pc, f'iseq ${{sum}} {digest}')
        must(pc, f'imgset token {web.url}/token')
        assert '[s3cret]' in must(pc, 'echo [${token}]')
        must(pc, 'imgmem --name bios 0xf0000 0x10000')
        assert 'bios : 65536 bytes' in must(pc, 'imgstat')
        fails(pc, 'imgmem 0xd0000000 0x1000', 'no memory')
        assert 'HELLO' in must(pc, 'chain data:,%23!ipxe%0aecho%20HELLO')
        succeeded, _ = command(pc, f'imgfetch {web.url}/random.bin#sha256={"0" * 64}')
        assert not succeeded
