"""Where the boot stub puts the program in a machine: what a debugger or a profile must add to the program's symbols.

The same image in the same machine gets the same place, so a first start, unseen, is asked for it (program_start in
the mailbox, rm/mailbox.inc).
"""
import subprocess

import qemu

TRIES = 300


def mailbox_field(elf, name):
    """Offset of a field of the mailbox, from the program's debug information."""
    said = subprocess.run(['gdb', '-q', '-batch', '-ex', f'print/d (int)&((struct mailbox *)0)->{name}', str(elf)],
                          check=True, stdout=subprocess.PIPE, text=True).stdout
    return int(said.split('=')[1])


def program_start(work, elf, arguments, memory, cpu, net=None):
    """The program's address in this machine, or None when it has not started within 30 s."""
    field = mailbox_field(elf, 'program_start')
    with qemu.Machine(work, arguments, mem=memory, cpu=cpu, net=net) as pc:
        for _ in range(TRIES):
            pc.serial.wait_closed(0.1)
            base_memory = pc.memory(0, 0xa0000)
            for at in range(0, len(base_memory) - 256, 16):
                if base_memory.startswith(b'PUCK', at):
                    place = int.from_bytes(base_memory[at + field:at + field + 4], 'little')
                    if place:
                        return place
    return None
