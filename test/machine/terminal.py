"""What a person at a guest sees: a terminal at the end of the serial line (pyte), and the VGA screen's cells.

    person = Person(pc)
    person.sees('My menu')      # on both, within a minute
    person.keyboard('down', 'ret')
"""
import time

import pyte

COLUMNS, ROWS = 80, 24


class Person:
    """Looks at the guest `pc` and types."""

    def __init__(self, pc):
        self.pc = pc
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._read = 0

    def terminal(self):
        """The terminal's rows without trailing blanks."""
        raw = bytes(self.pc.serial.raw)
        self._stream.feed(raw[self._read:])
        self._read = len(raw)
        return [row.rstrip() for row in self._screen.display]

    def cell(self, row, column):
        """The terminal's cell: .data, .fg, .bg, .bold."""
        self.terminal()
        return self._screen.buffer[row][column]

    def vga_attribute(self, row, column):
        return self.pc.memory(0xb8000 + 2 * (row * COLUMNS + column), 2)[1]

    def _wait(self, rows, what, timeout):
        end = time.monotonic() + timeout
        while True:
            seen = rows()
            if what(seen):
                return seen
            if time.monotonic() > end:
                raise AssertionError('not seen within %u s:\n' % timeout + '\n'.join(seen))
            time.sleep(0.1)

    def sees(self, *texts, never=(), timeout=60):
        """Wait until both screens show all these texts and none of `never`, and the same rows. Returns the rows."""
        def shows(rows):
            whole = '\n'.join(rows)
            return all(text in whole for text in texts) and not any(text in whole for text in never)
        rows = self._wait(self.terminal, shows, timeout)
        self._wait(lambda: self.pc.screen()[:ROWS], lambda vga: shows(vga) and vga == self.terminal(), 20)
        return rows

    def keyboard(self, *keys):
        """PS/2 keys by QEMU's names."""
        for key in keys:
            self.pc.hmp('sendkey ' + key)

    def types(self, text):
        """Bytes on the serial line."""
        self.pc.serial.send(text)
