"""Settings that come from the machine itself and from a real DHCP server."""
import pytest

from net import Lan, Slirp
from qemu import Machine, kernel, nic
from steps import PROMPT, command, fails, must

UUID = '01234567-89ab-cdef-0123-456789abcdef'
SMBIOS = ['-smbios', f'type=1,manufacturer=Maker Inc,product=Model 7,serial=SN-1,uuid={UUID}',
          '-smbios', 'type=2,serial=BSN-2', '-smbios', 'type=3,asset=Tag 3', '-smbios', 'type=0,version=V-1.0']
NAMES = {'uuid': UUID, 'manufacturer': 'Maker Inc', 'product': 'Model 7', 'serial': 'SN-1'}
MORE = {'asset': 'Tag 3', 'board-serial': 'BSN-2'}


def value(pc, reference):
    return must(pc, f'echo <${{{reference}}}>').strip()[1:-1]


@pytest.fixture
def pc(work, images, request):
    options = getattr(request, 'param', {})
    with Machine(work / 'pc', [*kernel(images / 'puck.lkrn', 'shell'), *options.get('args', [])],
                 mem=options.get('mem', 256), cpu=options.get('cpu', 'qemu64')) as machine:
        machine.serial.expect(PROMPT)
        yield machine


@pytest.mark.parametrize('pc', [{'args': SMBIOS}], indirect=True)
def test_smbios(pc):
    for name, text in {**NAMES, **MORE}.items():
        assert value(pc, name) == text
    assert value(pc, 'smbios/0.5.0') == 'V-1.0'
    assert value(pc, 'smbios/1.0.2') == 'Model 7'
    assert value(pc, 'smbios/1.8.16:uuid') == UUID
    assert value(pc, 'uuid:hexraw') == UUID.replace('-', '')
    assert 'smbios/product:string = Model 7' in must(pc, 'show product')


def test_smbios_in_undionly(work, www):
    """The smallest image knows the names that scripts of provisioning systems ask for."""
    (www / 'autoexec.ipxe').write_text('#!ipxe\n' + ''.join(f'echo {name}=<${{{name}}}>\n' for name in NAMES) +
                                       'cpuid --ext 29 && echo LONG-MODE || echo NOT-LONG-MODE\nshell\n')
    net = Slirp(tftp=www, bootfile='undionly.kpxe')
    with Machine(work / 'pc', [*nic('e1000', net, rom=True), *SMBIOS]) as pc:
        for name, text in NAMES.items():
            pc.serial.expect(f'{name}=<{text}>', 120)
        pc.serial.expect(r'\nLONG-MODE\n')


@pytest.mark.parametrize('pc', [{'args': ['-device', 'e1000,romfile=,addr=5', '-device', 'pcnet,romfile=,addr=0x1e']}],
                         indirect=True)
def test_k48_pci(pc):
    assert value(pc, 'pci/40.0.2') == '8086'
    assert value(pc, 'pci/40.2.2') == '100e'
    assert value(pc, 'pci/0.0.2') == '8086'  # the host bridge of a 440FX
    assert value(pc, 'pci/256.0.2') == ''
    for name in ('net0', 'net1'):
        place = value(pc, f'{name}/busloc')
        assert value(pc, f'{name}/busid') == '01:' + ':'.join(
            value(pc, f'pci/{place}.{at}.1') for at in (1, 0, 3, 2))
    found = []
    while command(pc, 'pciscan a')[0] and len(found) < 20:
        place = value(pc, 'a')
        found.append([value(pc, 'a:busdevfn'), value(pc, f'pci/{place}.0.2')])
    places = [place for place, _ in found]
    assert places == sorted(places)
    assert ['0000:00:01.1', '8086'] in found  # IDE: the second function of the south bridge
    assert ['0000:00:05.0', '8086'] in found
    assert ['0000:00:1e.0', '1022'] in found
    assert len(found) == 7  # host bridge, ISA, IDE, power management, VGA, and the two NICs


@pytest.mark.parametrize('pc', [{'cpu': 'EPYC,-sse4a'}], indirect=True)
def test_k35_cpuid(pc):
    assert value(pc, 'cpuvendor') == 'AuthenticAMD'
    assert value(pc, 'cpumodel').startswith('AMD EPYC Processor')
    assert value(pc, 'cpuid/0x82.0x2d.0:string') == 'AuthenticAMD'
    must(pc, 'cpuid --ext 29 && cpuid 4 && cpuid --ecx 0')
    fails(pc, 'cpuid 40', '0 to 31')
    must(pc, 'cpuid --ext --ecx 6 && false || echo no')  # SSE4A, which this one lacks
    assert 'YES' not in must(pc, 'cpuid --ext --ecx 6 && echo YES ||')


