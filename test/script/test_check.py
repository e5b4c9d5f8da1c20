"""puck-script check: what it says about each mistake, where, and that it is silent about what is right."""
import pathlib

import pytest

HERE = pathlib.Path(__file__).resolve().parent


# id, script without its first line, what is said.
MISTAKES = [
    ('unknown_command', 'ehco hi', ["1:1: error: no such command: ehco; is \"echo\" meant?"]),
    ('unknown_command_without_a_near_one', 'xyzzy hi', ['1:1: error: no such command: xyzzy']),
    ('unknown_command_guarded', 'ehco hi ||', ['1:1: warning: no such command: ehco; is "echo" meant?']),
    ('text_behind_a_label', ':start This is the start', ['1:8: error: no such command: This']),
    ('unknown_option', 'kernel --nmae x http://srv/y',
     ['1:8: error: kernel: unknown option "--nmae": is --name meant?']),
    ('abbreviated_option', 'prompt --time 100 x', ['1:8: error: prompt: unknown option "--time": is --timeout meant?']),
    ('option_value_missing', 'prompt --key', ['1:8: error: prompt: --key needs a value']),
    ('option_value_wrong', 'prompt --timeout 5s x',
     ['1:18: error: prompt: --timeout: "5s" is not a time in milliseconds']),
    ('option_behind_the_arguments', 'kernel http://srv/x --name foo',
     ['1:21: warning: options go before the arguments: here --name is one of these']),
    ('option_instead_of_text', 'echo -----',
     ['1:6: error: echo: "-----" is no option (write -- before text that begins with -)']),
    ('arguments_missing', 'iseq ${ip}', ['1:1: error: iseq: arguments are missing']),
    ('argument_missing', 'goto', ['1:1: error: goto: an argument is missing']),
    ('argument_too_many', 'goto a b\n:a', ['1:8: error: goto: "b" is one argument too many']),
    ('missing_label', 'goto retyr\n:retry\ngoto retry',
     ['1:6: error: no label "retyr" in this script; is "retry" meant?']),
    ('missing_label_before_a_semicolon', 'goto nowhere ; shell', ['1:6: warning: no label "nowhere" in this script']),
    ('missing_label_guarded', 'goto nowhere || shell', ['1:6: warning: no label "nowhere" in this script']),
    ('goto_with_colon', 'goto :x\n:x\ngoto x', ['1:6: error: goto :x: write the label without its colon']),
    ('computed_label_that_cannot_be', 'set a 1\ngoto boot-${a}\n:start\ngoto start',
     ['2:6: warning: goto boot-${a}: no label of this script can be meant']),
    ('duplicate_label', 'goto a\n:a\necho 1\n:a\necho 2',
     ['4:2: warning: label "a" is there already, in line 3: goto goes there']),
    ('label_with_reference', 'goto a\n:a${ip}', ['1:6: error: no label "a" in this script',
                                                 '2:2: warning: labels are not expanded: this one is literally "a${ip}"']),
    ('never_reached', 'goto end\necho no\necho no\n:end',
     ['2:1: warning: this line is never reached']),
    ('never_reached_behind_exit', 'exit 1\necho no', ['2:1: warning: this line is never reached']),
    ('never_reached_behind_both_ways', 'isset ${ip} && goto a || goto b\necho no\n:a\necho a\n:b',
     ['2:1: warning: this line is never reached']),
    ('never_set', 'echo ${colour}', ['1:6: warning: ${colour} is never set']),
    ('never_set_but_near', 'set colour red\necho ${color}',
     ['2:6: warning: ${color} is never set; is "colour" meant?']),
    ('never_set_told_once', 'echo ${colour}\necho ${colour}', ['1:6: warning: ${colour} is never set']),
    ('unknown_type', 'echo ${ip:hexx}', ['1:6: warning: there is no type "hexx": this is always empty']),
    ('unclosed_reference', 'echo ${ip', ['1:6: warning: "${ip" has no } in this word: it stays as it is (blanks end a word)']),
    ('reference_with_blanks', 'echo ${ ip }',
     ['1:6: warning: "${" has no } in this word: it stays as it is (blanks end a word)']),
    ('swapped_brace', 'kernel http://{$next-server}/x',
     ['1:8: warning: "http://{$next-server}/x": settings are written ${name}']),
    ('no_braces', 'iseq $platform pcbios',
     ['1:6: warning: "$platform": settings are written ${name}, with braces',
      '1:6: warning: both are constant texts, always different']),
    ('single_bar', 'dhcp | shell',
     ['1:6: warning: "|": a single | or & is an ordinary word; the operators are || and &&']),
    ('glued_operator', 'isset ${ip}|| shell',
     ['1:7: warning: "${ip}||": an operator stands alone: put blanks around || and &&',
      '1:15: error: isset: "shell" is one argument too many']),
    ('nothing_follows', 'isset ${ip} &&', ['1:1: warning: nothing follows the last &&']),
    ('quoted_value', 'set a "b c"', ['1:7: warning: the quotes become part of the value: there is no quoting']),
    ('quoted_comparison', 'iseq "${platform}" pcbios ||',
     ['1:6: warning: quotes are compared too: there is no quoting']),
    ('set_with_equals', 'set a = 5', ['1:7: warning: the value begins with "=": write set a VALUE']),
    ('set_with_equals_in_name', 'set a=5 6', ['1:5: warning: "=" in the name of a setting: write set NAME VALUE']),
    ('set_of_wrong_type', 'set a:int8 abc', ['1:12: error: "abc" is not a number (10, 0xa and 012 are)']),
    ('set_of_unknown_type', 'set a:int 5', ['1:5: error: there is no type "int"']),
    ('isset_of_a_name', 'isset filename || exit 1\nexit',
     ['1:7: warning: isset asks whether a value is empty, and "filename" never is: write ${filename}']),
    ('iseq_of_constants', 'iseq a b || exit', ['1:6: warning: both are constant texts, always different']),
    ('name_wanted', 'inc ${n}', ['1:5: warning: inc wants the name of a setting, and ${n} is its value: write n']),
    ('seconds', 'sleep 5s', ['1:7: error: "5s" is not a number of seconds']),
    ('exit_status', 'exit abc', ['1:6: error: "abc" is not an exit status (0 is success)']),
    ('milliseconds', 'prompt --timeout 5 x', ['1:1: warning: --timeout 5: that is milliseconds']),
    ('scheme', 'kernel gopher://x/y', ['1:8: warning: puck cannot fetch gopher:']),
    ('column_behind_a_continuation', 'echo a \\\n  b && ehco', ['2:8: error: no such command: ehco; is "echo" meant?']),
    ('column_behind_a_label', ':a ehco x', ['1:4: error: no such command: ehco; is "echo" meant?']),
    ('blank_behind_backslash', 'echo a \\ \nb', ['1:8: warning: blanks behind the backslash: the line is not continued',
                                                '2:1: error: no such command: b']),
    ('continuation_at_end_of_file', 'echo a\necho b \\', ['2:1: error: the last line ends in a backslash, but no line follows']),
]


