# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of analysis share: a database of the world, a folder, TAP."""
import contextlib
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/lab"))
# pylint: disable=wrong-import-position,unused-import
from labtest import Report, build_file, comment, equal  # noqa: E402

ASN_FILE, GEO_FILE = (str(ROOT / f"tests/asn/world-{kind}.mmdb") for kind in ("asn", "geo"))


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="revprobe-analysis-") as path:
        yield pathlib.Path(path)


def make(path, *sizes):
    """A database of it; `sizes` are endpoints, cycles and balanced cycles."""
    database = path / "world.db"
    subprocess.run([build_file("tests/analysis/make_world"), str(database), ASN_FILE, GEO_FILE,
                    *map(str, sizes)], check=True, timeout=300)
    return database


def revprobe(*arguments, status=0):
    """Runs the program; what it printed on standard output and error."""
    done = subprocess.run([build_file("prober/revprobe"), *map(str, arguments)], text=True,
                          capture_output=True, check=False, timeout=300)
    assert done.returncode == status, f"status {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout, done.stderr
