"""Which functions the instructions of a profile (insncount.c, profile=) went to.

A function has what ran between its symbol and the next; what the compiler put into it from other functions is its own.
Addresses outside Puck are shown by where they lie.
"""
import bisect
import collections
import pathlib
import struct
import subprocess

BLOCK = struct.Struct('<2Q')
LKRN_KERNEL = 0x100000
NBP = 0x7c00


def functions(elf):
    """Sorted (address, name) of an ELF file's code. Assembler has labels without a type; those with a dot are local."""
    said = subprocess.run(['readelf', '-sW', str(elf)], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = {}
    for fields in (line.split() for line in said.splitlines()):
        if len(fields) == 8 and (fields[3] == 'FUNC' or fields[3] == 'NOTYPE' and fields[4] == 'GLOBAL') \
                and fields[6].isdigit():
            found.setdefault(int(fields[1], 16), fields[7].split('.lto_priv')[0])
    return sorted(found.items())


def extent(elf):
    """The size of a program in memory, from its section headers."""
    said = subprocess.run(['objdump', '-h', str(elf)], check=True, stdout=subprocess.PIPE, text=True).stdout
    rows = [line.split() for line in said.splitlines()]
    return max(int(r[2], 16) + int(r[3], 16) for r in rows if len(r) == 7 and r[1] in ('.text', '.all'))


class Code:
    """A program in the guest's memory."""

    def __init__(self, elf, start, prefix=''):
        self.start, self.end, self.prefix = start, start + extent(elf), prefix
        self.symbols = functions(elf)
        self.addresses = [address for address, _ in self.symbols]

    def name(self, address):
        i = bisect.bisect_right(self.addresses, address - self.start) - 1
        return self.prefix + (self.symbols[i][1] if i >= 0 else '?')


def stub_code(image, objects):
    """The boot stub in this image (boot/*.asm). It runs where the image was loaded."""
    data = image.read_bytes()
    at = data.find((objects / 'stub.bin').read_bytes())
    if at < 0:
        return []
    setup = (data[0x1f1] + 1) * 512
    return [Code(objects / 'stub.elf', LKRN_KERNEL + at - setup if image.suffix == '.lkrn' else NBP + at, 'stub: ')]


def elsewhere(address):
    if address < 0xa0000:
        return f'below 640 KiB, {address & ~0xfff:05x}'
    if address < 0x100000:
        return 'BIOS and ROMs'
    return f'{address & ~0xffff:08x}'


def by_function(path, codes):
    """(function, instructions) of a profile, hottest first."""
    total = collections.Counter()
    for address, insns in BLOCK.iter_unpack(pathlib.Path(path).read_bytes()):
        code = next((c for c in codes if c.start <= address < c.end), None)
        total[code.name(address) if code else elsewhere(address)] += insns
    return total.most_common()
