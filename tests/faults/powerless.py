"""Runs that may not write everywhere, also where the tests are root's."""

from __future__ import annotations

import os

from tests.shell.running import shell

PREFIX = "" if os.geteuid() else "setpriv --bounding-set=-all --inh-caps=-all "
"""What stands before a command in bash that has the rights of any user of its files."""
KNOWN = not PREFIX or shell(f"{PREFIX}true").status == 0
"""Whether there is a way to run it so."""
