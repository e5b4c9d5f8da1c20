"""Steps that many machine tests share."""
import itertools

# What Puck says first, and what its shell's prompt is.
BANNER = r'Puck \S+ \('
PROMPT = r'puck> '

KERNEL_SPEAKS = r'Linux version \d'
USERLAND_SPEAKS = r'Starting system log daemon'
KERNEL_ARGS = 'console=ttyS0 earlyprintk=ttyS0,115200 priority=critical'

# Words of a machine that is lost: no test needs to wait for its time limit after these.
LOST = r'Kernel panic|EXCEPTION|Boot failed|not syncing|No bootable device'

_numbers = itertools.count(1)


def installer_script(url):
    """A script that boots Debian's installer from `url`."""
    return (f'#!ipxe\necho SCRIPT-RUNS\nkernel {url}/linux {KERNEL_ARGS}\n'
            f'initrd {url}/initrd.gz\nboot\n')


def boots_linux(guest, until, timeout=240):
    """The script runs, and the kernel that it names gets as far as `until`."""
    guest.serial.expect(BANNER, timeout)
    guest.serial.expect('SCRIPT-RUNS', timeout, never=LOST)
    guest.serial.expect(KERNEL_SPEAKS, timeout, never=LOST)
    if until == USERLAND_SPEAKS:
        guest.serial.expect(USERLAND_SPEAKS, timeout, never=LOST)


def command(guest, line, timeout=60):
    """Run a line in the guest's shell. Returns (it succeeded, what it printed)."""
    n = next(_numbers)
    guest.serial.send(f'{line} && echo DONE-{n} || echo FAILED-{n}\r')
    said = guest.serial.expect(rf'(?ms)\A(.*?)^(DONE|FAILED)-{n}\n', timeout)
    printed = said[1].split('\n', 1)[1] if '\n' in said[1] else ''
    return said[2] == 'DONE', printed


def must(guest, line, timeout=60):
    """Run a line that must succeed; returns what it printed."""
    succeeded, printed = command(guest, line, timeout)
    assert succeeded, f'{line}: {printed}'
    return printed


def fails(guest, line, *words, timeout=60):
    """Run a line that must fail with one clear line that has all the words; the shell lives on."""
    succeeded, printed = command(guest, line, timeout)
    assert not succeeded, f'{line} did not fail: {printed}'
    told = [told for told in printed.split('\n') if all(word.lower() in told.lower() for word in words)]
    assert len(told) == 1, f'{line}: no single line with {words} in:\n{printed}'
    return told[0]
