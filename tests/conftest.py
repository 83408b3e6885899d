"""Options of the test run."""

import signal

import pytest
from hypothesis import settings

# A program of the benchmarks that imports PyTorch, which no test needs.
collect_ignore = ["bench/peer_models.py"]

# A run in the background inherits SIGINT as ignored, and would hand that on to the commands.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples each time, and no clock: machines are shared and noisy.
settings.register_profile("steady", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate", action="store_true", help="Write the golden files anew."
    )


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written instead of compared."""
    return bool(request.config.getoption("--regenerate"))
