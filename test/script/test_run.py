"""puck-script run: what can be described, and what it tells."""


def test_settings(tool):
    assert tool.shows('echo ${platform} ${net0/mac} ${product}.', '-s', 'platform=efi', '--set', 'net0/mac=02:00:00:00:00:07',
                      '--set=product=PC 7') == ['efi 02:00:00:00:00:07 PC 7.']
    status, _, err = tool('run', '--set', 'x:int8=abc', 't')
    assert status == 2 and '"abc" is not a number' in err


def test_dhcp(tool):
    lines = tool.shows('dhcp\necho ${filename} ${next-server} ${ip} ${netmask} ${dns} ${domain} ${proxydhcp/filename}.',
                       '--dhcp', 'filename=http://srv/b.ipxe', '--dhcp', 'next-server=192.0.2.7', '--dhcp', 'ip=10.0.0.9',
                       '--dhcp', 'domain=example.net')
    assert lines[-1] == 'http://srv/b.ipxe 192.0.2.7 10.0.0.9 255.255.255.0 192.0.2.1 example.net .'
    status, out = tool.run('dhcp || echo none', '--no-dhcp')
    assert status == 0 and 'no DHCP server answers' in out and out.index('no DHCP') < out.index('none')
    status, _, err = tool('run', '--dhcp', 'nonsense=1', 't')
    assert status == 2 and 'no option "nonsense"' in err


def test_map(tool):
    tool.file('www/a/x.ipxe', '#!ipxe\necho folder ${cwuri}\n')
    tool.file('php.ipxe', '#!ipxe\necho program\n')
    lines = tool.shows('chain http://srv/a/x.ipxe\nchain http://srv/boot.php?mac=${mac}\nchain www/a/x.ipxe',
                       '--map', 'http://srv/=www', '--map', 'http://srv/boot.php=php.ipxe')
    assert [s for s in lines if '...' not in s] == ['folder http://srv/a/x.ipxe', 'program',
                                                   'folder tftp://192.0.2.1/www/a/x.ipxe']
    status, out = tool.run('chain http://srv2/x', '--map', 'http://srv=www')
    assert status == 1 and 'the described network does not have it' in out
    status, out = tool.run('chain http://srv/b', '--map', 'http://srv/=www')
    assert status == 1 and 'there is no file www/b' in out


def test_a_url_as_script(tool):
    tool.file('www/x.ipxe', '#!ipxe\necho here ${cwuri}\n')
    status, out, _ = tool('run', '--map', 'http://srv/=www', 'http://srv/x.ipxe')
    assert status == 0 and 'here http://srv/x.ipxe' in out


def test_pretend(tool):
    status, out = tool.run('kernel http://srv/vmlinuz quiet\ninitrd http://srv/rd\nboot', '--pretend')
    assert status == 0
    assert '[run] fetch http://srv/rd: made up' in out
    assert '[run] boot vmlinuz: whatever it is (made up)' in out and '[run]   initrd rd, ' in out


def test_time_costs_nothing(tool):
    assert tool.shows('sleep 3000\nprompt --timeout 500000 x || echo on')[-1] == 'on'


def test_limit(tool):
    status, out = tool.run('prompt For ever', '--limit', '10')
    assert status == 1 and 'still waiting after 10 s of simulated time, and no more keys are typed' in out
    assert tool.run(':x\ngoto x', '--limit', '10')[0] == 1


def test_keys(tool):
    status, out = tool.run('shell', '--type', 'echo a\\n', '--key', 'up', '--type', 'b\\n', '--key', 'ctrl-c', '--type', 'exit 7\\n')
    assert status == 7 and '\na\n' in out and '\nab\n' in out
    status, _, err = tool('run', '--key', 'nonsense', 't')
    assert status == 2 and 'no key "nonsense"' in err


def test_power(tool):
    assert tool.run('reboot')[1].endswith('[run] reboot\n')
    assert tool.run('reboot --warm')[1].endswith('[run] reboot (warm)\n')
    assert tool.run('poweroff')[1].endswith('[run] power off\n')


def test_local_disk(tool):
    assert tool.run('sanboot --no-describe --drive 0x80 || exit 1') == (0, '[run] boot drive 0x80 of the machine\n')


def test_kinds_that_come_later(tool):
    tool.file('lpxelinux.0', bytes([0xea, 0, 1, 2, 3] * 100))
    tool.file('boot.wim', b'MSWIM\0\0\0' + bytes(500))
    tool.file('xen', b'\x7fELF' + bytes(500))
    for name, kind in ('lpxelinux.0', 'a boot program (NBP)'), ('boot.wim', 'a Windows image (WIM)'), ('xen', 'an ELF file'):
        status, out = tool.run(f'chain {name}')
        assert status == 0 and f'[run] boot {name}: {kind}' in out and 'this version of Puck cannot start it' in out


def test_failures_are_told_with_their_place(tool):
    tool.file('sub.ipxe', '#!ipxe\n\nkernel http://srv/none\n')
    status, out = tool.run('chain sub.ipxe')
    assert status == 1
    assert 'sub.ipxe:3: kernel: http://srv/none: ' in out
    assert 't.ipxe:2: chain: sub.ipxe stopped at line 3: kernel http://srv/none' in out
    assert '[run] t.ipxe stopped at line 2: chain sub.ipxe\n[run] the script ended with a failure' in out


def test_misuse(tool):
    assert tool('run')[0] == 2
    assert tool('run', '--nonsense', 'x')[0] == 2
    assert tool('run', 'no-such-file')[0] == 2
    assert tool('run', '--map', 'x', 'y')[0] == 2
    assert tool('run', '--help')[1].startswith('puck-script run')


SCAN = 'set dev\n:next\npciscan dev || goto done\necho ${dev:busdevfn} ${pci/${dev}.0.2} ${pci/${dev}.2.2} ${pci/${dev}.9.3}\ngoto next\n:done\n'


def test_pci_devices(tool):
    out = tool.shows(SCAN, '--pci', '00:1f.2=8086:2922:010601', '--pci=03:00.0=8086:10d3')
    assert out[:2] == ['0000:00:1f.2 8086 2922 010601', '0000:03:00.0 8086 10d3 000000'], out
    assert 'BUS:DEV.FN=VENDOR:ID' in tool('run', '--pci', '3:0.9=1:2', 't.ipxe')[2]


def test_smbios_tables(tool):
    """A system structure (type 1) and the end of the tables (127), DSP0134."""
    system = bytes([1, 27, 0, 1, 1, 2, 0, 3]) + bytes(range(16)) + bytes([6, 0, 0]) + b'Maker\0Box 7\0S-1\0\0'
    tool.file('DMI', system + bytes([127, 4, 0, 2, 0, 0]))
    assert tool.shows('echo ${manufacturer}/${product}/${smbios/1.7.0}', '--smbios', 'DMI') == ['Maker/Box 7/S-1']
    assert tool.shows('echo [${manufacturer}]') == ['[]']
