"""The traps of ipxe-behaviour.md (Q1 to Q10) and the cases of scripts-in-the-wild.md 3, by number, with the real commands.

What the language alone decides is in test/unit/test_script.c; here is what needs images, files and keys.
"""


def test_q1_boot_of_nothing_succeeds(tool):
    assert tool.shows('boot && echo ok\nimgexec && echo ok') == ['No image selected', 'ok', 'No image selected', 'ok']


def test_q2_inc_of_a_text(tool):
    """iPXE refuses `set n 5`, `inc n`; here it counts. Other texts fail in both."""
    assert tool.shows('set n 5\ninc n\necho ${n}\ninc m\necho ${m}\ninc m 0x10\necho ${m}') == ['6', '1', '17']
    assert tool.shows('set n:int32 5\ninc n 3\nshow n') == ['n:int32 = 8']
    status, out = tool.run('set n five\ninc n')
    assert status == 1 and 't.ipxe:3: inc: ' in out


def test_q3_integers_that_do_not_fit_are_errors(tool):
    """iPXE cuts 300 to 44 without a word."""
    assert tool.shows('set y:uint8 255\necho ${y}\nset z:uint8 0\necho ${z}') == ['0xff', '0x0']
    for value in '300', 'abc':
        status, out = tool.run(f'set x:int8 {value}')
        assert status == 1 and f'set: {value} does not fit' in out or f'"{value}" is not' in out


def test_q4_empty_deletes(tool):
    body = 'set e x\nset e\nisset ${e} || echo gone\nset e x\nset e:hex\nisset ${e} || echo gone\nclear nobody && echo fine'
    assert tool.shows(body) == ['gone', 'gone', 'fine']


def test_q5_isset_and_iseq_count_arguments(tool):
    assert tool.shows('isset filename && echo always\nisset ${nothing} || echo unset\niseq ${a} ${b} && echo both empty\n'
                      'iseq Foo foo || echo case\niseq 1 01 || echo text\niseq 0x10 16 || echo text') == \
        ['always', 'unset', 'both empty', 'case', 'text', 'text']


def test_q6_a_chained_script_stays_unless_autofree(tool):
    """It stays in the list as in iPXE, but no kernel gets it: only initrd, module and imgfetch are for kernels (Q8)."""
    tool.file('a.ipxe', '#!ipxe\necho a\n')
    assert [s.split(' ')[0] for s in tool.shows('chain a.ipxe\nimgstat') if 'tftp' not in s] == ['a', 'a.ipxe']
    assert [s.split(' ')[0] for s in tool.shows('chain --autofree a.ipxe\nimgstat') if 'tftp' not in s] == ['a']


def test_q8_what_a_kernel_is_given(tool, kernel):
    tool.file('k', kernel)
    tool.file('menu.ipxe', '#!ipxe\n')
    tool.file('rd', 'ramdisk')
    tool.file('extra', 'more')
    status, out = tool.run('chain menu.ipxe\nkernel k quiet\ninitrd rd\nimgfetch extra\nboot')
    assert status == 0
    told = out[out.index('[run] boot'):].splitlines()
    assert told == [f'[run] boot k: a Linux kernel, {len(kernel)} bytes', '[run]   command line "quiet"',
                    '[run]   initrd rd, 7 bytes', '[run]   initrd extra, 4 bytes']


def test_q7_names(tool):
    assert tool.shows('set 12 box\necho ${hostname} ${12}\nset my/own 1\necho ${my/own} ${own}.') == ['box box', '1 1.']


def test_q9_first_interface_wins(tool):
    assert tool.shows('dhcp nope ||\ndhcp net0 && echo ${net0/ip}')[-1] == '192.0.2.10'


# ---- cases -------------------------------------------------------------------------------------------------


def test_case2_a_text_is_not_executed(tool):
    tool.file('error.html', '<html>404')
    tool.file('plain.txt', 'just text\n')
    status, out = tool.run('chain error.html ||\nchain plain.txt')
    assert status == 1
    assert 'error.html cannot be started: it is an HTML page' in out
    assert 'plain.txt cannot be started: it is a text that begins with "just text"' in out


def test_case13_isset_tests_only_for_emptiness(tool):
    assert tool.shows('set e:hex 00\nisset ${e} && echo a zero byte is a value') == ['a zero byte is a value']


def test_case17_numbers_are_dhcp_options(tool):
    assert tool.shows('dhcp\necho ${209:string} ${210} ${175.8} ${keep-san}', '--dhcp', '209:string=pxe/default',
                      '--dhcp', '210:string=tftp://x/', '--dhcp', 'keep-san=1')[-1] == 'pxe/default tftp://x/ 1 1'


