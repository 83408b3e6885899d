"""Options of the test run."""

import os
import signal

# One BLAS thread, as the command has by itself: several wait for each other on busy machines.
# It is read when NumPy is first imported, so before all.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import pytest
from hypothesis import HealthCheck, settings

# A program of the benchmarks that imports PyTorch, which no test needs.
collect_ignore = ["bench/peer_models.py"]

# A run in the background inherits SIGINT as ignored, one under nohup SIGHUP, and would hand that
# on to the commands.
signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)

# What a terminal or a profile may ask of the command, and no test means.
ASKED = {"COLUMNS", "LINES", "NO_COLOR", "CLICOLOR_FORCE", "PYTHONIOENCODING", "PYTHONWARNINGS",
         "BASH_ENV", "CDPATH"}  # fmt: skip
for name in [*os.environ]:
    if name in ASKED or (name.startswith(("DLCALC_", "_DLCALC")) and name != "DLCALC_MNIST"):
        del os.environ[name]

# The same examples each time, and no clock: machines are shared and noisy.
settings.register_profile(
    "steady", deadline=None, derandomize=True, print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate", action="store_true", help="Write the golden files anew."
    )


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written instead of compared."""
    return bool(request.config.getoption("--regenerate"))
