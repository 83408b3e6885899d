"""The command line: `main()`, and the one place where an error becomes an exit status.

0 done; 1 the answer differs or a check fails; 2 bad usage, bad input, or a file that
cannot be read or written; 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from dlcalc.errors import AnswerDiffersError, DlcalcError, FileError, InputError, words_of
from dlcalc.typed import Any, NoReturn

INTERRUPTED = 130
MOST_COMPLAINT = 1000
"""Characters of a complaint beyond which its long numbers are cut."""


def main() -> NoReturn:
    """Run the command line of this process, and end the process with its status."""
    _prepare()
    try:
        from dlcalc.shell.lazy import import_click

        import_click()
        status = run(sys.argv[1:])
    except KeyboardInterrupt:  # before anything was begun
        status = INTERRUPTED
    # Everything is written and flushed: skip the interpreter's slow good-bye, which would
    # also report a closed stdout or stderr a second time.
    os._exit(status)


def run(arguments: list[str]) -> int:
    """Run the command line with these arguments; the exit status, its error already told."""
    try:
        if sys.stdout is None:
            raise FileError("standard output is closed; the result has nowhere to go")
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        from dlcalc.shell.commands import root

        return _status_of(root, arguments)
    except DlcalcError as error:
        return complain(error, error.status)
    except OSError as error:
        return complain(f"standard output: {error.strerror or error}", FileError.status)
    except ImportError as error:
        return complain(f"a library cannot be imported: {words_of(error)}", FileError.status)
    except MemoryError:
        return complain("not enough memory for this", FileError.status)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if "DLCALC_DEBUG" in os.environ:
            raise
        return complain(
            f"a fault of dlcalc's own, {type(error).__name__}: {error}; "
            "DLCALC_DEBUG=1 shows where, for a report",
            DlcalcError.status,
        )


def _prepare() -> None:
    """Set what belongs to the process as a whole: signals, limits, memory, threads."""
    # What `signal` takes its functions from, without its enumerations.
    import _signal as signal  # type: ignore[import-not-found]
    import gc
    import warnings

    if hasattr(signal, "SIGPIPE"):
        # A reader that goes away ends this command as it ends any other filter.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _terminate)
    if not sys.warnoptions:
        # What a library warns of says nothing to a user; overflow is told as an error.
        warnings.simplefilter("ignore")
    sys.set_int_max_str_digits(0)
    # Imports make little garbage, and Python would look for it twenty times by the end of them.
    gc.set_threshold(1_000_000)
    # Threads of BLAS cost more at start than they bring to all but the largest arrays,
    # for which `numbers` wakes all cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _terminate(number: int, frame: object) -> None:
    # Raised, not obeyed at once, so that a file half-written is taken away first.
    raise SystemExit(128 + number)


def _status_of(root: object, arguments: list[str]) -> int:
    import click

    assert isinstance(root, click.Command)
    try:
        if "_DLCALC_COMPLETE" in os.environ:
            _complete(root, arguments)
        with root.make_context("dlcalc", arguments) as context:
            root.invoke(context)
    except click.exceptions.Exit as ended:
        status = ended.exit_code
    except click.ClickException as error:
        from dlcalc.shell.usage import complaint

        return complain(complaint(error), error.exit_code)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 0
    else:
        status = 0
    sys.stdout.flush()
    return status


def _complete(root: Any, arguments: list[str]) -> None:
    """Answer the shell, whose script sets the words of its line beside the request."""
    import click

    try:
        root.main(arguments, prog_name="dlcalc", complete_var="_DLCALC_COMPLETE")
    except (KeyError, ValueError):
        raise InputError(
            "_DLCALC_COMPLETE is set, and no COMP_WORDS and COMP_CWORD: "
            "dlcalc completion SHELL prints the script that sets them"
        ) from None
    except click.ClickException:  # a command that there is none of: nothing to offer, nor to say
        raise SystemExit(0) from None


def complain(error: object, status: int) -> int:
    """Tell an error on stderr, in one line; the status that it ends with."""
    _tell(one_line(str(error)), "31" if status != AnswerDiffersError.status else "33")
    # A terminal also shows the line that the error speaks of, and a mark under the place;
    # elsewhere an error is one line.
    if sys.stderr is not None and sys.stderr.isatty():
        for each in getattr(error, "__notes__", ()):
            write(f"{each}\n")
    return status


def one_line(text: str) -> str:
    r"""A complaint as one line that a terminal shows and does not obey, no number endless.

    >>> one_line("a\x1b[31m\nb")
    'a\\x1b[31m b'
    """
    text = "".join(
        each if each.isprintable() else ascii(each)[1:-1] for each in text.replace("\n", " ")
    )
    if len(text) > MOST_COMPLAINT:
        import re

        text = re.sub(
            r"\d{60,}", lambda digits: f"{digits[0][:20]}…{digits[0][-8:]}", text, flags=re.ASCII
        )
    return text


def note(text: str) -> None:
    """A remark on stderr, folded to the terminal if that is one; errors never are."""
    text = one_line(text)
    if "`" in text:
        from click import get_current_context

        from dlcalc.shell.commands import with_options

        text = with_options(text, get_current_context().command)
    if sys.stderr is not None and sys.stderr.isatty():
        from dlcalc.shell.output import folded, terminal_width

        text = "\n".join(folded(text, (terminal_width(sys.stderr) or 80) - len("dlcalc: ")))
    _tell(text)


def _tell(text: str, colour: str = "") -> None:
    """A line on stderr; where stderr is gone, it is lost and nothing else."""
    name = "dlcalc:"
    if colour and sys.stderr is not None and coloured(sys.stderr):
        name, where, rest = f"\x1b[1;{colour}m{name}\x1b[0m", *text.partition(": ")[::2]
        text = f"\x1b[1m{where}\x1b[0m: {rest}" if rest else text
    write(f"{name} {text}\n")


def write(text: str) -> None:
    """Text on stderr as it is."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()
    except (OSError, ValueError):
        pass


def coloured(stream: Any) -> bool:
    """Whether a stream takes colour: a terminal does, unless NO_COLOR or CLICOLOR_FORCE says."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"
