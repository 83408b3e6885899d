"""The one runner of all commands: read, calculate, check, draw, answer, print, refuse.

A command is a line in the table of `shell/commands.txt` and a folder `commands/NAME/`:

    help.txt       its help; a paragraph under a line `\\b` is not folded
    options.txt    its options, a line each, as `shell/options.py` reads them
    command.py     types of its options, or what runs it, where no other has them
    answer.py      its calculation, a function for Python users too, and a kind of `Run`: `fields`,
                   which its JSON may have, and `answer`, which makes the answer of a result
    example.json   what it runs when nothing is given to compute on

A `Run` overrides what it does otherwise: `read`, `calculate`, `checked`, `picture`, `refuse`.
What only `--explain` or a wrong answer needs is imported late: the module `working` beside it is
its `working`, others come by `shell.lazy.lazily`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

import dlcalc
from dlcalc.errors import AnswerDiffersError, At, InputError, LimitError
from dlcalc.output.answer import Answer
from dlcalc.shell import note
from dlcalc.shell.output import Output, check_plot
from dlcalc.typed import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

if TYPE_CHECKING:
    from dlcalc.models.tree import Model

R = TypeVar("R")
"""The result of a command's calculation."""


class Run(Generic[R]):
    """One run of a command, from the values of its options to its exit status."""

    command: ClassVar[str]
    """The name of the command: that of the folder which the kind of run stands in."""
    fields: Sequence[str] = ()
    """The fields that a JSON object of its operand `file` may have."""
    required: ClassVar[Sequence[str]] = ()
    """Those that it must have."""
    layered: ClassVar[Sequence[str]] = ()
    """Those that hold a list of arrays, one a layer."""
    function: ClassVar[Callable[..., Any] | None] = None
    """What calculates, from the fields and the options under their names, where that is not the
    Python function of the command's name."""

    def __init_subclass__(cls) -> None:
        cls.command = cls.__module__.split(".")[-2]

    def __init__(
        self, out: Output, check: bool = False, plot: str | None = None, **options: Any
    ) -> None:
        self.out = out
        self.check, self.plot = check, plot
        self.options = {name: each for name, each in options.items() if each is not None}
        """What was given of all other options."""
        self.checks: Sequence[Any] | None = None
        """What `--check` found, if it was asked for."""
        self.notes: list[str] = []
        """What is to be said on stderr once the result is written."""

    def run(self) -> None:
        """Go the whole way; raises AnswerDiffersError where an answer or a check is off."""
        check_plot(self.plot)
        given = self.read()
        self.out = self.out.expecting()
        result = self.calculate(**given)
        self.checks = self.checked(result) if self.check else None
        drawn = None if self.plot is None else (self.plot, self.picture(result))
        self.out.emit(self.answer(result), drawn=drawn)
        for text in self.notes:
            note(text)
        self.refuse(self.checks or ())

    def read(self) -> dict[str, Any]:
        """The fields to calculate with: those of the operand or of stdin, else the example's."""
        file = self.options.pop("file", None)
        if file is None and not self.out.piped:
            return self.example()
        from dlcalc.input.fields import record_of
        from dlcalc.input.sources import read_source

        source = read_source("-" if file is None else file, kind="JSON")
        return record_of(source, self.fields, self.required, self.out.allow_nonfinite, self.layered)

    def example(self) -> dict[str, Any]:
        """The values of the worked example; a remark on stderr will say that they are."""
        example = read_example(self.command)
        self.out = self.out._replace(remark=(
            f"nothing was given to compute on, so here is the worked example: {example['about']}; "
            f"give numbers of your own with dlcalc {self.command} {example['instead']}"
        ))
        values: dict[str, Any] = example["values"]
        return values

    def calculate(self, **given: Any) -> R:
        """The result; the options outrank the fields."""
        function = self.function or getattr(dlcalc, self.command)
        result: R = function(**{**given, **self.options})
        return result

    def checked(self, result: R) -> Sequence[Any]:
        """What `--check` finds: each derivative held against differences."""
        raise NotImplementedError

    def picture(self, result: R) -> str:
        """What `--plot` draws, as SVG."""
        raise NotImplementedError

    def answer(self, result: R) -> Answer:
        """The result as an answer, with its checks if they were made."""
        raise NotImplementedError

    def refuse(self, checks: Sequence[Any]) -> None:
        """AnswerDiffersError that names the first gradient that is off, if one is."""
        for each in checks:
            if not each.passed:
                raise AnswerDiffersError(
                    f"gradient of {each.name}: off by {each.central_error:.2g} from central "
                    f"differences, by {each.complex_error:.2g} from complex-step ones; "
                    "at a kink, such as relu at 0, there is no derivative"
                )


def explained(lines: Callable[[], Any], out: Output) -> dict[str, Any]:
    """What an :class:`~dlcalc.output.answer.Answer` is explained by: a recipe's lines, which are
    worked out when they are first asked for."""
    return {
        "order": lines().order() if out.expect is not None else (),
        "working": lambda: lines().steps(),
        "element": lambda place, index: lines().element(str(place), index),
        "advice": lambda place, wanted: lines().slip(str(place), wanted, out.tolerance),
        "adapt": lambda expected: lines().adapted(expected),
    }


def run_of(command: str) -> type[Run[Any]]:
    """The kind of run of a command; ImportError where it has none."""
    name = f"dlcalc.commands.{command}.answer"
    for each in vars(import_module(name)).values():
        if isinstance(each, type) and issubclass(each, Run) and each.__module__ == name:
            return each
    raise ImportError(command)


def answer_of(result: Any, command: str) -> Answer:
    """The answer that a command makes of a result which is there already."""
    from dlcalc.output.formats import FORMATS

    run = run_of(command)(Output(FORMATS["table"], False, None, None, 6, None, True))
    return run.answer(result)


def given_model(run: Run[Any], words: Sequence[str]) -> Model:
    """The model that was named or typed in, else what is on stdin, else the example's."""
    from dlcalc.models.reading import model as read_model

    if words:
        return read_model(*words)
    return read_model("-" if run.out.piped else run.example()["model"])


def shape_of(size: Any) -> tuple[int, ...] | None:
    """The shape of an input given as `--input`."""
    from dlcalc.models.notation import input_shape

    if size is None:
        return None
    with At("--input"):
        return input_shape(size)


def read_example(name: str) -> dict[str, Any]:
    """The worked example of the command `name`: what it is `about`, how to give numbers of one's
    own `instead`, and the `values` of the parameters that it stands in for.

    >>> read_example("size")["values"]
    {'input': 32, 'kernel': 5}
    """
    import json

    from dlcalc.input.sources import text_beside

    found: dict[str, Any] = json.loads(
        text_beside(dlcalc.__file__, "commands", name, "example.json"))
    return found


MOST_CHECKED = 20_000


def require_finite(result: Any, fields: Sequence[str]) -> None:
    """InputError that names the first element of a result's fields that is not finite."""
    import numpy as np

    for name in fields:
        array = getattr(result, name)
        if array is not None and array.dtype.kind == "f" and not np.isfinite(array).all():
            place = np.unravel_index(int(np.argmin(np.isfinite(array))), array.shape)
            raise InputError(
                f"element ({','.join(map(str, place))}) of {name} passes the largest "
                f"{array.dtype}; --allow-nonfinite lets it out"
            )


def require_checkable(count: int) -> None:
    """LimitError where so many numbers are too many to be moved one by one."""
    if count > MOST_CHECKED:
        raise LimitError(
            f"--check moves one number at a time: {count:,} are more than {MOST_CHECKED:,}"
        )
