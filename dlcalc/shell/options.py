"""The options that every command shares, as one decorator."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper

import click

from dlcalc.errors import InputError
from dlcalc.names import FRAMEWORKS
from dlcalc.output.formats import FORMATS
from dlcalc.shell.commands import Plain
from dlcalc.shell.output import Output
from dlcalc.shell.types import ANSWER, ARRAY, PLACE, SIZE, TOLERANCE, NameType, WholeType
from dlcalc.typed import Any

Callback = Callable[..., Any]
SHARED = (
    "format", "table", "explain", "at", "expect", "tolerance", "precision", "save",
    "allow_nonfinite",
)


ALIASES = {
    "--padding": "--pad", "--padding-mode": "--pad-mode", "--kernel-size": "--kernel",
    "--ceil-mode": "--ceil", "--divisor-override": "--divisor", "--output-size": "--output",
    "--batch-size": "--batch", "--lr": "--learning-rate", "-s": "--stride", "-S": "--stride",
    "-p": "--pad", "-P": "--pad", "-d": "--dilation", "-D": "--dilation", "-i": "--input",
    "-k": "--kernel", "--strides": "--stride", "--pool-size": "--kernel",
    "--dilation-rate": "--dilation", "--input-size": "--input", "--input-shape": "--input",
}
"""Options as PyTorch and Keras call them, and short ones in either case; each is the one that it
means where a command has that, of a size if it is a size, and has none of that name of its own."""


FORMS = {
    "md": "markdown", "tex": "latex", "text": "table", "pretty": "table", "txt": "plain",
    "jsonl": "json", "ndjson": "json", "htm": "html",
}
"""What formats are called elsewhere."""


class QuickCommand(Plain):
    """A command whose short options cost no more to parse than its long ones."""

    def make_parser(self, ctx: click.Context) -> Any:
        """Click's parser, in which `-L 32` is found at once, and no option is another's value.

        Click looks for `-L` among the long options first, and imports difflib to say what
        else might have been meant, before it looks among the short ones.
        """
        parser = super().make_parser(ctx)
        known, take = parser._long_opt, parser._get_value_from_state

        def value_of(name: str, option: Any, state: Any) -> Any:
            after = state.rargs[0] if state.rargs else ""
            if (not state.rargs or after in known) and not option.obj._flag_needs_value:
                where = f"before {after}" if after else "behind it"
                wanted = option.obj.make_metavar(ctx)
                raise click.BadOptionUsage(name, f"{name} wants its {wanted} {where}")
            return take(name, option, state)

        parser._get_value_from_state = value_of  # type: ignore[assignment, method-assign]
        known.update(parser._short_opt)
        for alias, name in ALIASES.items():
            if name in known and (alias != "--kernel-size" or known[name].obj.type is SIZE):
                known.setdefault(alias, known[name])
                if len(alias) == 2:
                    parser._short_opt.setdefault(alias, known[alias])
        return parser


def output_options(callback: Callback) -> Callback:
    """Give a command the shared options; it gets them as one `Output` in `out`."""

    def with_output(**values: Any) -> Any:
        chosen = {name: values.pop(name) for name in SHARED}
        chosen["format"] = FORMATS[chosen["format"]]
        if chosen["save"] is not None:
            from dlcalc.output.files import check_ending, require_writable

            check_ending(chosen["save"])  # before anything is computed in vain
            require_writable(chosen["save"])
        if chosen["tolerance"] is not None and chosen["expect"] is None:
            raise InputError("is that of --expect, which is not given").at("--tolerance")
        chosen["explain"] |= chosen["at"] is not None
        return callback(out=Output(**chosen), **values)

    wrapped: Callback = update_wrapper(with_output, callback)
    for option in reversed(_SHARED):
        wrapped = option(wrapped)
    return wrapped


def answered(callback: Callback) -> Callback:
    """Give a command the shared options; called, it runs as the `answer.py` beside it says."""
    command = callback.__module__.split(".")[-2]

    def run(**values: Any) -> None:
        from dlcalc.shell.runner import run_of

        run_of(command)(**values).run()

    return output_options(update_wrapper(run, callback))


framework_option = click.option(
    "--framework", type=NameType("framework", FRAMEWORKS), metavar="NAME",
    help=f"As this one has it: {', '.join(FRAMEWORKS[:8])}.",
)
"""`--framework NAME`: as that framework computes and names things."""


def cell_options(state: str) -> Callable[[Callback], Callback]:
    """FILE and the options of a cell whose `state` is followed as it runs on."""

    def with_options(callback: Callback) -> Callback:
        steps = click.option(
            "--steps", type=WholeType(1), metavar="N",
            help=f"Run on to N steps: how {state} grows, and which gradient reaches {state}0.",
        )
        inputs = click.option(
            "--inputs", type=ARRAY, metavar="repeat|zero|ARRAY",
            help="x of the further steps: those given in turn (repeat), zero, or rows.",
        )
        for option in (answered, plot_option, check_option, framework_option, inputs, steps):
            callback = option(callback)
        return click.argument("file", type=ARRAY, required=False)(callback)

    return with_options


check_option = click.option(
    "--check", is_flag=True,
    help="Hold each derivative against central and complex-step differences.",
)
"""`--check`: derivatives against differences; status 1 where one is off."""
plot_option = click.option(
    "--plot", type=click.Path(), metavar="FILE", help="Also draw a picture: FILE.svg."
)
"""`--plot FILE`: a picture as SVG."""
seed_option = click.option(
    "--seed", type=WholeType(0), default=0, metavar="N",
    help="Seed of what is drawn by chance (0).",
)
"""`--seed N`, for whatever is drawn by chance."""
_SHARED = (
    click.option(
        "-f", "--format", type=NameType("format", FORMATS, FORMS), default="table",
        envvar="DLCALC_FORMAT",
        help="How the result is written; DLCALC_FORMAT sets another default than table.",
    ),
    click.option(
        "--table", metavar="NAME",
        help="Of several tables this one; csv, tsv and plain are always one.",
    ),
    click.option("--explain", is_flag=True, help="Show the working: formulas and numbers."),
    click.option(
        "--at", type=PLACE, metavar="PLACE",
        help="Explain this one element, as 0,1, or of another field, as dw:0,1.",
    ),
    click.option(
        "--expect", type=ANSWER, metavar="VALUE",
        help="Compare the result with a file, - or a literal: status 1 where it differs, "
        "and the first difference with its working.",
    ),
    click.option(
        "--tolerance", type=TOLERANCE, metavar="R",
        help="Relative tolerance of --expect; without it, decimals agree as rounded.",
    ),
    click.option(
        "--precision", type=WholeType(1, 17), default=6, metavar="N",
        help="Significant digits for people (6, at most 17); json, csv and tsv are never rounded.",
    ),
    click.option(
        "--save", type=click.Path(), metavar="FILE",
        help="Also write the result: .npy, .npz, .json, .csv or .txt.",
    ),
    click.option(
        "--allow-nonfinite", is_flag=True, help="Let NaN and Infinity into the input."
    ),
)
