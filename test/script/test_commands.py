"""Commands that no other test is about, and the cases of scripts-in-the-wild.md that need images and menus, as scripts use them."""
import gzip


def screen(tool, body, *options):
    status, out = tool.run(body, *options)
    assert status == 0, out
    return out


def test_k16_present_stores_what_is_typed(tool):
    out = screen(tool, 'form Site\nitem room Room\nitem rack Rack\npresent\necho [${room}] [${rack}]',
                 '--type', '12\\n', '--type', 'B\\n')
    assert '[12] [B]' in out


def test_k16_present_without_a_form_or_left_by_esc(tool):
    status, out = tool.run('present')
    assert status == 1 and 't.ipxe:2: present: ' in out
    assert 'left' in screen(tool, 'set room 7\nform Site\nitem room Room\npresent || echo left ${room}', '--type', '9',
                            '--key', 'esc').splitlines()[-2] + ' '


def test_k18_ifopen_ifstat_ifclose(tool):
    out = '\n'.join(tool.shows('ifopen net0\nifstat net0\nifclose\nifstat\nifopen net7 || echo none'))
    assert out.count('net0: 52:54:00:12:34:56') == 2 and 'open' in out and 'closed' in out
    assert 'net7: no such interface' in out and out.endswith('none')


def test_k20_iflinkwait(tool):
    assert tool.shows('iflinkwait --timeout 1000 net0\niflinkwait\necho up')[-1] == 'up'


def test_k26_imgargs_replaces_the_command_line(tool, kernel):
    tool.file('k', kernel)
    assert '[run]   command line "c"' in screen(tool, 'kernel k a b\nimgargs k c\nboot')
    assert 'command line' not in screen(tool, 'kernel k a b\nimgargs k\nboot')


def test_k27_imgstat_imgfree(tool):
    tool.file('a', 'one')
    tool.file('b', 'three')
    out = screen(tool, 'initrd --name x a p\ninitrd b\nimgstat\nimgfree x\nimgstat\nimgfree\nimgstat\nimgfree x || echo gone')
    assert out.count('x : 3 bytes') == 1 and out.count('b : 5 bytes') == 2
    assert 'there is no image "x"' in out and '\ngone\n' in out


def test_k28_imgextract(tool):
    tool.file('t.gz', gzip.compress(b'unpacked' * 100))
    out = screen(tool, 'imgfetch t.gz\nimgextract --name plain t.gz\nimgstat')
    assert 'plain : 800 bytes' in out


def test_k43_case30_param_is_used_once(tool):
    tool.file('www/x', 'data')
    out = screen(tool, 'params\nparam mac ${net0/mac}\nparam --header X-Y z\nimgfetch http://srv/x##params\n'
                       'imgfetch http://srv/x##params=none ||\nparam a b || echo used', '--map', 'http://srv/=www')
    assert '[run] fetch http://srv/x' in out


def test_k44_vcreate_vdestroy(tool):
    out = screen(tool, 'vcreate --tag 100 net0\nifstat net0-100\nvdestroy net0-100\nifstat net0-100 || echo gone')
    assert 'net0-100: 52:54:00:12:34:56' in out and out.split('[run]')[0].rstrip().endswith('gone')


def test_case21_uuid_in_both_orders(tool):
    text = '12345678-9abc-def0-1234-56789abcdef0'
    assert tool.shows(f'set u:uuid {text}\necho ${{u}}\necho ${{u:guid}}\necho ${{u:hexraw}}') == \
        [text, '78563412-bc9a-f0de-1234-56789abcdef0', text.replace('-', '')]


def test_case23_leftovers_are_not_for_kernels(tool, kernel):
    """iPXE gives chained scripts and unused kernels to Linux as initrds, hence the imgfree of many scripts."""
    tool.file('k', kernel)
    tool.file('k2', kernel)
    tool.file('s.ipxe', '#!ipxe\n')
    assert 'initrd' not in screen(tool, 'chain s.ipxe\nkernel k2\nkernel k\nboot')


def test_case25_boot_of_nothing(tool):
    assert tool.shows('boot') == ['No image selected']


def test_case31_case32_passwords_and_queries_are_not_shown(tool):
    tool.file('www/x', 'data')
    status, out = tool.run('imgfetch http://me:secret@srv/x?token=geheim\nimgfetch http://me:secret@srv/y?token=geheim',
                           '--map', 'http://srv/=www', '--map', 'http://me@srv/=www', '--map', 'http://me:***@srv/=www')
    lines = [line for line in out.splitlines() if not line.startswith('[run]')]
    assert status == 1 and not [line for line in out.splitlines() if 'secret' in line and 'stopped at line' not in line]
    assert not [line for line in lines if '... ok' in line and 'geheim' in line]


MENU = 'menu M\nitem --gap Title\nitem --key a one One\nitem two Two\nitem three Three\nchoose '


def chosen(tool, options, *keys):
    out = screen(tool, f'{MENU}{options} x && echo <${{x}}> || echo left <${{x}}>', *keys)
    return out[out.rindex('<') + 1:out.rindex('>')], 'left' in out


def test_case33_choose(tool):
    assert chosen(tool, '--timeout 5000') == ('one', False), 'the first that can be chosen'
    assert chosen(tool, '--timeout 5000 --default three') == ('three', False)
    assert chosen(tool, '--timeout 5000 --default nonsense') == ('one', False)
    assert chosen(tool, '--default two', '--key', 'down', '--key', 'enter') == ('three', False)
    assert chosen(tool, '', '--key', 'a') == ('one', False), 'a hotkey chooses'
    assert chosen(tool, '', '--key', 'esc') == ('', True)
    assert chosen(tool, '--timeout 5000', '--key', 'down', '--key', 'enter') == ('two', False), 'a key stops the countdown'
