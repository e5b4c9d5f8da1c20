"""What DHCP brings about: autoboot, PXE menus and boot servers, ProxyDHCP, the log, leases that last."""
import re
import subprocess

import pytest

import process
from net import DNSMASQ, Lan, NoServer, Peer, wait_for
from qemu import MAC, Machine, kernel, nic
from steps import BANNER, PROMPT, fails, must


@pytest.fixture
def machine(work, images):
    """A function that starts a machine with this line of script."""
    def start(wire, line='shell', model='e1000'):
        return Machine(work / 'pc', nic(model, wire) + kernel(images / 'puck.lkrn', line), net=wire)
    return start


def shell(pc):
    pc.serial.expect(PROMPT)
    return pc


def script(www, name, word):
    (www / name).write_text(f'#!ipxe\necho {word}\nshell\n')


def test_k17_autoboot(work, www, machine):
    """Without a word on the command line, and by the command; its words name interface, address and file."""
    script(www, 'boot.ipxe', 'BOOTED ${net0/ip} ${filename}')
    with Lan(work / 'lan', tftp=www, www=www, boot='boot.ipxe') as lan:
        pc = machine(lan, 'autoboot')
        pc.serial.expect(rf'net0: DHCP for {MAC} .*\.\.\. ok')
        pc.serial.expect(r'net0: 10\.77\.0\.\d+/24 gateway 10\.77\.0\.1')
        pc.serial.expect(r'BOOTED 10\.77\.0\.\d+ boot\.ipxe')
        shell(pc)
        must(pc, 'set filename other.ipxe')
        fails(pc, 'autoboot net0', 'other.ipxe', 'not found')
        fails(pc, 'autoboot net5', 'net5', 'no such interface')


def ports(*wires):
    """An e1000 on each."""
    return [word for i, wire in enumerate(wires) for word in
            ('-netdev', wire.netdev(f'n{i}'), '-device', f'e1000,netdev=n{i},id=nic{i},romfile=,mac=52:54:00:00:00:0{i}')]


def test_several_interfaces(work, www, images):
    """Ports without a cable or without a server do not hold up the one that has both; patience comes afterwards."""
    script(www, 'boot.ipxe', 'BOOTED ${net2/ip}')
    with Lan(work / 'lan', tftp=www, www=www, boot='boot.ipxe') as lan:
        wires = ports(NoServer(), NoServer(1), lan)
        with Machine(work / 'pc', wires + kernel(images / 'puck.lkrn', 'shell'), net=lan) as pc:
            shell(pc)
            pc.set_link(False)  # nic0
            must(pc, 'set dhcp-tries 4 && set link-timeout 6000')
            pc.serial.send('dhcp net0 net1 net7 || echo FAILED\r')
            pc.serial.expect('net0: no link after 4 s')
            pc.serial.expect(r'no DHCP server answered on net1 \(3 tries')
            pc.serial.expect('net7: no such interface.*\nOnce more, with patience:')
            pc.serial.expect('net0: no link after 6 s')
            pc.serial.expect(r'no DHCP server answered on net1 \(4 tries.*\nFAILED', never='net7')
            pc.serial.send('autoboot\r')
            pc.serial.expect('net0: no link after 4 s')
            pc.serial.expect(r'net1 \(3 tries')
            pc.serial.expect(r'BOOTED 10\.77\.0\.\d+', never='Once more')
            pc.serial.expect(PROMPT)


PXE_MENU = '''
pxe-prompt="The menu",3
pxe-service=x86PC,"First choice",first
pxe-service=x86PC,"Second choice",second
pxe-service=x86PC,"Local disk",0
'''


def test_pxe_menu(work, www, machine):
    """dnsmasq's menu: counted down to the first item, or chosen from; dnsmasq is the boot server, too."""
    script(www, 'first.0', 'FIRST-RUNS')
    script(www, 'second.0', 'SECOND-RUNS')
    with Lan(work / 'lan', tftp=www, www=www, extra=PXE_MENU) as lan:
        pc = machine(lan, 'autoboot')
        pc.serial.expect(r'The menu \(1 s')
        pc.serial.expect('PXE boot menu: First choice')
        pc.serial.expect(rf'looking for a PXE boot server of type \d+\.\.\. ok: {lan.server} has first.0')
        pc.serial.expect('\nFIRST-RUNS')
        shell(pc).serial.send('autoboot\r')
        pc.serial.expect(r'The menu \(3 s')
        pc.serial.send('\r')
        pc.serial.expect('B  Second choice')
        pc.serial.expect('Which')
        pc.serial.send('b')
        pc.serial.expect('\nSECOND-RUNS')
        shell(pc).serial.send('autoboot && echo WENT-ON\r')
        pc.serial.expect(r'The menu \(3 s')
        pc.serial.send('\r')
        pc.serial.expect('Which')
        pc.serial.send('C')
        pc.serial.expect('PXE boot menu: Local disk\nWENT-ON')


def test_k22_boot_server(work, www, machine):
    script(www, 'second.0', 'SECOND-RUNS')
    with Lan(work / 'lan', tftp=www, www=www, extra=PXE_MENU) as lan:
        pc = shell(machine(lan))
        fails(pc, 'pxebs net0 32769', 'net0', 'no address')
        must(pc, 'dhcp')
        said = must(pc, 'pxebs net0 32769')
        assert f'{lan.server} has second.0' in said
        assert f'is second.0 from {lan.server}' in must(pc, 'echo is ${pxebs/filename} from ${pxebs/next-server}')
        fails(pc, 'pxebs net0 7', 'no PXE boot server of type 7')
        fails(pc, 'pxebs net0 many', 'many')
        pc.serial.send('chain tftp://${pxebs/next-server}/${pxebs/filename}\r')
        pc.serial.expect('\nSECOND-RUNS')


