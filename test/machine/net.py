"""Networks for guests, with real servers on them.

Slirp    QEMU's own user-mode network: DHCP and TFTP by QEMU; HTTP by a Web on loopback.
Lan      a network namespace of its own with a tap, dnsmasq (DHCP, TFTP, DNS) and nginx.
Web      nginx on a free loopback port; a slirp guest reaches it as 10.0.2.2.
Peer     a server of ours in a Lan (peers.py).
Trunk    a wire to a Lan on which every frame has a VLAN tag.
Relay    a wire to a Lan that can be made bad (relay.c).
Liar     an HTTP server that answers what a test tells it to, byte for byte.

Everything is unique to its object and goes when its `with` block ends.
"""
import contextlib
import itertools
import json
import os
import pathlib
import re
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
import time

import process

NGINX = shutil.which('nginx') or '/usr/sbin/nginx'
DNSMASQ = shutil.which('dnsmasq') or '/usr/sbin/dnsmasq'
ATFTPD = shutil.which('atftpd') or '/usr/sbin/atftpd'
RELAY = pathlib.Path(os.environ.get('PUCK_OBJ', pathlib.Path(__file__).resolve().parents[2] / 'build'), 'relay')

# One ICMP echo request: python3 -c ECHO address size; prints the size of a right answer, ends badly after 5 s.
ECHO = '''
import os, socket, struct, sys
def checksum(b):
    s = sum(struct.unpack(f"!{len(b) // 2}H", b))
    s = (s & 0xffff) + (s >> 16)
    return ~(s + (s >> 16)) & 0xffff
address, data = sys.argv[1], os.urandom(int(sys.argv[2]))
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
s.settimeout(5)
rest = struct.pack("!HH", os.getpid() & 0xffff, 1) + data
even = b"\\x08\\0\\0\\0" + rest + bytes(len(rest) % 2)
s.sendto(struct.pack("!BBH", 8, 0, checksum(even)) + rest, (address, 0))
while True:
    packet, sender = s.recvfrom(65536)
    body = packet[(packet[0] & 15) * 4:]
    if sender[0] == address and body[0] == 0 and body[4:] == rest and checksum(body + bytes(len(body) % 2)) == 0:
        sys.exit(print(len(body) - 8))
'''

NGINX_CONF = '''
daemon off; master_process off; worker_processes 1; user root; pid {work}/nginx.pid; error_log {work}/nginx.err;
events {{ worker_connections 64; }}
http {{
    access_log {work}/access.log;
    client_body_temp_path {work}/t; proxy_temp_path {work}/t; fastcgi_temp_path {work}/t;
    uwsgi_temp_path {work}/t; scgi_temp_path {work}/t;
    default_type application/octet-stream;
    sendfile on; tcp_nodelay on;
    server {{ listen {listen}; root {root}; {extra} }}
}}
'''


def wait_for(condition, what, child=None, timeout=20):
    """Poll until condition() is true."""
    end = time.monotonic() + timeout
    while not condition():
        if child and child.poll() is not None:
            raise RuntimeError(f'{what}: the server ended with {child.returncode}')
        if time.monotonic() > end:
            raise RuntimeError(f'{what}: not ready within {timeout} s')
        time.sleep(0.02)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def start_nginx(work, root, listen, prefix=(), extra=''):
    work.mkdir(parents=True, exist_ok=True)
    conf = work / 'nginx.conf'
    conf.write_text(NGINX_CONF.format(work=work, root=root, listen=listen, extra=extra))
    child = process.start([*prefix, NGINX, '-e', str(work / 'nginx.err'), '-c', str(conf)])
    # nginx writes its pid file after it has bound its sockets
    wait_for((work / 'nginx.pid').exists, f'nginx on {listen} ({work}/nginx.err)', child)
    return child


