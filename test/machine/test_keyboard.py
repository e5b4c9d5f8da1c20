"""The keyboard, the line editor and the shell's keys: on a PS/2 keyboard with the VGA screen, and on a terminal."""
import time

import pyte
import pytest
from net import wait_for
from qemu import Machine, kernel
from steps import PROMPT, must


@pytest.fixture
def pc(work, images):
    with Machine(work / 'pc', kernel(images / 'puck.lkrn', 'shell')) as guest:
        guest.serial.expect(PROMPT)
        yield guest


def press(pc, keys):
    """Keys by their names on an American keyboard, with what is held: "z alt_r-7 shift-2"."""
    for key in keys.split():
        pc.hmp(f'sendkey {key} 100')  # the guest looks at what is held, and the host is busy
        time.sleep(0.12)


def sees(pc, line):
    """The guest's VGA screen has this line, now or in a moment."""
    wait_for(lambda: line in pc.screen(), f'{line!r} on the screen')


# What is pressed, and what comes. The places are those of the American keys that sendkey names.
LAYOUTS = {
    'us': ('y z shift-2 bracket_left backslash shift-backslash less', 'yz@[\\|\\'),
    'uk': ('shift-2 shift-3 shift-apostrophe backslash shift-backslash less shift-less alt_r-4', '"£@#~\\|€'),
    'de': ('y z semicolon shift-apostrophe shift-7 alt_r-7 alt_r-8 alt_r-9 alt_r-0 alt_r-minus alt_r-q alt_r-less '
           'shift-less alt_r-e minus', 'zyöÄ/{[]}\\@|>€ß'),
    'fr': ('q shift-1 alt_r-0 alt_r-6 alt_r-4 alt_r-equal shift-dot alt_r-8 semicolon 2', 'a1@|{}/\\mé'),
    'es': ('semicolon alt_r-2 alt_r-1 alt_r-grave_accent alt_r-apostrophe alt_r-backslash shift-7 backslash', 'ñ@|\\{}/ç'),
    'it': ('bracket_left alt_r-semicolon alt_r-shift-bracket_left alt_r-0 grave_accent shift-grave_accent alt_r-equal',
           'è@{}\\|~'),
    'pt': ('semicolon alt_r-2 alt_r-7 alt_r-0 grave_accent shift-grave_accent backslash', 'ç@{}\\|~'),
    'se': ('bracket_left semicolon alt_r-less alt_r-minus alt_r-7 alt_r-4 shift-less', 'åö|\\{$>'),
    'dk': ('semicolon apostrophe alt_r-less alt_r-equal alt_r-0 alt_r-2', 'æø\\|}@'),
    'no': ('semicolon apostrophe grave_accent equal alt_r-7 alt_r-bracket_right', 'øæ|\\{~'),
    'ch': ('y z shift-semicolon alt_r-7 alt_r-less alt_r-apostrophe alt_r-backslash shift-1 backslash', 'zyé|\\{}+$'),
    'jp': ('shift-2 bracket_left bracket_right backslash ro shift-ro yen shift-yen shift-equal', '"@[]\\_\\|~'),
}


def test_layouts(pc):
    """Each layout by its own key strokes; what comes is UTF-8 on the serial line."""
    for name, (keys, text) in LAYOUTS.items():
        must(pc, f'keymap {name}')
        press(pc, f'e c h o spc {keys} ret')
        said = pc.serial.expect(r'echo (\S*)\n(.*)\n', 30)[2]
        assert said.encode('latin1').decode('utf-8') == text, name


def test_usb_keyboard(work, images):
    """The BIOS drives it. SeaBIOS drops AltGr with the key beside Shift there, so the bar has a second place."""
    usb = ['-device', 'piix3-usb-uhci,id=usb', '-device', 'usb-kbd,bus=usb.0']
    with Machine(work / 'usb', [*kernel(images / 'puck.lkrn', 'keymap de && shell'), *usb]) as pc:
        pc.serial.expect(PROMPT)
        press(pc, 'e c h o spc y z semicolon alt_r-1 alt_r-7 alt_r-minus shift-7 ret')
        said = pc.serial.expect(r'echo (\S*)\n(.*)\n', 30)[2]
        assert said.encode('latin1').decode('utf-8') == 'zyö|{\\/'


