"""Commands that no other test is about, and the cases of scripts-in-the-wild.md that need images and menus, as scripts use them."""
import gzip


def screen(tool, body, *options):
    status, out = tool.run(body, *options)
    assert status == 0, out
    return out


def test_k2_exit(tool):
    tool.file('inner.ipxe', '#!ipxe\nexit 5\necho not reached\n')
    lines = tool.shows('chain -q inner.ipxe || echo status ${errno}\nexit 0\necho not reached')
    assert lines == ['t.ipxe:2: chain: inner.ipxe ended with exit status 5', 'status 0x5']
    assert tool.run('exit 7')[0] == 7


def test_k12_login_stores_name_and_password(tool):
    out = screen(tool, 'login && echo <${username}> <${password}>', '--type', 'me\\n', '--type', 'my word\\n')
    assert '<me> <my word>' in out and out.count('my word') == 1, 'a password is not shown while it is typed'


def test_k13_k14_menus_have_names_and_can_go(tool):
    out = screen(tool, 'menu --name a First\nitem --menu a one One\nmenu -n b Second\nitem -m b two Two\nmenu Third\n'
                       'item three Three\nchoose --menu a --timeout 1 x\nchoose -m b -t 1 y\nchoose --timeout 1 z\n'
                       'echo ${x} ${y} ${z}\nmenu --name c\nitem -m c four Four\nmenu --delete --name c\n'
                       'choose -m c x || echo gone\nmenu -d -n nothing && echo nothing to delete')
    assert 'one two three' in out and 'gone' in out and 'nothing to delete' in out
    assert all(title in out for title in ('First', 'Second', 'Third'))


def test_k14_item_options(tool):
    menu = 'menu\nitem --gap -- Heading\nitem\nitem --key x one One\nitem -k 0x79 two Two\nitem -d three Three\nchoose '
    assert 'Heading' in screen(tool, f'{menu} --timeout 1 n')
    assert '<three>' in screen(tool, f'{menu} --timeout 1 n\necho <${{n}}>'), '--default selects'
    assert '<one>' in screen(tool, f'{menu} n\necho <${{n}}>', '--type', 'x')
    assert '<two>' in screen(tool, f'{menu} n\necho <${{n}}>', '--type', 'y'), 'a key as a number'
    assert '<three>' in screen(tool, f'{menu} n\necho <${{n}}>', '--key', 'home', '--key', 'down', '--key', 'end',
                               '--key', 'enter')
    out = screen(tool, 'form -n f Form\nitem -f f --secret pw Word\nitem --form f user User\npresent --form f\n'
                       'echo <${pw}> <${user}>', '--type', 'hidden\\n', '--type', 'me\\n')
    assert '<hidden> <me>' in out and out.count('hidden') == 1


def test_k15_choose_keeps_a_menu_when_asked(tool):
    out = screen(tool, 'menu\nitem a A\nchoose --keep --timeout 1 x\nclear x\nchoose -k -t 1 x\necho <${x}>\n'
                       'choose -t 1 x\nchoose -t 1 x || echo used up')
    assert '<a>' in out and 'used up' in out


def test_k15_choose_starts_the_countdown_again(tool):
    """With --retimeout a key does not stop the countdown but starts it again."""
    menu = 'menu\nitem a A\nitem b B\nchoose --timeout 5000 --retimeout 3000 x\necho <${x}>'
    assert '<b>' in screen(tool, menu, '--key', 'down')


def test_k19_ifconf_and_its_options(tool):
    lines = tool.shows('ifconf --configurator dhcp --timeout 5000 net0\necho ${net0/ip}\n'
                       'ifconf -c ipv6 net0 || echo no ipv6\ndhcp net7 || echo no net7\nifclose\nifconf\ndhcp -t 100')
    assert '192.0.2.10' in lines and 'no ipv6' in lines and 'no net7' in lines
    assert any('ipv6: no such configurator; dhcp is the only one' in line for line in lines)


def test_k21_route_shows_addresses_and_gateways(tool):
    lines = tool.shows('dhcp\nroute')[-3:]
    assert lines[0] == 'net0: 192.0.2.10/255.255.255.0 gateway 192.0.2.1'
    assert lines[2] == '  0.0.0.0/0.0.0.0 via 192.0.2.1 dev net0'


def test_k23_fetching_does_not_select(tool, kernel):
    tool.file('k', kernel)
    for command in ('imgfetch', 'initrd', 'module'):
        out = screen(tool, f'{command} --name a --timeout 1000 --quiet k arg\nboot\nimgstat')
        assert 'No image selected' in out and 'a : ' in out and 'arg' in out