def requests(server, pattern, least=1):
    """What a Web or Lan answered: all places of its log that match, as soon as there are so many. nginx notes a request
    when the answer is out, which the guest may have read by then."""
    found = []

    def are_there():
        found[:] = re.findall(pattern, (server.work / 'access.log').read_text())
        return len(found) >= least
    wait_for(are_there, f'{least} times {pattern!r} in {server.work}/access.log')
    return found


class Web:
    def __init__(self, work, root, extra=''):
        self.work = pathlib.Path(work)
        for attempt in itertools.count():
            self.port = free_port()
            try:
                self._nginx = start_nginx(self.work, root, f'127.0.0.1:{self.port}', extra=extra)
                break
            except RuntimeError:  # somebody took the port in between
                if attempt == 4:
                    raise
        self.url = f'http://10.0.2.2:{self.port}'

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        process.stop(self._nginx)


class Slirp:
    """prefix: what runs QEMU; server: the guest's address for TFTP; url is set when there is a Web."""
    prefix = ()
    server = '10.0.2.2'

    def __init__(self, tftp=None, bootfile=None, web=None, dhcp=True):
        self._tftp, self._bootfile, self._dhcp = tftp, bootfile, dhcp
        self.url = web.url if web else None

    def netdev(self, name):
        text = f'user,id={name}'
        text += f',tftp={self._tftp}' if self._tftp else ''
        return text + (f',bootfile={self._bootfile}' if self._bootfile else '')


class NoServer:
    """A wire with nobody on it."""
    prefix = ()

    def __init__(self, hub=0):
        self._hub = hub

    def netdev(self, name):
        return f'hubport,id={name},hubid={self._hub}'


# no-daemon keeps it from dropping privileges, which a user namespace does not let it do
DNSMASQ_CONF = '''
no-daemon
interface=tap0
except-interface=lo
bind-interfaces
no-resolv
no-hosts
no-ping
address=/server.puck.test/{server}
dhcp-range=10.77.0.50,10.77.0.99,10m
dhcp-authoritative
dhcp-leasefile={work}/leases
enable-tftp
tftp-root={tftp}
log-dhcp
log-facility={work}/dnsmasq.log
{extra}
'''


def own_namespace():
    """A process that holds a new network namespace, and the command prefix that enters it.

    Without root it is a user namespace, too, in which we are root. It ends when the returned process's standard
    input is closed, so with us; the namespace and the tap go with its last process.
    """
    root = os.geteuid() == 0
    holder = process.start(['unshare', '-n', *([] if root else ['-Ur']), 'cat'], stdin=subprocess.PIPE)
    mine = os.readlink('/proc/self/ns/net')
    wait_for(lambda: os.readlink(f'/proc/{holder.pid}/ns/net') != mine, 'a network namespace (unshare)', holder)
    wait_for(lambda: pathlib.Path(f'/proc/{holder.pid}/comm').read_text() == 'cat\n', 'unshare', holder)
    enter = ['-n'] if root else ['-U', '-n', '--preserve-credentials']
    return holder, ('nsenter', '-t', str(holder.pid), *enter, '--')


def first_of_all():
    """The prefix of a command that shall not wait for the processor, where we may have that."""
    prefix = ('chrt', '--rr', '1')
    may = subprocess.run([*prefix, 'true'], stderr=subprocess.DEVNULL, check=False).returncode == 0
    return prefix if may else ()