@pytest.mark.parametrize('pc', [{'cpu': '486', 'mem': 32}], indirect=True)
def test_486(pc):
    assert 'YES' not in must(pc, 'cpuid --ext 29 && echo YES ||')
    assert value(pc, 'memsize') == '32'


@pytest.mark.parametrize('pc', [{'args': ['-rtc', 'base=2027-03-01T12:00:00']}], indirect=True)
def test_clock(pc):
    base = 1803902400
    first = int(value(pc, 'unixtime:int32'))
    assert base <= first < base + 300
    must(pc, 'sleep 2')
    assert first + 2 <= int(value(pc, 'unixtime:int32')) < base + 300
    assert value(pc, 'unixtime').startswith('0x6b85')
    must(pc, 'set unixtime 1900000000')
    must(pc, 'sleep 1')
    assert 1900000001 <= int(value(pc, 'unixtime:int32')) < 1900000100
    must(pc, 'set unixtime 0')
    assert int(value(pc, 'unixtime:int32')) < base + 300
    assert 'sleep: 1.' in must(pc, 'time sleep 1')


# What an empty battery leaves, and days at which 32 bits and two digits of a year end.
DATES = {'1980-01-01': 315532800, '1999-12-31': 946598400, '2000-01-01': 946684800, '2038-01-20': 2147558400}


@pytest.mark.parametrize('pc, seconds', [({'args': ['-rtc', f'base={date}T00:00:00']}, seconds)
                                         for date, seconds in DATES.items()], indirect=['pc'])
def test_date(pc, seconds):
    assert seconds <= int(value(pc, 'unixtime'), 16) < seconds + 300


@pytest.mark.parametrize('pc', [{'mem': 300}], indirect=True)
def test_memory(pc):
    assert value(pc, 'memsize') == '300'
    assert value(pc, 'memmap/0.1.1.0:int32') == str(1 << 20)
    low, high = int(value(pc, 'memmap/0.0.2.0:int32')), int(value(pc, 'memmap/0.1.2.0:int32'))
    assert low < 640 << 10 and (298 << 20) < high <= (299 << 20)
    assert value(pc, 'memmap/0.9.2.0') == ''


def test_features(pc):
    for name in ('http', 'tftp', 'bzimage', 'e1000', 'virtio-net', 'kernel', 'smbios', 'ipv6'):
        assert value(pc, f'feature/{name}') == '1'
    assert value(pc, 'feature/no-such-thing') == ''
    assert value(pc, 'kernel') == ''


def test_k19_dhcp_options(work, images, www):
    """Options by number, in other options, and the same after a second dhcp, which forgets what was set in its scope."""
    extra = '''dhcp-option-force=209,cfg/x
dhcp-option-force=43,09:02:aa:bb:47:01:cc
dhcp-option-force=encap:175,177,abcd
dhcp-option-force=12,box
dhcp-option=26,1400
'''
    with Lan(work / 'lan', tftp=www, www=www, boot='boot.ipxe', extra=extra) as lan, \
            Machine(work / 'pc', [*nic('virtio', lan), *kernel(images / 'puck.lkrn', 'shell'), '-object',
                                  f'filter-dump,id=dump,netdev=n0,file={work}/frames'], net=lan) as pc:
        pc.serial.expect(PROMPT)
        must(pc, 'dhcp')
        frames = (work / 'frames').read_bytes()
        for tag in (0x13, 0x15, 0x17, 0x18, 0x26, 0x27):  # option 175: HTTP, TFTP, DNS, bzImage, VLAN, menus
            assert bytes([tag, 1, 1]) in frames
        assert value(pc, 'net0.dhcp/209:string') == 'cfg/x'
        assert value(pc, '209') == 'cfg/x'
        assert value(pc, '43.9:hexraw') == 'aabb'
        assert value(pc, '43.71:hexraw') == 'cc'
        assert value(pc, '43.9.1') == ''
        assert value(pc, '175.177:string') == 'abcd'
        assert value(pc, 'hostname') == value(pc, '12') == 'box'
        assert value(pc, 'filename') == 'boot.ipxe' and value(pc, 'next-server') == lan.server
        assert value(pc, 'netX/mac') == value(pc, 'net0/mac:hex')
        must(pc, 'set filename mine && set net0.dhcp/209 theirs')
        assert value(pc, 'filename') == 'mine' and value(pc, '209') == 'theirs'
        must(pc, 'dhcp')
        must(pc, 'clear filename')
        assert value(pc, 'filename') == 'boot.ipxe' and value(pc, '209') == 'cfg/x'
