"""Boot media of other loaders that start puck.lkrn: a FAT disk with SYSLINUX, an ISO with GRUB. No root needed."""
import pathlib
import shutil

import process


def syslinux_disk(path, files, config):
    """A FAT16 image of 16 MiB that SYSLINUX boots, unpartitioned. files: name on the disk -> local path."""
    path = pathlib.Path(path)
    with open(path, 'wb') as f:
        f.truncate(16 << 20)
    # 4 sectors a cluster: enough clusters for FAT16, which SYSLINUX insists on agreeing with the type field
    process.run('mformat', '-i', path, '-h', '16', '-s', '63', '-T', '32768', '-c', '4', '::')
    config_path = path.with_suffix('.cfg')
    config_path.write_text(config)
    for name, local in {**files, 'syslinux.cfg': config_path}.items():
        process.run('mcopy', '-i', path, local, f'::{name}')
    process.run('syslinux', '--install', path)
    return path


def grub_iso(path, files, config):
    """A CD that GRUB boots (i386-pc). files: name on the CD -> local path."""
    path = pathlib.Path(path)
    tree = path.with_suffix('.tree')
    (tree / 'boot/grub').mkdir(parents=True)
    (tree / 'boot/grub/grub.cfg').write_text(config)
    for name, local in files.items():
        shutil.copy(local, tree / name)
    process.run('grub-mkrescue', '-d', '/usr/lib/grub/i386-pc', '--install-modules=linux16 linux normal iso9660 '
                'biosdisk serial terminal echo', '--fonts=', '--locales=', '--themes=', '-o', path, tree)
    return path
