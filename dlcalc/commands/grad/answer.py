"""Values and derivatives of equations as an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dlcalc.commands.grad.grad import (
    holds_values,
    is_assignment,
    names_of,
    read_assignment,
    read_problem,
    read_system,
    read_values,
)
from dlcalc.derive.gradients import Derivatives, Kink, differentiate
from dlcalc.errors import InputError, did_you_mean
from dlcalc.numbers.places import Place
from dlcalc.output.answer import Answer, Block, Table, Text, Values
from dlcalc.output.training import check_records, check_table
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run

if TYPE_CHECKING:
    from dlcalc.derive import working
    from dlcalc.formulas.expressions import Step
    from dlcalc.numbers.differences import GradientCheck
else:
    working = lazily("dlcalc.derive.working")


class GradRun(Run[Derivatives]):
    """Read the equations and values, and derive."""

    command = "grad"
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
        """The whole way, as a framework derives where one is named."""
        self.framework = self.options.pop("framework", None)
        if self.framework is None:
            super().run()
            return
        from dlcalc.conventions.equations import as_framework

        with as_framework(self.framework):
            super().run()

    def read(self) -> dict[str, Any]:
        """The system of equations, its inputs, and what is derived with respect to what."""
        file, values = self._operands(self.options.pop("file", None), self.options.pop("values"))
        allow_nonfinite = self.out.allow_nonfinite
        problem = self.example() if file is None else read_problem(file, allow_nonfinite)
        self.wrt = names_of(self.options.pop("wrt") or problem.get("wrt"))
        self.hessian = self.options.pop("hessian", False)
        self.jacobian = self.options.pop("jacobian", None)
        self.direction = _assigned(self.options.pop("along", ()), allow_nonfinite)
        of = names_of(self.options.pop("of") or problem.get("of"))
        files = [each for each in values if holds_values(each)]
        stored = {name: (value, file) for file in files
                  for name, value in read_values(file, allow_nonfinite).items()}
        typed = _assigned([each for each in values if each not in files], allow_nonfinite)
        given = {**(problem.get("values") or {}),
                 **{name: value for name, (value, _) in stored.items()}, **typed}
        system = read_system(problem["equations"], problem.get("file", ""), given)
        if not system.computed:
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

    def _operands(
        self, file: str | None, values: Sequence[str]
    ) -> tuple[str | None, Sequence[str]]:
        """The equations and the values; where equations are piped in, each operand is a value.

        Standard input is looked at only where no operand holds equations: it may be another's.
        """
        if file is None:
            return "-" if self.out.piped else None, values
        value = file.endswith(".npz") or is_assignment(file)
        return ("-", (file, *values)) if value and self.out.piped else (file, values)

    def checked(self, result: Derivatives) -> Sequence[Any]:
        """Each derivative against its differences."""
        from dlcalc.derive.check import check_derivatives, check_jacobian, check_second
        from dlcalc.shell.runner import require_checkable

        further = self._further(result)
        require_checkable(sum(
            getattr(each, "size", 1)
            for found in (*result.gradients.values(), *further.get("jacobian", {}).values())
            for each in found.values()
        ))
        checks = check_derivatives(result, self.direction)
        checks += check_second(result, further.get("hessian", {}))
        for of, found in further.get("jacobian", {}).items():
            checks += check_jacobian(result, of, found)
        return checks

    def answer(self, result: Derivatives, checks: Sequence[Any] | None) -> Answer:
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
            from dlcalc.derive.check import jacobian_kinks

            kinks = jacobian_kinks(result, self.jacobian, self.wrt)
        return grad_answer(
            result, checks, main, further, _kinks(kinks, self.framework),
            working=partial(self._steps, result),
            advice=partial(self._advice, result),
            element=partial(working.grad_element, result),
            order=() if self.out.expect is None else working.derivation(result),
        )

    def _further(self, result: Derivatives) -> dict[str, Any]:
        """Second derivatives, and derivatives of an array, as far as asked for."""
        found: dict[str, Any] = {}
        if not (self.hessian or self.jacobian):
            return found
        from dlcalc.derive.check import hessian, jacobian

        if self.hessian:
            found["hessian"] = {of: hessian(result, of) for of in result.of}
        if self.jacobian:
            if self.jacobian not in result.values:
                known = did_you_mean(self.jacobian, result.values)
                raise InputError(f"no equation has {self.jacobian} in it{known}").at("--jacobian")
            found["jacobian"] = {
                self.jacobian: jacobian(result, self.jacobian, self.wrt)
            }
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
        if bare and not working.is_array(result, field):
            [expected] = expected
        slip = working.grad_slip(result, self.out.tolerance, field, expected)
        return slip or working.quantity_of(result, expected)


def _assigned(values: Sequence[str], allow_nonfinite: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in values:
        name, value = read_assignment(each, allow_nonfinite)
        if name in found:
            raise InputError(f"{name} is given twice")
        found[name] = value
    return found


def grad_answer(
    result: Derivatives, checks: Sequence[GradientCheck] | None,
    main: tuple[str, ...], further: dict[str, Any], kinks: list[str], **explained: Any,
) -> Answer:
    """All values, then the derivatives: numbers in tables, arrays by themselves."""
    record: dict[str, Any] = {
        "values": result.values,
        "gradients": result.gradients,
        "equations": result.system.lines,
    }
    record |= further
    blocks = [*_values(result), *_gradients(result)]
    blocks += [
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
    if kinks:
        record["kinks"] = kinks
        blocks.append(Text(kinks))
    if checks is not None:
        record["check"] = check_records(checks)
        blocks.append(check_table(checks))
    numbers = [*result.values.values(), *(
        each for found in result.gradients.values() for each in found.values())]
    derived = any(isinstance(each, Table) and each.name == "derivatives" for each in blocks)
    return Answer(
        record, blocks, main=main, main_table="derivatives" if derived else "",
        whole=all(map(_is_whole, numbers)), **explained,
    )


def _kinks(kinks: Sequence[Kink], framework: str | None) -> list[str]:
    """The notes on kinks, with who takes another slope there."""
    if framework or not kinks:
        return list(kinks)
    from dlcalc.conventions.equations import others_at

    told = [(each, others_at(each.operation)) for each in kinks]
    return [f"{each}; {who}" if who else str(each) for each, who in told]


def _values(result: Derivatives) -> list[Block]:
    rows = [(name, value) for name, value in result.values.items() if not _is_array(value)]
    blocks: list[Block] = [Table(("name", "value"), rows, title="Values")] if rows else []
    arrays = ((name, value) for name, value in result.values.items() if _is_array(value))
    return blocks + [Values(value, name) for name, value in arrays]


def _gradients(result: Derivatives) -> list[Block]:
    """A row a name, a column a derived quantity; arrays after that."""
    names = [name for name in result.wrt if not _is_array(result.values[name])]
    blocks: list[Block] = []
    if names and result.of:
        headers = ("with respect to", *(f"d{of}" for of in result.of))
        rows = [(name, *(result.gradients[of][name] for of in result.of)) for name in names]
        blocks.append(Table(headers, rows, title="Derivatives"))
    return blocks + [
        Values(value, f"d{of}/d{name}")
        for of, found in result.gradients.items()
        for name, value in found.items()
        if _is_array(value)
    ]


def _is_array(value: Any) -> bool:
    return hasattr(value, "tolist")


def _is_whole(value: Any) -> bool:
    return value.dtype.kind in "iO" if _is_array(value) else isinstance(value, int)
