"""The scripts of docs/examples: nothing to complain about, and what they do in a described world."""
import pathlib

import pytest

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / 'docs/examples'
ALL = sorted(EXAMPLES.glob('*.ipxe'))


def site(tool, kernel, *, also=()):
    tool.file('www/vmlinuz', kernel)
    tool.file('www/initrd.img', b'an initrd')
    for name, content in also:
        tool.file(f'www/{name}', content)


def run(tool, name, *options):
    status, out, err = tool('run', '--map', 'http://192.0.2.1/=www', '--map', 'tftp://192.0.2.1/=www', *options,
                            EXAMPLES / f'{name}.ipxe')
    assert not err, err
    return status, out


@pytest.mark.parametrize('path', ALL, ids=[p.stem for p in ALL])
def test_check_has_nothing_to_say(tool, path):
    assert tool('check', '--strict', path) == (0, '', '')


def test_all_are_listed():
    text = (EXAMPLES.parent / 'scripting.md').read_text()
    assert ALL and [p.name for p in ALL if f'examples/{p.name}' not in text] == []


def test_retry(tool, kernel):
    site(tool, kernel)
    status, out = run(tool, 'retry')
    assert status == 0 and '[run] boot vmlinuz' in out and '  command line "console=ttyS0"' in out
    status, out = run(tool, 'retry', '--no-dhcp')
    assert 'Round 10 failed' in out and 'begins in 512 s' in out and out.endswith('[run] reboot\n')


def test_static(tool, kernel):
    site(tool, kernel)
    status, out = run(tool, 'static', '--no-dhcp')
    assert status == 0 and '"console=ttyS0 ip=192.0.2.40::192.0.2.1:255.255.255.0"' in out
    assert 'net0: 192.0.2.40/255.255.255.0 gateway 192.0.2.1' in out


def test_next_server(tool, kernel):
    site(tool, kernel)
    status, out = run(tool, 'next-server', '--dhcp', 'next-server=192.0.2.9', '--dhcp', 'filename=x.ipxe')
    assert status == 0 and 'DHCP says: boot from 192.0.2.9' in out and '[run] boot vmlinuz' in out
    tool.file('www/vmlinuz', 'broken')
    status, out = run(tool, 'next-server', '--dhcp', 'next-server=192.0.2.9', '--dhcp', 'filename=x.ipxe',
                      '--type', 'exit\\n')
    assert 'tftp://192.0.2.9/x.ipxe' in out


def test_inventory(tool):
    tool.file('www/model/Desk 3000.ipxe', '#!ipxe\necho desk\n')
    tool.file('www/model/default.ipxe', '#!ipxe\necho default\n')
    tool.file('www/model/Desk%203000.ipxe', '#!ipxe\necho desk\n')
    assert '\ndesk\n' in run(tool, 'inventory', '-s', 'product=Desk 3000')[1]
    assert '\ndefault\n' in run(tool, 'inventory', '-s', 'product=Tower')[1]


def test_menu(tool, kernel):
    site(tool, kernel)
    status, out = run(tool, 'menu')
    assert status == 0 and '[run] boot vmlinuz' in out
    status, out = run(tool, 'menu', '--key', 'r')
    assert status == 0 and '"console=ttyS0 rescue/enable=true"' in out
    assert run(tool, 'menu', '--key', 'esc')[1].endswith('[run] the script ended with success\n')
    status, out = run(tool, 'menu', '--key', 't', '--key', 'i', '--key', 'q', '--key', 'x', '-s', 'product=Desk')
    assert status == 0 and ' Desk, serial number , ' in out


def test_winpe(tool, kernel):
    names = ['bootmgr', 'boot/bcd', 'boot/boot.sdi', 'sources/boot.wim']
    site(tool, kernel, also=[('winpe/wimboot', kernel), *((f'winpe/{arch}/{n}', n) for n in names for arch in ('x86', 'amd64'))])
    status, out = run(tool, 'winpe')
    assert status == 0
    told = out[out.index('[run] boot'):].splitlines()
    assert told[0].startswith('[run] boot wimboot: a Linux kernel')
    assert [line.split('as file ')[1] for line in told if 'as file' in line] == \
        ['"bootmgr"', '"BCD"', '"boot.sdi"', '"boot.wim"']


def test_arch_pxelinux(tool):
    tool.file('www/arch/boot/syslinux/lpxelinux.0', bytes([0xea, 5, 0, 0, 7] * 9000))
    status, out = run(tool, 'arch-pxelinux')
    assert status == 0 and '[run] boot lpxelinux.0: a boot program (NBP)' in out