def test_setting_and_caps_lock(pc):
    """The layout is a setting, too; Caps Lock knows the letters of the layout."""
    must(pc, 'set keymap de')
    press(pc, 'e c h o spc caps_lock semicolon 1 caps_lock semicolon ret')
    assert pc.serial.expect(r'\n(\S+)\n')[1].encode('latin1').decode() == 'Ö1ö'
    assert '* de  German' in must(pc, 'keymap')
    must(pc, 'clear keymap')
    assert '* us' in must(pc, 'keymap')
    pc.serial.send('keymap xx\r')
    pc.serial.expect(r'no keyboard layout "xx"; there are: us uk de fr es it pt se dk no ch jp\n')


def test_umlauts_on_the_screen(pc):
    """UTF-8 becomes the VGA font's characters; the line is edited by characters, not bytes."""
    must(pc, 'keymap de')
    press(pc, 'e c h o spc semicolon alt_r-less bracket_left')
    sees(pc, 'puck> echo ö|ü')
    press(pc, 'left backspace backspace a ret')
    pc.serial.expect(r'\na\xc3\xbc\n')
    must(pc, 'echo \u20ac10 \u2013 \u251c\u2500\u2500 \u03b1'.encode().decode('latin1'))
    assert 'E10 - ├── α' in pc.screen()


def test_layout_by_f7(pc):
    press(pc, 'e f7')
    pc.serial.expect(r'\nkeyboard: uk, English \(UK\)\npuck> e')
    press(pc, 'c h o spc shift-2 ret')
    pc.serial.expect(r'\n"\n')


def test_word_keys(pc):
    """Ctrl and Alt with keys of the keyboard; what was erased comes back."""
    press(pc, 'o n e spc t w o ctrl-left ctrl-left e c h o spc ctrl-right ctrl-d alt-d ctrl-y ctrl-y ret')
    pc.serial.expect(r'\nonetwotwo\n')
    press(pc, 'o n e spc t w o alt-b alt-b e c h o spc end ctrl-w 2 alt-b alt-f 3 ret')
    pc.serial.expect(r'\none 23\n')


# ---- on a terminal -------------------------------------------------------------------------------------


