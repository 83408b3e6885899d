"""Equations with the values of their inputs, from a file, a result, or from Python: derivatives.

Values and derivatives as an answer.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from types import MappingProxyType

from dlcalc.derive.gradients import Derivatives, Kink, differentiate, own
from dlcalc.derive.parser import plain_name, read_equations
from dlcalc.derive.tape import System, arranged
from dlcalc.derive.tree import NO_OPTIONS
from dlcalc.errors import At, DlcalcError, FileError, InputError, did_you_mean
from dlcalc.input.sources import decode, is_file, nearest_file, read_source, text_beside
from dlcalc.numbers.parse import parse_number, shorten
from dlcalc.numbers.places import Place
from dlcalc.output.answer import Answer, Block, Table, Text, Values
from dlcalc.output.training import add_checks
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run, require_checkable
from dlcalc.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.formulas.expressions import Step

working, check = lazily("dlcalc.derive.working"), lazily("dlcalc.derive.check")

FIELDS = ("equations", "values", "of", "wrt")
RESULTS = (
    "gradients", "kinks", "check", "working", "hessian", "jacobian", "along", "direction",
)
"""Fields of a result, which are computed anew where it is read back."""
TEXTS = ("equations", "of", "wrt")
"""Fields that are lists of texts, not of numbers."""


def grad(
    equations: str | Sequence[str], values: Mapping[str, Any] | None = None, *,
    of: str | Sequence[str] | None = None, wrt: str | Sequence[str] | None = None,
    framework: str | None = None, allow_nonfinite: bool = False,
) -> Derivatives:
    """Values of equations written down as in a textbook, and derivatives over all paths.

    `equations` is one text, an equation a line or divided by `;`, a list of them, or a name
    of the library, as "attention";
    `values` are numbers, nested lists or NumPy arrays by name; `of` and `wrt` are names,
    or text with commas between them. The gradients are those of reverse accumulation
    (Linnainmaa 1976); a `framework` has its own where there is no derivative, and its own
    defaults. Raises InputError with line and column for what is no equation, ShapeError with
    line and shapes, and InputError for names without a value and, unless `allow_nonfinite`,
    for results that are not finite.

    >>> result = grad("z = w*x + b; L = (z - t)^2", {"w": 3, "x": 2, "b": 1, "t": 5})
    >>> result.values["L"], result.gradients["L"]
    (4, {'w': 8, 'x': 12, 'b': 4, 't': -4})
    >>> grad("y = abs(x)", {"x": 0}, framework="flax").gradients["y"]
    {'x': 1}
    """
    if isinstance(equations, str) and "=" not in equations and equations in library_names():
        equations = library_text(equations)
    if values is not None and not isinstance(values, Mapping):
        raise InputError("values: a mapping of names to numbers is wanted, as {'x': 3}")
    given = {plain_name(name): own(value) for name, value in (values or {}).items()}
    with _as_in(framework):
        system = read_system(equations, given=given)
        if framework is not None:
            system = system._replace(derive=partial(derived, framework))
        return differentiate(
            system, given, names_of(of), names_of(wrt), allow_nonfinite=allow_nonfinite
        )


def derived(framework: str, system: System, *arguments: Any) -> Derivatives:
    """What `differentiate` gives as in a framework."""
    with _as_in(framework):
        return differentiate(system, *arguments)


def _as_in(framework: str | None) -> AbstractContextManager[None]:
    """Within it, equations are read and derived as in a framework, where one is named."""
    if framework is None:
        return nullcontext()
    from dlcalc.conventions.equations import as_framework

    return as_framework(framework)


def read_system(
    equations: str | Sequence[str], file: str = "", given: Mapping[str, Any] = NO_OPTIONS
) -> System:
    """The system of a text of equations, or of a list of them; errors name the file.

    `given` are the values: names among them are no constants, and may be the ends of loops.
    """
    with At(file):
        if not isinstance(equations, str):
            if not _is_texts(equations):
                raise InputError("equations: a text or a list of texts is wanted, as 'y = x^2'")
            equations = "\n".join(equations)
        written, counts = read_equations(equations, given)
    return arranged(written, file, given, counts)


def names_of(names: str | Sequence[str] | None) -> list[str] | None:
    """Names in a list, or with commas between them, as equations have them.

    >>> names_of("L1, w₄"), names_of(["a,b", "c"]), names_of(None)
    (['L1', 'w4'], ['a', 'b', 'c'], None)
    """
    if names is None:
        return None
    parts = [names] if isinstance(names, str) else names
    if not _is_texts(parts):
        raise InputError("of and wrt: names are wanted, as 'L' or ['x', 'w']")
    return [plain_name(name.strip()) for part in parts
            for name in re.split(r",(?![^\[]*\])", part) if name.strip()]  # fmt: skip


def _is_texts(values: object) -> bool:
    """Whether it is a text, or a list of texts."""
    return isinstance(values, Sequence) and all(isinstance(each, str) for each in values)


def read_problem(value: str, allow_nonfinite: bool = False) -> dict[str, Any]:
    """What stands behind the name of a file, `-`, or equations typed in.

    That is a text of equations, or JSON: an object with `equations` and, if need be,
    `values`, `of` and `wrt`, as a result of `dlcalc grad` in JSON is.

    >>> read_problem("L = x^2")["equations"]
    'L = x^2'
    """
    if value in library_names():
        return {"equations": library_text(value), "file": ""}
    literal = value != "-" and not is_file(value) and not value.lstrip().startswith("{")
    if literal and "=" in value:
        return {"equations": value, "file": ""}
    if literal:
        near = did_you_mean(value, library_names()) or nearest_file(value) or (
            "; --list names the library's"
        )
        if re.search(r"[^\w.-]", value):  # an expression by itself: what would be its equation
            near = f"; write 'y = {re.sub(r'^d[a-z]*/d[a-z]+ *', '', value)}'"
        raise FileError(
            f"no such file, and no equation, NAME = EXPRESSION, either{near}"
        ).at(shorten(value, 80))
    source = read_source(value)
    with At(source.place, once=True):
        text = decode(source)
    if not text.lstrip().startswith("{"):
        return {"equations": text, "file": source.place}
    from dlcalc.input.fields import record_of

    record = record_of(
        source, FIELDS, ("equations",), allow_nonfinite, layered=TEXTS, beside=RESULTS)
    with At(source.place, once=True), At("values"):
        values = _checked_values(record.get("values", {}), allow_nonfinite)
    if "gradients" in record:
        system = read_system(record["equations"], source.place)
        values = {name: each for name, each in values.items() if name in system.inputs}
        record.setdefault("of", list(record["gradients"]))
    return {**{name: record.get(name) for name in FIELDS}, "values": values, "file": source.place}


def read_assignment(text: str, allow_nonfinite: bool = False) -> tuple[str, Any]:
    """NAME=VALUE as typed: a number, or an array from a file, `-` or a literal.

    >>> read_assignment("w=0.5"), read_assignment("x=1 2"), read_assignment("W=[[3]]")
    (('w', 0.5), ('x', [1, 2]), ('W', [[3]]))
    """
    name, equals, value = text.partition("=")
    name, value = plain_name(name.strip()), value.strip()
    if not (equals and name and value):
        raise InputError(f"{shorten(text)!r} gives no value: write NAME=VALUE, such as w=0.5")
    if re.search(r",\s*\w+\s*=", value):
        raise InputError(f"{shorten(text)!r}: spaces divide values, as w=1 x=2")
    with At(name):
        try:
            return name, _value(value, allow_nonfinite)
        except FileError as error:
            if "no numbers either" in error.message:
                error.message += "; equations go into the first operand, divided by ;"
            raise


def read_values(path: str, allow_nonfinite: bool = False) -> dict[str, Any]:
    """The values of a file by name: the members of an .npz, the fields of a JSON object.

    Of a result of `dlcalc grad` in JSON these are its values.
    """
    from dlcalc.input.json_text import parse_json
    from dlcalc.input.npy import parse_all_npz

    source = read_source(path)
    with At(source.place, once=True):
        if path.endswith(".npz"):
            found: Any = parse_all_npz(source.data, allow_nonfinite, numbers=True)
        else:
            record = parse_json(decode(source), allow_nonfinite)
            inner = record.get("values") if isinstance(record, dict) else None
            found = _checked_values(inner if isinstance(inner, dict) else record, allow_nonfinite)
    return {plain_name(name): each for name, each in found.items()}


def _checked_values(values: Any, allow_nonfinite: bool) -> dict[str, Any]:
    from dlcalc.input.json_text import check_array

    if not isinstance(values, dict):
        raise InputError("is no object of values by name")
    found = {}
    for name, each in values.items():
        with At(name):
            found[name] = check_array(each, allow_nonfinite)
    return found


def is_assignment(text: str) -> bool:
    """Whether a text gives a number or an array typed in, NAME=VALUE, and is no equation.

    >>> is_assignment("w=0.5"), is_assignment("W=1 2; 3 4"), is_assignment("L = w^2")
    (True, True, False)
    """
    try:
        read_assignment(text, allow_nonfinite=True)
    except DlcalcError:
        return False
    return True


UNITS = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}


def _constant_value(value: str) -> Any:
    """What an expression without names comes to: 1/2, pi, [1/3, 2/3], 32k; None for others."""
    unit = UNITS.get(value[-1:])
    if unit and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value[:-1]):
        number = parse_number(value[:-1]) * unit
        return int(number) if number == int(number) else number
    if not re.search(r"[/πpe*^(½]", value) or (";" in value and "[" not in value):
        return None
    value = re.sub(r"(?<=[0-9)])(?=π|pi\b)", "*", value)
    try:
        system = read_system(f"value = {value}")
        if not system.defaults:  # it has names in it
            return None
        return differentiate(system, {}, of=[], wrt=[]).values["value"]
    except DlcalcError:
        return None


def _value(value: str, allow_nonfinite: bool) -> Any:
    from dlcalc.input.arrays import one_array

    found = None if is_file(value) else _constant_value(value)
    if found is not None:
        return found
    source = read_source(value)
    if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})*,0[0-9]{2}(,[0-9]{3})*", value):
        plain = value.replace(",", "")
        raise InputError(f"{value} is one number or several: write {plain}, or spaces between them")
    if not source.place:
        try:
            return parse_number(value, allow_nonfinite)
        except InputError:
            if not any(sign in value for sign in " \t\n,;[{#"):
                raise
    array = one_array(source, allow_nonfinite)
    single = isinstance(array, list) and len(array) == 1 and not isinstance(array[0], list)
    return array[0] if single and not source.data.lstrip().startswith((b"[", b"{")) else array


class GradRun(Run[Derivatives]):
    """Read the equations and values, and derive."""

    function = staticmethod(differentiate)
    framework: str | None = None
    """As which equations are computed."""
    hessian = False
    """Whether second derivatives are wanted, too."""
    jacobian: str | None = None
    """The array whose Jacobian is wanted."""
    wrt: Sequence[str] | None = None
    """What to derive with respect to, where it was said."""
    direction: Mapping[str, Any] = MappingProxyType({})
    """Along which the derivatives are wanted, too, by name."""

    def run(self) -> None:
        """The whole way, as a framework derives where one is named; or the library's list."""
        if self.options.pop("listed"):
            entries, names = library(), ("name", "title", "source")
            records = [dict(zip(names, each, strict=True)) for each in entries]
            self.out.emit(Answer({"library": records}, [Table(
                names, entries, drawn=lambda: Table(names[:2], [each[:2] for each in entries])
            )], main="library"))
            return
        self.framework = self.options.pop("framework", None)
        with _as_in(self.framework):
            super().run()

    def read(self) -> dict[str, Any]:
        """The system of equations, its inputs, and what is derived with respect to what."""
        file, values = self.options.pop("file", None), self.options.pop("values")
        # Standard input is looked at only where no operand holds equations: it may be another's.
        value = file is None or file.endswith(".npz") or is_assignment(file)
        if value and self.out.piped:
            file, values = "-", values if file is None else (file, *values)
        allow_nonfinite = self.out.allow_nonfinite
        problem = self.example() if file is None else read_problem(file, allow_nonfinite)
        self.wrt = names_of(self.options.pop("wrt") or problem.get("wrt"))
        self.hessian = self.options.pop("hessian", False)
        self.jacobian = self.options.pop("jacobian", None)
        self.direction = _assigned(self.options.pop("along", ()), allow_nonfinite)
        of = names_of(self.options.pop("of") or problem.get("of"))
        files = [each for each in values  # of values by name
                 if each.endswith((".npz", ".json")) and os.path.isfile(each)]
        stored = {name: (value, file) for file in files
                  for name, value in read_values(file, allow_nonfinite).items()}
        typed = _assigned([each for each in values if each not in files], allow_nonfinite)
        given = {**(problem.get("values") or {}),
                 **{name: value for name, (value, _) in stored.items()}, **typed}
        system = read_system(problem["equations"], problem.get("file", ""), given)
        if not (system.computed or system.inputs):
            raise InputError("functions alone are no equation: write y = f(x) behind them")
        needed = {*system.inputs, *system.counts}
        for file in files:
            names = [name for name, (_, place) in stored.items() if place == file]
            if needed.isdisjoint(names):
                raise InputError(
                    f"holds {', '.join(names) or 'nothing'}; the equations want "
                    f"{', '.join(system.inputs)}"
                ).at(file)
        return {
            "system": system,
            # A file may hold more than these equations name.
            "values": {name: each for name, each in given.items()
                       if name in needed or name not in stored or name in typed},
            "of": () if self.jacobian else of,
            "wrt": self.wrt,
            "allow_nonfinite": allow_nonfinite,
        }

    def checked(self, result: Derivatives) -> Sequence[Any]:
        """Each derivative against its differences."""
        further = self._further(result)
        require_checkable(sum(
            getattr(each, "size", 1)
            for found in (*result.gradients.values(), *further.get("jacobian", {}).values())
            for each in found.values()
        ))
        checks: list[Any] = check.check_derivatives(result, self.direction)
        checks += check.check_second(result, further.get("hessian", {}))
        for of, found in further.get("jacobian", {}).items():
            checks += check.check_jacobian(result, of, found)
        return checks

    def answer(self, result: Derivatives) -> Answer:
        """A bare expected value is the derivative where one was asked for, else the value."""
        main: tuple[str, ...] = "values", (result.of or result.system.names)[0]
        if self.wrt is not None and len(result.of) == len(result.wrt) == 1:
            main = "gradients", result.of[0], result.wrt[0]
        further = self._further(result)
        if self.direction:
            further["direction"] = self.direction
            further["along"] = result.along(self.direction)
        kinks: Sequence[Kink] = result.kinks
        if self.jacobian:
            kinks = check.jacobian_kinks(result, self.jacobian, self.wrt)
        record: dict[str, Any] = {
            "values": result.values, "gradients": result.gradients,
            "equations": result.system.lines, **further,
        }
        blocks = [*_blocks(result), *_further_blocks(further)]
        if kinks:
            record["kinks"] = list(kinks)
            if not self.framework:  # who takes another slope there
                from dlcalc.conventions.equations import others_at

                told = [(each, others_at(each.operation)) for each in kinks]
                record["kinks"] = [f"{each}; {who}" if who else str(each) for each, who in told]
            blocks.append(Text(record["kinks"]))
        add_checks(record, blocks, self.checks)
        numbers = [*result.values.values(), *(
            each for found in result.gradients.values() for each in found.values())]
        derived = any(isinstance(each, Table) and each.name == "derivatives" for each in blocks)
        return Answer(
            record, blocks, main=main, main_table="derivatives" if derived else "",
            whole=all(each.dtype.kind in "iO" if _is_array(each) else isinstance(each, int)
                      for each in numbers), working=partial(self._steps, result),
            advice=partial(self._advice, result),
            element=partial(working.grad_element, result),
            order=() if self.out.expect is None else working.derivation(result),
        )

    def _further(self, result: Derivatives) -> dict[str, Any]:
        """Second derivatives, and derivatives of an array, as far as asked for."""
        found: dict[str, Any] = {}
        if self.hessian:
            found["hessian"] = {of: check.hessian(result, of) for of in result.of}
        if self.jacobian:
            if self.jacobian not in result.values:
                known = did_you_mean(self.jacobian, result.values)
                raise InputError(f"no equation has {self.jacobian} in it{known}").at("--jacobian")
            found["jacobian"] = {self.jacobian: check.jacobian(result, self.jacobian, self.wrt)}
        return found

    def _steps(self, result: Derivatives) -> Iterator[Step]:
        """The working, with that of second derivatives where they are asked for."""
        yield from working.grad_steps(result, self.direction)
        if self.jacobian:
            wrt = self.wrt or result.system.inputs
            yield from working.jacobian_steps(result, self.jacobian, wrt)
        if self.hessian:
            yield from working.second_steps(result)

    def _advice(self, result: Derivatives, field: Place, expected: Any) -> str:
        """The slip that gives what is expected, or which other quantity that is."""
        bare = isinstance(expected, list) and len(expected) == 1
        if bare and not _is_array(result.values.get(str(field[-1]))):
            [expected] = expected
        slip: str = working.grad_slip(result, self.out.tolerance, field, expected)
        return slip or str(working.quantity_of(result, expected))


