"""Menus, forms, colours, the rescue menu: driven through the serial terminal and the keyboard, seen on both screens."""
import pytest

from net import Slirp, Web
from qemu import Machine, ide_disk, kernel, nic
from steps import PROMPT
from terminal import Person

UP, DOWN, END, F12 = '\x1b[A', '\x1b[B', '\x1b[F', '\x1b[24~'


@pytest.fixture
def boot(work, images):
    """A function that starts puck.lkrn with a script and gives the person at it."""
    def start(script, *more, **machine):
        path = work / 'script.ipxe'
        path.write_text('#!ipxe\n' + script)
        pc = Machine(work / 'pc', [*kernel(images / 'puck.lkrn', initrd=path), *more], **machine)
        return Person(pc)
    return start


MENU = '''
set about the second installer
menu Example boot menu
item --gap Installers
item --key d debian Debian
item --help ${about} fedora Fedora
item --gap
item --key 0x197e shell Shell
choose --default debian target && echo CHOSE ${target} || echo LEFT
shell
'''


@pytest.mark.parametrize('keys', ['serial', 'keyboard'])
def test_k13_k14_k15_menu(boot, keys):
    person = boot(MENU)
    rows = person.sees('Example boot menu', '> Debian', '1 of 3', never=['the second installer'])
    assert rows[2] == '   Installers'
    assert rows[3].split() == ['>', 'Debian', 'd']
    assert rows[6].split() == ['Shell', 'F12']
    assert person.vga_attribute(3, 4) == 0x1f and person.vga_attribute(2, 4) == 0x03
    assert person.cell(3, 4).bg == 'blue' and person.cell(2, 4).fg == 'cyan'
    if keys == 'serial':
        person.types(DOWN)
    else:
        person.keyboard('down')
    person.sees('> Fedora', 'the second installer', '2 of 3')
    if keys == 'serial':
        person.types('\r')
    else:
        person.keyboard('ret')
    person.pc.serial.expect('CHOSE fedora', 30)
    person.sees('CHOSE fedora', never=['Installers'])


@pytest.mark.parametrize('keys, said', [([F12], 'CHOSE shell'), (['\x1b'], 'LEFT'), (['\x03'], 'LEFT'),
                                        (['/fed', '\r'], 'CHOSE fedora'), ([END, '\r'], 'CHOSE shell')])
def test_menu_keys(boot, keys, said):
    person = boot(MENU)
    person.sees('> Debian')
    for key in keys:
        person.types(key)
    person.pc.serial.expect(said, 30)


def test_menu_countdown(boot):
    """It is seen to run, and takes the default; a key on the keyboard stops it for the terminal, too."""
    person = boot('menu One\nitem a A\nitem b B\nchoose --timeout 4000 --default b x && echo TOOK ${x}\n'
                  'menu Two\nitem a A\nitem b B\nchoose --timeout 5000 x && echo TOOK ${x}\n')
    person.sees('One', 'Goes on in 3 s')
    person.pc.serial.expect('TOOK b', 30)
    person.sees('Two', 'Goes on in 4 s')
    person.keyboard('down')
    person.sees('> B', never=['Goes on'])
    person.types('\r')
    person.pc.serial.expect('TOOK b', 30)


def test_long_menu(boot):
    items = ''.join(f'item i{i} Number {i}\n' for i in range(1, 49))
    person = boot(f'menu Long\n{items}choose x && echo TOOK ${{x}}\nshell\n')
    person.sees('v 29 more', '1 of 48')
    person.keyboard('pgdn')
    person.sees('19 of 48')
    person.types(END)
    person.sees('^ 29 more', '> Number 48', never=['v 29'])
    person.keyboard('down')
    person.sees('1 of 48', 'v 29 more')
    person.types('/47')
    person.sees('Filter: 47', '> Number 47', '1 of 1')
    person.types('\r')
    person.pc.serial.expect('TOOK i47', 30)


def test_characters_of_many_bytes(boot):
    """UTF-8 for the terminal and the font's characters on VGA: both show the same cells, and a key can be typed there."""
    person = boot('set city Malmö\nmenu Größe wählen 日\nitem a Über ├── ça\nitem b Naïve ½\nchoose x && echo TOOK ${x}\n'
                  'form Où?\nitem city Straße\npresent && echo AT ${city}\nshell\n')
    rows = person.sees('Größe wählen', '> Über ├── ça', 'Naïve ½')
    assert rows[0].strip().endswith('?')
    person.types('/na\u00ef'.encode().decode('latin1'))
    person.sees('Filter: naï', '> Naïve ½', never=['Über'])
    person.types('\r')
    person.sees('Où?', '> Straße', '[Malmö ')
    person.types('\x7f\u00e9\r'.encode().decode('latin1'))
    person.pc.serial.expect('AT Malm\xc3\xa9', 30)