class Terminal:
    """What a VT100 at the end of the serial line shows."""

    def __init__(self, pc):
        self.pc = pc
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        self.seen = 0

    def lines(self):
        data = (self.pc.work / 'serial.log').read_bytes()
        self.stream.feed(data[self.seen:])
        self.seen = len(data)
        return [line.rstrip() for line in self.screen.display]

    def wait_line(self, text, cursor=None, timeout=20):
        """Wait until the line with the cursor is this, and the cursor stands behind `cursor`."""
        def is_it(line):
            return line == text and cursor in (None, text[:self.screen.cursor.x].ljust(self.screen.cursor.x))
        self.wait_until(is_it, f'{text!r} with the cursor behind {cursor!r}' if cursor else repr(text), timeout)

    def wait_until(self, is_it, what, timeout=20):
        """Wait for a line with the cursor that is_it() takes, and return it. What came over the wire is no
        substitute: where a line scrolls, a word is cut in two by what draws it again."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            lines = self.lines()
            line = lines[self.screen.cursor.y]
            if is_it(line):
                return line
            time.sleep(0.05)
        raise AssertionError(f'the line is not {what} but {line!r} in:\n' + '\n'.join(lines))

    def send(self, text):
        self.pc.serial.send(text)


@pytest.fixture
def terminal(pc):
    return Terminal(pc)


def test_editing_on_a_terminal(pc, terminal):
    terminal.send('echo one two\x1b[1;5D')  # Ctrl-Left
    terminal.send('new ')
    terminal.wait_line('puck> echo one new two', cursor='puck> echo one new ')
    terminal.send('\x1bd\x01\x1bf')  # Alt-D, Ctrl-A, Alt-F
    terminal.wait_line('puck> echo one new', cursor='puck> echo')
    terminal.send('\x05\x19\r')
    terminal.wait_line('puck>')
    assert 'one new two' in terminal.lines()
    terminal.send('echo \xc3\xa4\xc3\xb6\x1b[D\x7f')
    terminal.wait_line('puck> echo ö')
    terminal.send('\r')


def test_long_line_scrolls(pc, terminal):
    """A line longer than the screen stays on one row of both screens, whichever end is looked at."""
    words = ' '.join(f'w{i:03}' for i in range(60))
    terminal.send('echo ' + words)
    line = terminal.wait_until(lambda line: line.endswith('w059'), 'one that ends in w059')
    assert line.startswith('puck> ') and len(line) < 80
    sees(pc, line)
    terminal.send('\x01')
    terminal.wait_line(('puck> echo ' + words)[:79].rstrip())
    terminal.send('\r')
    pc.serial.expect(words)


def test_history_and_search(pc, terminal):
    for line in ('echo alpha', 'set x 1', 'echo beta'):
        must(pc, line)
    terminal.send('set\x1b[A')
    terminal.wait_line('puck> set x 1 && echo DONE-' + pc.serial.text.rsplit('set x 1 && echo DONE-', 1)[1].split('\n')[0])
    terminal.send('\x15\x12lph')
    terminal.wait_until(lambda line: line.startswith("search 'lph': echo alpha"), 'what was found')
    terminal.send('\r')
    pc.serial.expect(r'\nalpha\n')


def test_k6_completion(pc, terminal):
    terminal.send('imgf\t')
    terminal.wait_line('puck> imgf')
    for lines in terminal.lines, pc.screen:
        wait_for(lambda: any(line.split() == ['imgfetch', 'imgfree'] for line in lines()), 'the names that may stand there')
    terminal.send('e\t--na\tx\x15')
    terminal.wait_line('puck>')
    terminal.send('echo .${net0/m\t\t')
    terminal.wait_line('puck> echo .${net0/m')
    terminal.send('\x15keymap d\t\t')
    terminal.wait_line('puck> keymap d')
    terminal.send('e\t')
    terminal.wait_line('puck> keymap de')
    terminal.send('\x15show builtin/platf\t')
    terminal.wait_line('puck> show builtin/platform')
    terminal.send('\r')
    pc.serial.expect('builtin/platform:string = pcbios')
    press(pc, 'p o w e r tab')  # and on the keyboard
    terminal.wait_line('puck> poweroff')
    sees(pc, 'puck> poweroff')


def test_k6_help_by_pages(pc):
    """A list longer than the screen stops at each screen: 24 rows of which the last is the pager's."""
    press(pc, 'h e l p ret')
    pc.serial.expect('--more--')
    wait_for(lambda: any(line.startswith('--more--') for line in pc.screen()), '--more-- on the screen')
    assert sum(bool(line) for line in pc.screen()) >= 20
    press(pc, 'ret')
    pc.serial.expect('--more--')
    press(pc, 'q')
    pc.serial.expect(PROMPT)
    said = must(pc, 'help prompt')
    assert '--timeout' in said and all(len(line) < 80 for line in said.split('\n'))


def test_k9_read(pc):
    must(pc, 'set name old')
    pc.serial.send('read name && echo NOW-${name}\r')
    pc.serial.expect(r'\nold')
    pc.serial.send('er\r')
    pc.serial.expect('NOW-older')
    pc.serial.send('read --timeout 300 name || echo LATE-${errno}-${name}\r')
    pc.serial.expect('LATE-0x6e-older')
    pc.serial.send('read --timeout 3000 name && echo NOW-${name}\r')
    pc.serial.expect(r'\nolder')
    pc.serial.send('\x15x')
    time.sleep(3.5)  # the time limit is for the first key
    pc.serial.send('\r')
    pc.serial.expect('NOW-x')
    pc.serial.send('read --secret word || echo NOTHING\r')
    time.sleep(0.5)
    pc.serial.send('hidden')
    pc.serial.expect(r'\*{6}')
    pc.serial.send('\r')
    pc.serial.expect(PROMPT)
    assert 'hidden' in must(pc, 'show word')
    pc.serial.send('read word || echo REFUSED\r')
    pc.serial.expect('hidden')
    pc.serial.send('\x03')
    pc.serial.expect(r'\^C\nREFUSED')


def test_paste(pc):
    """A script of 200 lines, pasted faster than it is run."""
    pc.serial.send(''.join(f'echo paste-{i} {"x" * 60}\r' for i in range(200)))
    for i in range(200):
        pc.serial.expect(rf'\npaste-{i} x{{60}}\n', 60)
