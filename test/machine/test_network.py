"""Network commands with real servers: ping, nslookup, ntp, VLANs, statistics."""
import re
import time

import pytest

from net import Lan, Peer, Trunk, wait_for
from qemu import Machine, kernel, nic
from steps import PROMPT, command, fails, must


@pytest.fixture
def shell(work, images):
    """A function that starts a machine on a network and waits for its shell."""
    def start(wire, model='e1000', image='puck.lkrn'):
        pc = Machine(work / 'pc', nic(model, wire) + kernel(images / image, 'shell'), net=wire)
        pc.serial.expect(PROMPT)
        return pc
    return start


def test_k47_ping(work, www, shell):
    with Lan(work / 'lan', tftp=www, www=www) as lan:
        pc = shell(lan)
        must(pc, 'dhcp')
        said = must(pc, f'ping -c 3 -t 200 {lan.server}')
        assert len(re.findall(rf'^64 bytes from {lan.server}: seq=\d time=\d+ ms$', said, re.M)) == 3, said
        assert '3 of 3 replies' in said
        said = must(pc, 'ping --count 1 --size 1472 server.puck.test')
        assert f'1472 bytes from {lan.server}' in said
        fails(pc, 'ping -c 1 -s 1473 ${gateway}', 'MTU', '1472')
        fails(pc, 'ping -q -c 2 -t 3000 10.77.0.200', '10.77.0.200', 'does not answer')
        fails(pc, 'ping -c 1 nowhere.puck.invalid', 'nowhere.puck.invalid')
        # Ctrl-C ends it, with a summary
        pc.serial.send(f'ping -t 200 {lan.server}\r')
        pc.serial.expect('seq=3 time')
        pc.serial.send('\x03')
        pc.serial.expect(r'(\d+) of (\d+) replies', 10)
        pc.serial.expect(PROMPT)
        must(pc, 'echo alive')


def test_k46_nslookup(work, www, shell):
    with Lan(work / 'lan', tftp=www, www=www, extra='host-record=two.puck.test,10.77.0.11\ncname=alias.puck.test,'
             'two.puck.test\n') as lan:
        pc = shell(lan)
        must(pc, 'dhcp')
        assert f'server.puck.test: {lan.server}' in must(pc, 'nslookup where server.puck.test')
        assert f'where {lan.server}' in must(pc, 'echo where ${where}')
        must(pc, 'nslookup where alias.puck.test')
        assert 'where 10.77.0.11' in must(pc, 'echo where ${where:ipv4}')
        fails(pc, 'nslookup where missing.puck.test', 'missing.puck.test')
        assert 'where 10.77.0.11' in must(pc, 'echo where ${where}'), 'a failed lookup changed the setting'


def test_k45_ntp(work, www, shell):
    """The clock follows a server that is an hour ahead, named by DHCP."""
    with Lan(work / 'lan', tftp=www, www=www, extra='dhcp-option=42,10.77.0.1\n') as lan:
        pc = shell(lan)
        must(pc, 'dhcp')
        fails(pc, f'ntp {lan.server}', lan.server, 'refused')
        before = int(must(pc, 'echo ${unixtime:int32}'))
        with Peer(lan, 'ntp', lan.server, 3600):
            said = must(pc, 'ntp')
            assert 3590 < int(must(pc, 'echo ${unixtime:int32}')) - before < 3700, 'the setting follows'
            hour = time.strftime('%Y-%m-%dT%H:', time.gmtime(time.time() + 3600))
            assert f'NTP server {lan.server} (stratum 1, ' in said and f'it is {hour}' in said, said
            said = must(pc, 'ntp server.puck.test')
            assert re.search(r'the clock was [0-3] s (fast|slow)', said), said


@pytest.mark.parametrize('model', ['e1000', 'virtio', 'pcnet'])
def test_k44_vlan(work, www, shell, model):
    """Everything goes through a trunk that carries VLAN 100 only: a lease, a ping, a file of many full frames."""
    (www / 'big').write_bytes(bytes(range(256)) * 4096)
    with Lan(work / 'lan', tftp=www, www=www) as lan, Trunk(lan, 100) as trunk:
        pc = shell(trunk, model)
        must(pc, 'vcreate --tag 100 --priority 3 net0')
        assert 'tag 100 100' in must(pc, 'echo tag ${net0-100/vlan} ${net0/vlan}')
        must(pc, 'dhcp net0-100')
        assert 'on 100 10.77.0.' in must(pc, 'echo on ${netX/vlan} ${net0-100/ip}')
        must(pc, f'ping -c 2 -t 200 -s 1472 {lan.server}')
        must(pc, f'imgfetch {lan.url}/big')
        assert 'net0-100: ' in must(pc, 'ifstat net0-100') and 'tagged 3' in trunk.relay.lines
        fails(pc, 'vcreate --tag 5 net0-100', 'net0-100', 'VLAN')
        must(pc, 'vdestroy net0-100')
        fails(pc, 'ifstat net0-100', 'net0-100', 'no such interface')
        fails(pc, f'ping -c 1 {lan.server}', 'no route')
        assert not any(line.startswith('untagged') for line in trunk.relay.lines), trunk.relay.lines


def test_our_address_is_claimed(work, www, shell):
    """Another host announces our address (RFC 5227 2.4): we object, keep it, tell who it is, and go on."""
    with Lan(work / 'lan', tftp=www, www=www) as lan:
        pc = shell(lan)
        must(pc, 'dhcp')
        ip, mac = re.search(r'has (\S+) (\S+)', must(pc, 'echo has ${net0/ip} ${net0/mac}')).groups()
        with Peer(lan, 'claim', 'tap0', ip) as rival:
            wait_for(lambda: f'objection {mac}' in rival.lines, 'the objection')
            must(pc, f'ping -q -c 1 {lan.server}')
            assert lan.ping(ip)
            pc.serial.expect(f'net0: {ip} is used by 02:00:00:00:00:61, too')
            pc.serial.send('\r')
            must(pc, f'ping -q -c 1 {lan.server}')


def test_k18_k21_k54_statistics(work, www, shell):
    with Lan(work / 'lan', tftp=www, www=www) as lan:
        pc = shell(lan)
        must(pc, 'dhcp')
        must(pc, f'ping -q -c 1 {lan.server}')
        assert re.search(rf'net0: {lan.server} is at ([0-9a-f]{{2}}:){{5}}[0-9a-f]{{2}}, confirmed', must(pc, 'nstat'))
        assert re.search(r'IPv4 received [1-9]', must(pc, 'ipstat'))
        assert '0 errors (0 ring full)' in must(pc, 'ifstat net0')
        said = must(pc, 'route')
        assert 'net0: 10.77.0.' in said and f'gateway {lan.server}' in said
        succeeded, _ = command(pc, 'ifstat net9')
        assert not succeeded
