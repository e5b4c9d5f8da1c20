"""Fixtures of the machine tests. A failed test's report shows the end of every guest's serial line."""
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from bochs import Bochs  # noqa: E402 (after the path is set)
from qemu import Machine  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
INSTALLER = pathlib.Path('/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64')


def pytest_configure(config):
    config.addinivalue_line('markers', 'slow: only in make check-long')


@pytest.fixture
def work():
    """A directory of the test's own."""
    path = pathlib.Path(tempfile.mkdtemp(prefix='puck-test-'))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def www(work):
    """The directory that TFTP and HTTP serve in this test: every image, and Debian's installer."""
    path = work / 'www'
    path.mkdir()
    for image in BIN.iterdir():
        (path / image.name).symlink_to(image.resolve())
    for name in ('linux', 'initrd.gz'):
        (path / name).symlink_to(INSTALLER / name)
    return path


BIN = pathlib.Path(os.environ.get('PUCK_BIN', ROOT / 'bin'))
OBJ = pathlib.Path(os.environ.get('PUCK_OBJ', ROOT / 'build'))


@pytest.fixture(scope='session')
def images():
    """Where the images are: images / 'puck.kpxe'."""
    return BIN


@pytest.fixture(autouse=True)
def guests():
    """Stops what a test left running, and forgets it."""
    yield
    for kind in (Machine, Bochs):
        for guest in kind.running:
            guest.stop()
        kind.running.clear()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when == 'call' and report.failed:
        for guest in [*Machine.running, *Bochs.running]:
            report.sections.append((f'serial line of {guest.work.name}', guest.serial.text[-3000:]))
