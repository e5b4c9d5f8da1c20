"""What the program has of the machine itself: consoles, clock, waiting, power."""
import os
import time

import pytest
from qemu import Machine, kernel
from steps import PROMPT, must


def cpu_seconds(pc):
    """What QEMU has used so far, in all its threads."""
    fields = open(f'/proc/{pc.process.pid}/stat', encoding='ascii').read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def shell(work, images, *more, **options):
    pc = Machine(work / 'pc', [*kernel(images / 'puck.lkrn', 'shell'), *more], **options)
    pc.hmp('info status')  # from now on QEMU tells why it ends
    pc.serial.expect(PROMPT)
    return pc


def test_k4_k5_prompt_sleeps_and_hears(work, images):
    """While it waits for a key the processor sleeps; a byte on the serial line wakes it, and a paste loses nothing."""
    with shell(work, images) as pc:
        time.sleep(1)
        before = cpu_seconds(pc)
        time.sleep(4)
        assert cpu_seconds(pc) - before < 2
        words = [f'w{i}' for i in range(150)]
        assert must(pc, 'echo ' + ' '.join(words)).split() == words
        lines = ''.join(f'echo line-{i}\r' for i in range(60))
        pc.serial.send(lines)
        for i in range(60):
            pc.serial.expect(rf'\nline-{i}\n', 30)


def test_ctrl_c_on_the_keyboard(work, images):
    with shell(work, images) as pc:
        pc.serial.send('sleep 600 || echo STOPPED\r')
        pc.serial.expect('sleep 600')
        time.sleep(0.5)
        pc.hmp('sendkey ctrl-c')
        pc.serial.expect(PROMPT, 10)


def test_special_keys(work, images):
    """Up brings back the last line, on the keyboard and as a terminal's sequence."""
    with shell(work, images) as pc:
        must(pc, 'echo FIRST')
        pc.hmp('sendkey up')
        pc.hmp('sendkey ret')
        pc.serial.expect(r'\nFIRST\n', 20)
        pc.serial.send('\x1b[A\r')
        pc.serial.expect(r'\nFIRST\n', 20)


@pytest.mark.parametrize('cpu', ['qemu64', '486'])
def test_clock(work, images, cpu):
    """Three seconds are three seconds by the TSC and by the PIT; a busy host may only make them longer."""
    with shell(work, images, cpu=cpu) as pc:
        start = time.monotonic()
        must(pc, 'sleep 3')
        assert 2.9 < time.monotonic() - start < 6


def test_no_screen(work, images):
    """Without a VGA card the serial line does everything."""
    with Machine(work / 'pc', ['-vga', 'none', *kernel(images / 'puck.lkrn', 'shell')]) as pc:
        pc.serial.expect(PROMPT)
        assert 'HEARD' in must(pc, 'echo HEARD')


@pytest.mark.parametrize('machine', ['pc', 'q35'])
def test_k34_poweroff(work, images, machine):
    with shell(work, images, '-machine', machine) as pc:
        pc.serial.send('poweroff\r')
        assert pc.wait_exit(30) == 'guest-shutdown'


def test_poweroff_impossible(work, images):
    """SeaBIOS says that it has APM on an ISA PC, too, and then halts for ever: the last words tell who has the machine."""
    with shell(work, images, '-machine', 'isapc', '-bios', '/usr/share/seabios/bios.bin', cpu='486') as pc:
        pc.serial.send('poweroff\r')
        pc.serial.expect('Switching off by APM', 30)


@pytest.mark.parametrize('command', ['reboot', 'reboot --warm'])
def test_k33_reboot(work, images, command):
    with shell(work, images) as pc:
        pc.serial.send(command + '\r')
        assert pc.wait_exit(30) == 'guest-reset'