def _assigned(values: Sequence[str], allow_nonfinite: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in values:
        name, value = read_assignment(each, allow_nonfinite)
        if name in found:
            raise InputError(f"{name} is given twice")
        found[name] = value
    return found


def _further_blocks(further: Mapping[str, Any]) -> list[Block]:
    """Second derivatives, those of an array, and those along a direction."""
    blocks: list[Block] = [
        Values(value, f"d²{of}/d{a}d{b}")
        for of, rows in further.get("hessian", {}).items()
        for a, columns in rows.items() for b, value in columns.items()
    ]
    blocks += [
        Values(value, f"d{of}/d{name}")
        for of, found in further.get("jacobian", {}).items() for name, value in found.items()
    ]
    if "along" in further:
        rows = [(f"d{of}", value) for of, value in further["along"].items()]
        blocks.append(Table(("along the direction", "derivative"), rows, called="along"))
    return blocks


def _blocks(result: Derivatives) -> list[Block]:
    """Values, and derivatives, a row a name, a column a derived quantity; arrays after each."""
    values, names = result.values, [n for n in result.wrt if not _is_array(result.values[n])]
    rows = [(name, value) for name, value in values.items() if not _is_array(value)]
    blocks: list[Block] = [Table(("name", "value"), rows, title="Values")] if rows else []
    blocks += [Values(value, name) for name, value in values.items() if _is_array(value)]
    if names and result.of:
        headers = ("with respect to", *(f"d{of}" for of in result.of))
        derived = [(name, *(result.gradients[of][name] for of in result.of)) for name in names]
        blocks.append(Table(headers, derived, title="Derivatives"))
    return blocks + [Values(value, f"d{of}/d{name}") for of, found in result.gradients.items()
                     for name, value in found.items() if _is_array(value)]


def _is_array(value: Any) -> bool:
    return hasattr(value, "tolist")


FOLDER = os.path.join(os.path.dirname(__file__), "library")
"""The textbook equations: files in the language, each with its numbers and source."""


def library_names() -> list[str]:
    """The names of all equations of the library.

    >>> "attention" in library_names()
    True
    """
    return sorted(each.removesuffix(".txt") for each in os.listdir(FOLDER))


def library_text(name: str) -> str:
    """The equations of that name, with their numbers."""
    return text_beside(__file__, "library", f"{name}.txt")


def library() -> list[tuple[str, str, str]]:
    """The name of each, what it is, and where it is published, as its head lines have it."""
    found = []
    for name in library_names():
        title, source = library_text(name).splitlines()[:2]
        found.append((name, title[2:], source.removeprefix("# source: ")))
    return found
