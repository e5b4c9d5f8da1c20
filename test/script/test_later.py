"""Commands whose subsystem comes with a later version: they take the options that scripts give, fail in words where something
would have to happen, and succeed where nothing has to. The lines are how scripts in the wild guard them.
"""
import pytest

NEEDS = {
    'k30_sanhook': ('sanhook --drive 0x80 iscsi:192.0.2.1::::iqn.2010-04.net.example:x', 'sanhook', 'network disks'),
    'k30_sanhook_short': ('sanhook -n -d 0x80 http://srv/a.iso http://srv/b.iso', 'sanhook', 'network disks'),
    'k31_sanboot': ('sanboot --no-describe --keep http://srv/x.iso', 'sanboot', 'network disks'),
    'k31_sanboot_options': ('sanboot -d 0x81 -k --filename a --extra b --label c --uuid d aoe:e0.1', 'sanboot', 'network disks'),
    'k38_iwstat': ('iwstat', 'iwstat', 'wireless networks'),
    'k38_iwlist': ('iwlist net0', 'iwlist', 'wireless networks'),
    'k38_ibstat': ('ibstat', 'ibstat', 'Infiniband'),
    'k38_fcstat': ('fcstat', 'fcstat', 'Fibre Channel'),
    'k38_fcels': ('fcels --port p -i 2 plogi', 'fcels', 'Fibre Channel'),
    'k48_usbscan': ('usbscan addr', 'usbscan', 'USB'),
    'k50_certstat': ('certstat --subject x', 'certstat', 'certificates'),
    'k50_certstore': ('certstore -k http://srv/ca.crt', 'certstore', 'certificates'),
    'k50_certfree': ('certfree', 'certfree', 'certificates'),
    'k51_imgtrust': ('imgtrust --permanent', 'imgtrust', 'signatures'),
    'k51_imgverify': ('imgverify --signer x -q vmlinuz vmlinuz.sig', 'imgverify', 'signatures'),
    'k52_imgdecrypt': ('imgdecrypt --name x a b', 'imgdecrypt', 'certificates'),
    'k54_startpxe': ('startpxe net0', 'startpxe', 'the PXE API'),
    'k54_stoppxe': ('stoppxe', 'stoppxe', 'the PXE API'),
}


@pytest.mark.parametrize('line, name, what', NEEDS.values(), ids=NEEDS.keys())
def test_k30_k31_k38_k48_k50_k51_k52_k54_fails_in_words(tool, line, name, what):
    status, out = tool.run(f'{line} || echo guarded\n{line}')
    assert status == 1 and '\nguarded\n' in out
    assert f't.ipxe:2: {name}: this version of Puck does not have {what}' in out


NOTHING_TO_DO = {
    'k32_sanunhook': 'sanunhook --drive 0x80',
    'k37_shim': 'shim http://srv/shimx64.efi --anything',
    'k51_imgtrust_allow': 'imgtrust --allow --permanent',
}


@pytest.mark.parametrize('line', NOTHING_TO_DO.values(), ids=NOTHING_TO_DO.keys())
def test_k32_k37_k51_succeeds(tool, line):
    assert tool.shows(f'{line}\necho on') == ['on']


def test_help_lists_them_together(tool):
    out = '\n'.join(tool.shows('help'))
    assert 'later:\n' in out and out.index('later:') < out.index('sanboot')


def test_check_tells(tool):
    assert tool.check('imgverify a b || exit 1') == ['1:1: warning: imgverify comes with a later version']
    assert 'unknown option "--nope"' in tool.check('sanboot --nope')[1]