@pytest.mark.parametrize('body, said', [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_mistake(tool, body, said):
    got = [line for line in tool.check(body) if 'nothing leads to label' not in line]
    assert got == said


def test_label_without_use(tool):
    assert tool.check('exit\n:a\necho x\n') == ['2:2: warning: nothing leads to label "a"']
    assert tool.check('echo a\n:a\necho x\n') == []


RIGHT = {
    'trailing_or': 'dhcp ||\n',
    'computed_goto': 'set a 1\ngoto menu-${a}\n:menu-1\nexit\n:menu-2\nexit\n',
    'any_goto': 'set a 1\ngoto ${a} ||\n:x\nexit\n:y\nexit\n',
    'computed_command': 'set c echo\n${c} --what -ever\n',
    'computed_option': 'set o timeout\nprompt --${o} 500 x\n',
    'computed_value': 'set t 500\nprompt --timeout ${t} --key=${k:hex} x ||\nisset ${k} ||\n',
    'tested_setting': 'isset ${extra} && echo ${extra} ||\n',
    'scoped_setting': 'echo ${net0.dhcp/209:string} ${43.9:hexraw} ${smbios/1.4.0} ${my/own}\n',
    'option_number': 'echo ${209} ${210:string} ${175.8}\n',
    'nested': 'set k x\nset a-x 1\necho ${a-${k}} ${${k}}\n',
    'computed_set': 'set k x\nset a-${k} 1\necho ${a-x} ${a-y}\n',
    'comment_behind': 'echo a # | && ${b\n',
    'text': 'echo a | b & c, $5 and (x)\n',
    'dashes': 'echo -- ----- a\n',
    'kernel_dashes': 'kernel http://srv/vmlinuz -- quiet -x --foo=bar\n',
    'query': 'kernel http://srv/k?a=1&b=2&&c=3\n',
    'both_ways_and_a_label': 'isset ${ip} && goto a || goto b\n:a\nexit\n:b\nexit 1\n',
    'loop': ':again\ninc n\niseq ${n} 5 || goto again\n',
    'crlf': 'echo a \\\r\n b\r\n:x\r\ngoto x\r\n',
    'empty_reference': 'echo ${} ${:string}\n',
    'label_used_before': 'goto x\n:y\necho y\nexit\n:x\ngoto y\n',
    'set_empty': 'set a\nset b:hex\nclear c\n',
    'chain_replace_or': 'chain --replace a.ipxe || shell\nexit\n',
    'dynamic_timeout': 'set t:int32 5\nprompt --timeout ${t}000 x ||\n',
}


@pytest.mark.parametrize('body', RIGHT.values(), ids=RIGHT.keys())
def test_right(tool, body):
    assert tool.check(body) == []


HEADS = {
    'missing': (b'echo x\n', 'a script begins with the line #!ipxe'),
    'bom': (b'\xef\xbb\xbf#!ipxe\n', 'a byte order mark stands before #!ipxe: save the file as UTF-8 without BOM'),
    'utf16': (b'\xff\xfe#\0!\0i\0', 'this is UTF-16: save the file as UTF-8 without BOM'),
    'blank_line': (b'\n#!ipxe\n', 'something stands before #!ipxe: it must be the first bytes of the file'),
    'no_line_end': (b'#!ipxe', 'a line end must follow #!ipxe'),
    'ipxe2': (b'#!ipxe2\n', 'a script begins with the line #!ipxe'),
    'empty': (b'', 'a script begins with the line #!ipxe'),
    'html': (b'<html>\n', 'a script begins with the line #!ipxe'),
}


@pytest.mark.parametrize('text, words', HEADS.values(), ids=HEADS.keys())
def test_g1_first_line(tool, text, words):
    status, out, _ = tool('check', '-', text=text)
    assert status == 1 and out.splitlines()[0] == f'-:1:1: error: {words}'


@pytest.mark.parametrize('magic', ['#!ipxe\n', '#!gpxe\n', '#!ipxe \r\n', '#!ipxe # text\n'])
def test_g1_magic(tool, magic):
    assert tool('check', '-', text=magic + 'echo x\n') == (0, '', '')


def test_zero_byte(tool):
    status, out, _ = tool('check', '-', text=b'#!ipxe\necho \0\n')
    assert status == 1 and 'zero byte at offset 12' in out


def test_status(tool):
    assert tool('check', '-', text='#!ipxe\necho ${nope}\n')[0] == 0
    assert tool('check', '--strict', '-', text='#!ipxe\necho ${nope}\n')[0] == 1
    assert tool('check', '-', text='#!ipxe\nnope\n')[0] == 1
    status, _, err = tool('check', 'no-such-file')
    assert status == 2 and 'no-such-file: No such file' in err
    assert tool('check')[0] == 2
    assert tool('check', '--image', 'ipxe', '-')[0] == 2
    assert tool()[0] == 2


def test_files_know_each_others_settings(tool):
    (tool.cwd / 'a').write_text('#!ipxe\nset colour red\nchain b\n')
    (tool.cwd / 'b').write_text('#!ipxe\necho ${colour}\n')
    assert 'never set' in tool('check', 'b')[1]
    assert tool('check', 'a', 'b') == (0, '', '')


def test_image_undionly(tool):
    script = 'sha256sum x\n'
    assert tool.check(script) == []
    assert tool.check(script, '--image', 'undionly') == ['1:1: error: undionly does not have the command sha256sum']


def test_big_and_bad_scripts(tool):
    """Nothing takes long: a million labels and jumps would show (the tool's limit is a minute)."""
    labels = ''.join(f':l{i}\ngoto l{(i * 7) % 30000}\n' for i in range(30000))
    assert tool.check(labels) == []
    assert tool.check('echo ' + '${' * 30000)[0].startswith('1:6: warning')
    assert 'bytes; 65536 are possible' in tool.check('echo ' + 'x' * 2000000)[0]
    wild = ''.join(f'set a{i}-${{ip}}-b x\necho ${{c{i}}}\n' for i in range(5000))
    assert len(tool.check(wild)) <= 5000


CORPUS = sorted((HERE / 'corpus').glob('*.ipxe'))


@pytest.mark.parametrize('path', CORPUS, ids=[p.stem for p in CORPUS])
def test_corpus(tool, path):
    """Scripts of the kinds that are out there: no errors, and no warnings but what is so."""
    status, out, _ = tool('check', path)
    other = [line for line in out.splitlines()
             if not line.endswith((' is never set', ' comes with a later version', ' cannot fetch https:'))]
    assert status == 0 and other == []