class Lan:
    """boot is the file that DHCP names to everybody; loss is in percent, each way. What runs in an urgent one, the guest
    too, goes before all else on this machine: only one of them should run at a time (pytest.mark.xdist_group)."""
    server = '10.77.0.1'
    url = 'http://10.77.0.1'
    _servers = ()

    def __init__(self, work, *, tftp, www, boot=None, loss=0, extra='', dhcp=True, urgent=False):
        self.work, self._www = pathlib.Path(work), www
        self.work.mkdir(parents=True, exist_ok=True)
        options = f'dhcp-boot={boot},,{self.server}\n' if boot else ''
        with contextlib.ExitStack() as undo:
            holder, self.prefix = own_namespace()
            undo.callback(process.stop, holder)
            self.prefix += first_of_all() if urgent else ()
            ip = (*self.prefix, 'ip')
            process.run(*ip, 'link', 'set', 'lo', 'up')
            process.run(*ip, 'tuntap', 'add', 'dev', 'tap0', 'mode', 'tap')
            process.run(*ip, 'addr', 'add', f'{self.server}/24', 'dev', 'tap0')
            process.run(*ip, 'link', 'set', 'tap0', 'gso_max_segs', '1')
            process.run(*ip, 'link', 'set', 'tap0', 'up')
            self._route()
            if loss:
                self._lose(loss)
            conf = self.work / 'dnsmasq.conf'
            text = DNSMASQ_CONF.format(server=self.server, work=self.work, tftp=tftp, extra=options + extra)
            conf.write_text(text if dhcp else re.sub('dhcp-range=.*', '', text))
            (self.work / 'dnsmasq.log').touch()
            undo.callback(self.stop_servers)
            self.start_servers()
            self._undo = undo.pop_all()

    def start_servers(self):
        log, before = self.work / 'dnsmasq.log', self.log().count('started, version')
        self._servers = [process.start([*self.prefix, DNSMASQ, '-C', str(self.work / 'dnsmasq.conf')],
                                       stderr=subprocess.DEVNULL)]
        # its last words before it serves are about TFTP
        wait_for(lambda: 'TFTP root is' in self.log().split('started, version')[-1] and
                 self.log().count('started, version') > before, f'dnsmasq ({log})', self._servers[0])
        (self.work / 'nginx.pid').unlink(missing_ok=True)
        self._servers.append(start_nginx(self.work, self._www, f'{self.server}:80', self.prefix))

    def stop_servers(self):
        for server in self._servers:
            process.stop(server)
        self._servers = []

    def _route(self, *more):
        """The server's TCP is what most are, also where this machine's own is set otherwise: BBR does not mind losses."""
        process.run(*self.prefix, 'ip', 'route', 'replace', '10.77.0.0/24', 'dev', 'tap0', 'src', self.server,
                    'congctl', 'cubic', *more)

    def add_address(self, address):
        """One more that the server has, for a peer of ours."""
        process.run(*self.prefix, 'ip', 'addr', 'add', f'{address}/24', 'dev', 'tap0')

    def _lose(self, percent):
        """Drop that many of a hundred frames the server sends, and of those the guest sends."""
        nft = (*self.prefix, 'nft')
        process.run(*nft, 'add', 'table', 'ip', 'loss')
        for hook, side in (('output', 'oifname'), ('input', 'iifname')):
            process.run(*nft, f'add chain ip loss {hook} {{ type filter hook {hook} priority 0; }}')
            process.run(*nft, f'add rule ip loss {hook} {side} tap0 numgen random mod 1000 < {percent * 10:.0f} '
                              'counter drop')

    def ping(self, address, size=56):
        """The guest's ICMP echo reply to `size` random bytes has come back whole."""
        said = process.run(*self.prefix, sys.executable, '-c', ECHO, address, str(size))
        return int(said) == size

    def counter(self, protocol, name):
        """One of the namespace's counters."""
        lines = process.run(*self.prefix, 'cat', '/proc/net/snmp', '/proc/net/netstat').splitlines()
        names, values = (line.split() for line in lines if line.startswith(f'{protocol}: '))
        return values[names.index(name)]

    def shorten_packets(self, mtu):
        """From now on the server's packets are fragmented to this size."""
        self._route('mtu', 'lock', str(mtu))

    def start_atftpd(self, root, *options):
        """A TFTP server that knows windowsize (RFC 7440). Returns its port and its log."""
        log = self.work / 'atftpd.log'
        log.touch(0o666)
        port = 6969  # the namespace is ours
        child = process.start([*self.prefix, ATFTPD, '--daemon', '--no-fork', '--user', 'root', '--group', 'root',
                               '--port', str(port), '--bind-address', self.server, '--verbose=7',
                               '--logfile', str(log), *options, str(root)])
        self._undo.callback(process.stop, child)
        wait_for(lambda: 'server started' in log.read_text(), f'atftpd ({log})', child)
        return port, log

    def dropped(self):
        """Packets lost so far on purpose."""
        rules = process.run(*self.prefix, 'nft', 'list', 'table', 'ip', 'loss')
        words = rules.replace('\n', ' ').split()
        return sum(int(words[i + 1]) for i, word in enumerate(words) if word == 'packets')

    def netdev(self, name):
        return f'tap,id={name},ifname=tap0,script=no,downscript=no'

    def log(self):
        return (self.work / 'dnsmasq.log').read_text(errors='replace')

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._undo.close()