def test_plain_menu(boot):
    """Nothing but lines: for terminals that know no cursor."""
    person = boot('set plain-menus 1\nmenu Plain\nitem a First\nitem b Second\nchoose x && echo TOOK ${x}\nshell\n')
    person.pc.serial.expect('Number 1-2, Enter for 1', 60)
    before = len(person.pc.serial.raw)
    person.types('2\r')
    person.pc.serial.expect('TOOK b', 30)
    assert b'\x1b' not in person.pc.serial.raw[before:]


FORM = '''
set username anna
form Who are you?
item username User name
item --secret password Password
item net7/ip Address
present && echo STORED ${username} ${password} ${net7/ip} || echo LEFT
shell
'''


def test_k13_k16_form(boot):
    person = boot(FORM)
    rows = person.sees('Who are you?', '> User name', '[anna')
    assert person.vga_attribute(2, 17) == 0x1f, rows
    person.types('-lena\r')
    person.sees('> Password')
    person.keyboard('g', 'e', 'h')
    person.sees('[anna-lena', '[***', never=['geh'])
    person.types('\t')
    person.sees('> Address')
    person.types('300.1.2.3\r')
    person.sees('"300.1.2.3" is not', '> Address')
    person.keyboard('ctrl-u')
    person.sees('> Address', never=['[300'])
    person.types('10.1.2.3\r')
    person.pc.serial.expect('STORED anna-lena geh 10.1.2.3', 30)


def test_k12_login(boot):
    person = boot('login && echo IN ${username} ${password}\nshell\n')
    person.sees('> User name', 'Password')
    person.keyboard('a', 'n', 'n', 'a', 'ret')
    person.sees('[anna', '> Password')
    person.types('geheim\r')
    person.pc.serial.expect('IN anna geheim', 30)


def test_form_left(boot):
    person = boot(FORM)
    person.sees('> User name')
    person.types('x\x1b')
    person.pc.serial.expect('LEFT', 30)
    person.types('echo user=${username}\r')
    person.pc.serial.expect('user=anna\n', 30)


def test_k11_config(boot):
    """Into a scope and back, edit, add, delete, by keyboard and terminal."""
    person = boot('set myvar old\nset net7/ip 10.0.0.7\nconfig\necho AFTER ${myvar} ${new} ${net7/ip}\nshell\n')
    person.sees('Settings: all', 'net7/', 'version', '10.0.0.7')
    person.types('/myvar')
    person.sees('> myvar', 'Filter: myvar')
    person.keyboard('ret')
    person.sees('myvar = old')
    person.types('er\r')
    person.sees('older')
    person.types('\x1b')
    person.sees('Settings: all', 'net7/', never=['Filter'])
    person.keyboard('ctrl-n')
    person.sees('New setting')
    person.types('new:int8\r')
    person.sees('new:int8 =')
    person.types('x\r')
    person.sees('"x" is')
    person.types('\x155\r')
    person.sees('> new', never=['new:int8'])
    person.types('/net7\r')
    person.sees('Settings: net7', '> ..', never=['myvar'])
    person.types('/ip\x1b')
    person.sees('> ip', '10.0.0.7')
    person.keyboard('ctrl-d')
    person.sees('Settings: net7', never=['10.0.0.7'])
    person.keyboard('esc')
    person.sees('Settings: all', 'net7/', 'version')
    person.keyboard('ctrl-x')
    person.pc.serial.expect('AFTER older 5 \n', 30)


def test_k39_k40_k41_colours(boot):
    """Pairs change both screens, --rgb the VGA palette, and the palette is put back before others get the machine."""
    person = boot('console --x 1024 --y 768 --picture http://nowhere/logo.png || echo FAILED\ncolour --rgb 0xff8000 4\n'
                  'cpair --foreground 2 --background 3 2\nmenu Colours\nitem a Alpha\nchoose x ||\nshell\n')
    person.pc.serial.expect('no pictures in this version', 60)
    person.sees('> Alpha')
    assert person.vga_attribute(2, 3) == 0x62 and person.cell(2, 3).bg == 'brown' and person.cell(2, 3).fg == 'green'
    assert 'FAILED' not in person.pc.serial.text