def test_k24_selecting(tool, kernel):
    tool.file('k', kernel)
    tool.file('text', 'only words')
    for command in ('imgselect', 'imgload', 'kernel'):
        out = screen(tool, f'{command} -n linux -t 1000 -q k quiet splash\nboot')
        assert 'boot linux' in out.replace('"', '') and 'quiet splash' in out
        status, out = tool.run(f'{command} text')
        assert status != 0 and 'text' in out.splitlines()[-2]


def test_k25_executing(tool):
    tool.file('inner.ipxe', '#!ipxe\necho inner\n')
    for command in ('imgexec', 'boot', 'chain'):
        assert tool.shows(f'{command} --autofree --quiet inner.ipxe\nimgstat\necho back') == ['inner', 'back']
    assert tool.shows('chain --replace -q inner.ipxe\necho not reached') == ['inner']


def test_k54_q10_time_takes_a_command_as_it_is(tool):
    assert tool.shows('set c echo\ntime ${c} a b')[0] == 'a b'
    assert tool.shows('time sleep 2')[-1].startswith('sleep: 2.0')
    assert tool.run('time isset ${nothing}')[0] == 1, 'the status is that of the command'


def test_k54_statistics(tool):
    assert tool.shows('ipstat')[0].startswith('IPv4 received 0')
    assert tool.shows('dhcp\nnstat && echo ok')[-1] == 'ok'


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


def test_k25_case25_boot_of_nothing(tool):
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


def test_k15_case33_choose(tool):
    assert chosen(tool, '--timeout 5000') == ('one', False), 'the first that can be chosen'
    assert chosen(tool, '--timeout 5000 --default three') == ('three', False)
    assert chosen(tool, '--timeout 5000 --default nonsense') == ('one', False)
    assert chosen(tool, '--default two', '--key', 'down', '--key', 'enter') == ('three', False)
    assert chosen(tool, '', '--key', 'a') == ('one', False), 'a hotkey chooses'
    assert chosen(tool, '', '--key', 'esc') == ('', True)
    assert chosen(tool, '--timeout 5000', '--key', 'down', '--key', 'enter') == ('two', False), 'a key stops the countdown'


# A value with UTF-8, and one with a terminal's sequence, a bell and a CR in it.
BAD_VALUES = 'set u Grüße–日本\nset bell:hexraw 1b5b324a07410d42\nset b ${bell:string}\n'


def test_utf8_and_control_characters_as_values(tool):
    """They are bytes to set, show and echo, and change by no type."""
    assert tool.shows(BAD_VALUES + 'echo [${u}]\nshow u\necho ${u:uristring}\necho ${b:hexraw} ${b:uristring}\n'
                      'set c ${u}${b}\niseq ${c} ${u}${b} && echo same\nset c:uristring %C3%BC\necho ${c:string}') == \
        ['[Grüße–日本]', 'u:string = Grüße–日本', 'Gr%C3%BC%C3%9Fe%E2%80%93%E6%97%A5%E6%9C%AC',
         '1b5b324a07410d42 %1B%5B2J%07A%0DB', 'same', 'ü']


def test_control_characters_in_forms_and_headers(tool):
    """A form field is percent-encoded whatever it holds; a header with a control character would be two headers."""
    tool.file('x', 'fetched')
    assert 'fine' in tool.shows(BAD_VALUES + 'params\nparam k ${u}\nparam j ${b}\nimgfetch x##params\necho fine')
    status, out = tool.run(BAD_VALUES + 'params\nparam --header X-Name ${b}')
    assert status == 1 and 't.ipxe:6: param: header X-Name: a control character (0x1b) in the value' in out


def test_control_characters_in_error_texts(tool):
    """Errors quote values: no sequence of theirs reaches the terminal."""
    status, out = tool.run(BAD_VALUES + 'goto ${b}')
    assert status == 1 and 'no label "?[2J?A?B"' in out and '\x1b' not in out


def test_control_characters_in_menus_and_forms(tool):
    out = screen(tool, BAD_VALUES + 'menu M ${b}\nitem a ${u}\nitem b ${b}\nchoose x\n'
                 'form F ${b}\nitem f ${b}\npresent\necho [${x}] [${f}]', '--type', '\\n', '--type', 'é\\n')
    assert '[a] [é]' in out and '\x07' not in out