def test_case18_types(tool):
    assert tool.shows('set x:hex 0A:0b\necho ${x} ${x:hexhyp} ${x:hexraw} ${x:uint16}\n'
                      'set i:ipv4 192.0.2.1\necho ${i} ${i:hexraw}\nset u:uristring a%20b\necho ${u} ${u:string}') == \
        ['0a:0b 0a-0b 0a0b 0xa0b', '192.0.2.1 c0000201', 'a%20b a b']


def test_case19_inc_creates_int32(tool):
    assert tool.shows('inc n\nshow n') == ['n:int32 = 1']


def test_case20_a_blank_can_be_built(tool):
    assert tool.shows('set sp:hex 20:20\nset sp ${sp:string}\necho [${sp}]\nset e ${e}\nisset ${e} || echo unset') == \
        ['[  ]', 'unset']


def test_case22_names_before_downloads(tool, kernel):
    tool.file('k', kernel)
    _, out = tool.run('imgfetch k?x=1 a b\nimgstat\nkernel k\nimgargs k c d\nboot')
    assert out.count('[run] fetch') == 1 and '[run]   command line "c d"' in out


def test_case24_a_running_script_is_not_listed(tool):
    assert tool.shows('imgstat\necho end') == ['end']


def test_case26_kernel_of_no_kernel(tool):
    tool.file('rd.gz', b'\x1f\x8b' + bytes(100))
    tool.file('notes', 'a text')
    status, out = tool.run('kernel notes || imgstat\nkernel http://nowhere/x')
    assert status == 1 and 'notes cannot be started' in out and 'notes :' not in out
    assert 't.ipxe:3: kernel: http://nowhere/x: the described network does not have it' in out


def test_case27_the_command_line_is_exact(tool, kernel):
    tool.file('k', kernel)
    _, out = tool.run('kernel k a   b ${nothing} c="d e"\nboot')
    assert '[run]   command line "a b  c="d e""' in out


def test_case29_relative_uris(tool):
    tool.file('http/a/one.ipxe', '#!ipxe\necho 1 ${cwuri}\nchain ../b/two.ipxe\necho 1 ${cwuri}\n')
    tool.file('http/b/two.ipxe', '#!ipxe\necho 2 ${cwduri}\n')
    lines = tool.shows('chain http://srv/a/one.ipxe', '--map', f'http://srv/={tool.cwd}/http')
    assert [s for s in lines if '...' not in s] == ['1 http://srv/a/one.ipxe', '2 http://srv/b/', '1 http://srv/a/one.ipxe']


def test_case34_prompt(tool):
    body = ('prompt Go on? && echo yes || echo no\nprompt --key q --timeout 1000 Quit? && echo yes || echo no\n'
            'prompt --key 0x197e F12? && echo yes || echo no\nprompt --timeout 60000 Still? && echo yes || echo no')
    lines = [s for s in tool.shows(body, '--type', 'x', '--key', 'x', '--key', 'f12') if '?' not in s]
    assert [s.strip() for s in lines if s.strip()] == ['yes', 'no', 'yes', 'no']


def test_case35_shell_gives_its_status(tool):
    status, out = tool.run('shell && echo good || echo bad ${errno}', '--type', 'echo hi\\nexit 4\\n')
    assert status == 0 and 'hi\n' in out and 'bad 0x4' in out
    assert 'good' in tool.run('shell && echo good', '--type', 'nonsense\\nexit\\n')[1]


def test_case36_errno_is_hexadecimal(tool):
    assert tool.shows('isset ${x} || echo ${errno}')[0].startswith('0x')


def test_g12_exit_status(tool):
    assert tool.run('exit 3')[0] == 3
    assert tool.run('exit')[0] == 0
    assert tool.run('isset ${x}')[0] == 1


def test_g13_goto_across_scripts(tool):
    tool.file('inner.ipxe', '#!ipxe\ngoto outer\n')
    status, out = tool.run('chain inner.ipxe || goto outer\nexit 1\n:outer\necho here')
    assert status == 0 and 'inner.ipxe:2: goto: no label "outer" in this script' in out and 'here' in out


def test_g15_shell_runs_lines_as_scripts_do(tool):
    _, out = tool.run('shell', '--type', 'set a b && echo ${a} || echo no\\ngoto x\\nexit\\n')
    assert '\nb\n' in out and 'goto: there is no script here to jump in' in out