PROXY_CONF = '''
no-daemon
port=0
interface=tap0
except-interface=lo
bind-interfaces
dhcp-range=10.77.0.0,proxy,255.255.255.0
pxe-service=x86PC,"The only choice",only
log-dhcp
log-facility={log}
'''


def test_proxydhcp(work, www, machine):
    """The address from one server, the file from another, which speaks on ports 67 and 4011."""
    script(www, 'only.0', 'ONLY-RUNS ${proxydhcp/dhcp-server}')
    with Lan(work / 'lan', tftp=www, www=www) as lan:
        conf, log = work / 'proxy.conf', work / 'proxy.log'
        conf.write_text(PROXY_CONF.format(log=log))
        proxy = process.start([*lan.prefix, DNSMASQ, '-C', str(conf)], stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: log.exists() and 'DHCP, proxy' in log.read_text(), 'the proxy', proxy)
            pc = machine(lan, 'autoboot')
            pc.serial.expect(rf'\nONLY-RUNS {lan.server}')
            assert 'PXE(tap0)' in log.read_text()
            assert 'is only.0' in must(shell(pc), 'echo is ${pxebs/filename}')
            must(pc, 'show proxydhcp/43:hexraw')
        finally:
            process.stop(proxy)


def test_syslog(work, www, machine):
    """DHCP names the server, which then gets all that was printed from the banner on."""
    with Lan(work / 'lan', tftp=www, www=www, extra='dhcp-option=7,10.77.0.1\ndhcp-host=52:54:00:70:75:63,node7\n') as lan, \
            Peer(lan, 'syslog', lan.server) as peer:
        pc = shell(machine(lan))
        must(pc, 'dhcp')
        must(pc, 'echo a line of its own')
        fails(pc, 'frobnicate', 'frobnicate')
        wait_for(lambda: any('frobnicate' in line for line in peer.lines), 'the log')
        assert any(re.fullmatch(r'<134>1 \S+ node7 puck - - - Puck \S+ starts', line) for line in peer.lines), peer.lines
        assert any(line.endswith(' node7 puck - - - a line of its own') for line in peer.lines), peer.lines
        must(pc, 'set syslog 10.77.0.200')
        must(pc, 'echo nobody hears this')
        must(pc, 'set syslog 10.77.0.1')
        must(pc, 'echo heard again')
        wait_for(lambda: any('heard again' in line for line in peer.lines), 'the log')


def test_conflict_and_release(work, www, machine):
    """The address that DHCP gives is in use: it is declined, and another one taken. Then it is given back."""
    with Lan(work / 'lan', tftp=www, www=www, extra=f'dhcp-host={MAC},10.77.0.60\n') as lan, \
            Peer(lan, 'arp', 'tap0', '10.77.0.60'):
        pc = shell(machine(lan))
        must(pc, 'dhcp')
        assert 'DHCPDECLINE(tap0) 10.77.0.60' in lan.log()
        ip = re.search(r'has (10\.77\.0\.\d+)', must(pc, 'echo has ${net0/ip}'))[1]
        assert ip != '10.77.0.60'
        must(pc, f'ping -q -c 1 {lan.server}')
        must(pc, 'dhcprelease')
        wait_for(lambda: f'DHCPRELEASE(tap0) {ip}' in lan.log(), 'the release')
        assert 'has \n' in must(pc, 'echo has ${net0/ip}')
        fails(pc, 'dhcprelease net0', 'no DHCP lease')
        must(pc, 'dhcp')


def test_patience_is_a_setting(machine):
    """Nobody answers: the tries are counted aloud, and end when the settings say so."""
    pc = shell(machine(NoServer()))
    must(pc, 'set dhcp-timeout 4500')
    said = fails(pc, 'dhcp', 'no DHCP server answered on net0', '3 tries', timeout=30)
    assert '4 s' in said or '5 s' in said
    must(pc, 'clear dhcp-timeout')
    must(pc, 'set dhcp-tries 2')
    pc.serial.send('dhcp\r')
    pc.serial.expect(r'\.\.\. try 2 of 2\.\.\. failed', 30)
    pc.serial.expect(r'no DHCP server answered on net0 \(2 tries')
    pc.set_link(False)
    must(pc, 'set link-timeout 2000')
    fails(pc, 'dhcp', 'no link after 2 s')


def test_scriptlet(work, www, images):
    """A command line from DHCP (option 175.81), in the lease that the PXE ROM left."""
    with Lan(work / 'lan', tftp=www, www=www, boot='puck.kpxe',
             extra='dhcp-option-force=encap:175,81,"echo SCRIPTLET ${platform} && shell"\n') as lan:
        with Machine(work / 'pc', nic('e1000', lan, rom=True), net=lan) as pc:
            pc.serial.expect(BANNER, 180)
            pc.serial.expect('\nSCRIPTLET pcbios')
            pc.serial.expect(PROMPT)


@pytest.mark.slow
def test_renewal_while_waiting(work, www, machine):
    """A prompt waits longer than half the lease: the server hears from us again, the screen stays as it is."""
    with Lan(work / 'lan', tftp=www, www=www, extra=f'dhcp-host={MAC},10.77.0.60,2m\n') as lan:
        pc = shell(machine(lan))
        must(pc, 'dhcp')
        before = lan.log().count('DHCPACK(tap0) 10.77.0.60')
        pc.serial.send('prompt --timeout 80000 waiting\r')
        wait_for(lambda: lan.log().count('DHCPACK(tap0) 10.77.0.60') > before, 'a renewal', timeout=80)