class Helper:
    """A program of ours in a Lan's namespace that prints "ready"; `lines` is what it has printed."""

    def __init__(self, lan, *argv):
        self.lines = []
        self._child = process.start([*lan.prefix, *map(str, argv)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    text=True)
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()
        wait_for(lambda: 'ready' in self.lines, ' '.join(map(str, argv)), self._child)

    def _collect(self):
        for line in self._child.stdout:
            self.lines.append(line.strip())

    def ask(self, line):
        """Say a line; returns the next that it prints."""
        count = len(self.lines)
        self._child.stdin.write(line + '\n')
        self._child.stdin.flush()
        wait_for(lambda: len(self.lines) > count, line, self._child)
        return self.lines[count]

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        process.stop(self._child)
        self._thread.join()
        self._child.stdin.close()
        self._child.stdout.close()


class Peer(Helper):
    """A server of ours (peers.py)."""

    def __init__(self, lan, *argv):
        super().__init__(lan, sys.executable, pathlib.Path(__file__).with_name('peers.py'), *argv)


class Trunk:
    """A wire to a Lan on which every frame has a VLAN tag."""

    def __init__(self, lan, tag):
        self.prefix = lan.prefix
        self._ours, self._guests = lan.work / 'relay', lan.work / 'guest'
        self.relay = Peer(lan, 'vlan', 'tap0', tag, self._ours, self._guests)

    def netdev(self, name):
        return (f'dgram,id={name},local.type=unix,local.path={self._guests},'
                f'remote.type=unix,remote.path={self._ours}')

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.relay.__exit__(*exception)


class Relay:
    """A wire to a Lan that can be made bad; it is good until set()."""

    def __init__(self, lan, **line):
        self.prefix, self.server, self.url = lan.prefix, lan.server, lan.url
        self._path = lan.work / 'line'
        self._program = Helper(lan, RELAY, 'tap0', self._path)
        self.set(**line)

    def netdev(self, name):
        return f'stream,id={name},server=off,addr.type=unix,addr.path={self._path}'

    def set(self, **line):
        """From now on the line is like this (relay.c), and nothing else. Returns what was counted before."""
        return json.loads(self._program.ask(' '.join(f'{name}={float(value)}' for name, value in line.items())))

    def counts(self):
        """What happened since the last set(): {'down': to the guest, 'up'}."""
        return json.loads(self._program.ask('?'))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._program.__exit__(*exception)


class Liar:
    """`answer(path)` gives the bytes to send; the connection is closed after them. Slirp guests reach .url."""

    def __init__(self, answer):
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                request = self.rfile.readline().split()
                while self.rfile.readline().strip():
                    pass
                with contextlib.suppress(OSError):
                    self.wfile.write(answer(request[1].decode() if len(request) > 1 else ''))

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(('127.0.0.1', 0), Handler)
        self.url = f'http://10.0.2.2:{self._server.server_address[1]}'
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._server.shutdown()
        self._server.server_close()