# ---- the rescue menu -----------------------------------------------------------------------------------

def test_rescue_menu(boot):
    """It names what failed; trying again runs the script again; the shell comes back to it."""
    person = boot('isset ${again} && echo AGAIN-${again} ||\ninc again\nkernel nosuchscheme://x/y\n')
    person.sees('Nothing was booted', 'nosuchscheme', '> Try again')
    person.keyboard('ret')
    person.pc.serial.expect('AGAIN-1', 30)
    person.sees('> Try again')
    person.types('s')
    person.pc.serial.expect(PROMPT, 30)
    person.types('echo in-the-shell\r')
    person.pc.serial.expect('\nin-the-shell\n', 30)
    person.types('exit\r')
    person.sees('Nothing was booted')
    person.types('o')
    assert person.pc.wait_exit(60) == 'guest-shutdown'


def test_rescue_leaves_by_itself(boot):
    """A machine that nobody looks at: a countdown, a try, another countdown, then the next boot device."""
    person = boot('set rescue-timeout 2\nset rescue-retries 1\necho TRY\nexit 1\n')
    person.pc.serial.expect('TRY', 60)
    person.sees('Nothing was booted', 'Goes on in 1 s', '> Try again')
    person.pc.serial.expect('TRY', 60)
    person.pc.serial.expect('Leaving to the next boot device', 60)


BOOT_SECTOR = bytes([
    0x31, 0xc0, 0x8e, 0xd8,        # xor ax, ax; mov ds, ax
    0xbe, 0x1f, 0x7c,              # mov si, text
    0xac, 0x84, 0xc0, 0x74, 0x0c,  # next: lodsb; test al, al; jz end
    0x52, 0x88, 0xc4, 0xb4, 0x01,  # push dx; (AH = 01h: send AL on COM1)
    0x31, 0xd2, 0xcd, 0x14, 0x5a,  # xor dx, dx; int 14h; pop dx
    0xeb, 0xef,                    # jmp next
    0xf4, 0xeb, 0xfd,              # end: hlt; jmp end
]).ljust(0x1f, b'\x90') + b'\r\nDISK-BOOTS\r\n\0'


def test_rescue_boots_the_disk(boot, work):
    disk = work / 'disk.img'
    disk.write_bytes(BOOT_SECTOR.ljust(510, b'\0') + b'\x55\xaa' + bytes(1 << 20))
    person = boot('exit 1\n', *ide_disk(disk))
    person.sees('Boot from the local disk')
    person.types('d')
    person.pc.serial.expect('DISK-BOOTS', 60)


def test_sanboot_of_a_local_disk(boot, work):
    """What scripts write for it (K31); a drive that is not there is a failure that they can deal with."""
    disk = work / 'disk.img'
    disk.write_bytes(BOOT_SECTOR.ljust(510, b'\0') + b'\x55\xaa' + bytes(1 << 20))
    person = boot('sanboot --no-describe --drive 0x81 || echo NEXT\nsanboot --no-describe --drive 0x80\n', *ide_disk(disk))
    person.pc.serial.expect('drive 0x81: no disk', 60)
    person.pc.serial.expect('NEXT', 60)
    person.pc.serial.expect('DISK-BOOTS', 60)


def test_rescue_without_disk(boot):
    person = boot('exit 1\n')
    person.sees('Boot from the local disk')
    person.types('d')
    person.sees('drive 0x80', 'no disk that the BIOS can read', '> Try again')


def test_rescue_network(boot, work, www):
    """An address by hand without a URL boots nothing, asks no DHCP server and says so; with one, what it names."""
    (www / 'hello.ipxe').write_text('#!ipxe\necho HELLO-BY-HAND ${net0/ip}\nshell\n')
    with Web(work / 'nginx', www) as web:
        person = boot('exit 1\n', *nic('e1000', Slirp()))
        person.sees('Set the network by hand')
        person.types('n')
        person.sees('Network of net0', '> IP address')
        person.types('10.0.2.15\t255.255.255.0\t10.0.2.2\t10.0.2.3\t\r')
        person.sees('No URL was typed', '> Try again', never=['DHCP for'])
        person.types('n')
        person.sees('> IP address', '[10.0.2.15')
        person.types('\t\t\t\t')
        person.sees('> Boot (URL)')
        person.types(web.url + '/hello.ipxe\r')
        person.pc.serial.expect('HELLO-BY-HAND 10.0.2.15', 60)
