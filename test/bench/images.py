"""How images of any loader that runs iPXE scripts are started, with a script, and made to say when they are where.

NAME.lkrn starts as -kernel with the script as its initrd. NAME.kpxe (also .pxe, .kkpxe) is started by the NIC's PXE
ROM; by the time it asks DHCP for a boot file itself, that file is the script: it is exchanged when the image is first
opened. A script tells where it is by fetching files with telling names, and ends the run by a reboot.
"""
import ctypes
import os
import shutil
import threading

import net
import qemu

FIRST = {'.lkrn': 0x10200, '.kpxe': 0x7c00, '.pxe': 0x7c00, '.kkpxe': 0x7c00}  # a loader's first instruction
IN_OPEN = 0x20

FETCH = '''#!ipxe
{prologue}
{fetches}
imgfetch tftp://{server}/bench-end ||
reboot
:failed
imgfetch tftp://{server}/bench-failed ||
reboot
'''

BOOT = '''#!ipxe
{prologue}
kernel tftp://{server}/linux || goto failed
initrd tftp://{server}/initrd.gz || goto failed
boot
:failed
reboot
'''


def fetch_script(server, urls):
    """A script that fetches each URL, and then names the end."""
    fetches = [f'imgfetch --name file{i} {url} || goto failed' for i, url in enumerate(urls)]
    return FETCH.format(prologue='{prologue}', server=server, fetches='\n'.join(fetches))


def boot_script(server):
    return BOOT.format(prologue='{prologue}', server=server)


def why_not(image, model):
    """Why this image cannot be measured on this NIC, or None."""
    if image.suffix not in FIRST:
        return f'only {", ".join(FIRST)} can be measured'
    if image.suffix != '.lkrn' and model in ('tulip', 'ne2k_isa', 'i82559er'):
        return 'QEMU has no PXE ROM for this NIC'
    return None


def when_opened(path, act):
    """Call act() once, in a thread, when some process opens the file (inotify)."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_CLOEXEC)
    if watch < 0 or libc.inotify_add_watch(watch, os.fsencode(path), IN_OPEN) < 0:
        raise OSError(ctypes.get_errno(), 'inotify')

    def wait():
        os.read(watch, 4096)
        os.close(watch)
        act()
    threading.Thread(target=wait, daemon=True).start()


def start(image, model, script, work, root, wire=None):
    """(QEMU's arguments, wire) for a guest that runs `script`. root is what TFTP serves; the wire is a Slirp unless
    another is given, whose DHCP must name boot.ipxe. Script text has {prologue} where a .lkrn must configure."""
    named = root / 'boot.ipxe'
    wire = wire or net.Slirp(tftp=root, bootfile=named.name)
    if image.suffix == '.lkrn':
        given = work / 'script.ipxe'
        given.write_text(script.format(prologue='dhcp'))
        return qemu.nic(model, wire) + qemu.kernel(image, None, given), wire
    served = root / image.name
    served.unlink(missing_ok=True)
    shutil.copy(image, served)
    text = script.format(prologue='')
    named.write_text(f'#!ipxe\nchain tftp://{wire.server}/{image.name}\n')
    # Puck takes the name that the ROM was given for its own: what it asks for then is autoexec.ipxe
    (root / 'autoexec.ipxe').write_text(text)
    when_opened(served, lambda: named.write_text(text))
    return qemu.nic(model, wire, rom=True), wire


def leaving_kernel(source, path):
    """A copy of a Linux kernel whose first instruction leaves QEMU (isa-debug-exit at port f4h).

    Documentation/arch/x86/boot.rst: the 16-bit entry at 200h is a short jump over the rest of the header.
    """
    kernel = bytearray(source.read_bytes())
    entry = 0x202 + kernel[0x201]
    kernel[entry:entry + 4] = bytes.fromhex('b010 e6f4')  # mov al, 10h; out 0f4h, al
    path.write_bytes(kernel)
