"""The working of a cell, by its equations: every quantity of every step, forward and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from dlcalc.derive.derivation import Derivation, Index, Line, derived, element_of, value_of
from dlcalc.derive.recipe import Recipe
from dlcalc.derive.slips import Slips, gives, replaced, slip_of, symbols_in
from dlcalc.derive.working_terms import named
from dlcalc.errors import InputError
from dlcalc.formulas.expressions import Column, Expr, Step, parts_of, stack, symbol, total
from dlcalc.formulas.text import formula_text
from dlcalc.layers.cells.problem import CellResult, argument_at, origins, parameters, weight_of
from dlcalc.layers.cells.run import cell_result, system_of

Place = tuple[Derivation, str, Index]
"""Where an element is derived: the lines, the name of its line, the place in that one's value."""

MOST_STEPS = 8
"""Steps that are worked out without being asked for one by one."""
MOST_WHOLE = 40
"""Steps up to which a weight's gradient is worked out."""
MOST_FOLLOWED = 24
"""Steps up to which a slip is followed through all of them; of more, through its own step and
both neighbours."""
WIDEST = 100
"""Signs of a formula up to which the numbers of its matrices are put in, too."""
MOST_SHOWN = 400
"""Entries of a matrix that is still written out."""
_STEP = re.compile(r"steps\[(\d+)\]\.(\w+)")
_INDEXED = re.compile(r"([A-Za-z]+?)([a-z]?)_(\d+)")


class CellWorking(Recipe):
    """The lines of a result, whole or about one step."""

    def __init__(self, result: CellResult) -> None:
        super().__init__()
        self.result = result
        self.problem = result.problem
        self._about: dict[tuple[int, int], Derivation] = {}
        cell = self.problem.cell
        one = self.problem.hidden == self.problem.inputs == 1
        softmax = getattr(self.problem.target, "loss", "") == "cross_entropy"
        self.plain = self.problem.batch == 1 and not softmax and (one or not cell.biases)
        """Whether vectors of one number are written as that number."""
        self.single = self.plain and bool(cell.biases)
        """Whether all quantities are numbers, whose products are plain ones."""
        self.unshown = {*cell.quantities, *map(cell.argument, cell.gates)} - {*cell.step_fields}
        """Quantities that stand in no record."""

    @cached_property
    def weights(self) -> dict[str, Any]:
        """The numbers of the entries of the weights."""
        return origins(self.problem)

    @cached_property
    def whole(self) -> Derivation:
        """All steps."""
        return self.about(1, self.problem.steps)

    def about(self, first: int, last: int) -> Derivation:
        """Some steps, counted from 1; what comes from behind them is known."""
        if (first, last) not in self._about:
            self._about[first, last] = self._derived(first, last)
        return self._about[first, last]

    def _derived(self, first: int, last: int) -> Derivation:
        problem, run, cell = self.problem, self.result.run, self.problem.cell
        steps = range(first, min(last + 1, problem.steps) + 1)
        given: dict[str, Any] = {
            name: self._row_wise(each) for name, each in parameters(problem).items()
        }
        given |= {f"x_{t}": self._shape(problem.x[t - 1].T) for t in steps}
        given |= {f"{state}_{first - 1}": self._shape(run.values[state][first - 1])
                  for state in cell.states}
        known = {f"{state}_{t}": self._shape(run.gradients[state][t - 1])
                 for state in cell.states for t in steps if t > last}
        entering: dict[str, tuple[Any, Any]] = {}
        for t in range(first, last + 1):
            if problem.target is None:
                entering[f"h_{t}"] = (symbol("dh", t), self._shape(problem.dh[t - 1].T))
            elif self.target_of(t) is not None:
                given[f"y_{t}"] = self._shape(np.asarray(self.target_of(t)).T)
                entering[f"J_{t}"] = (1, 1)
        end = problem.steps
        if last == end and problem.dc.any():
            entering[f"c_{end}"] = (symbol("dc", end), self._shape(problem.dc.T))
        later = last == end and problem.after is not None
        if later:
            self._know_later(given, known, end + 1)
        system = system_of(problem, range(first, steps.stop + later), self._losses(entering))
        found = derived(system, given, self.style, self.slope_style, entering, known)
        if later:
            self._forget_later(found, end + 1)
        losses = [line.name for key, line in found.lines.items() if key.startswith("J_")]
        if len(losses) > 1:
            loss = Expr("add", tuple(losses))
            found.add("J", Line(symbol("J"), loss, value_of(loss, found.values)))
        found.values |= {formula: value for formula, value in entering.values()
                         if isinstance(formula, Expr)}
        if not cell.biases:
            self._in_one_matrix(found)
        return found

    def _know_later(self, given: dict[str, Any], known: dict[str, Any], t: int) -> None:
        """The step after the last: its gates, what stands before them, and their gradients."""
        later = {**(self.problem.after or {}), "dc": self.result.run.later["dc"]}
        for gate in self.problem.gates:
            value = later[gate]
            given[f"{gate}_{t}"] = self._shape(value.T)
            argument = argument_at(self.problem.activations[gate], value)
            given[f"{self.problem.cell.argument(gate)}_{t}"] = self._shape(argument.T)
            known[f"{gate}_{t}"] = self._shape(later[f"d{gate}"].T)
        known[f"c_{t}"] = self._shape(later["dc"].T)
        given[f"x_{t}"] = self._shape(np.zeros_like(self.problem.x[0]).T)

    def _forget_later(self, found: Derivation, t: int) -> None:
        """Take out what is not known of the step after the last, and what it has no part in."""
        for key in [key for key in found.lines if key.endswith(f"_{t}") and key[0] != "d"]:
            line = found.lines.pop(key)
            if key[:-len(f"_{t}")] in ("s", "z", "c", "h"):
                del found.values[line.name]
        del found.values[self.style(f"x_{t}")]
        for name, value in self.result.run.weights.items():
            line = found.lines[f"d{name}"]
            terms = line.formula.args[:-1]
            formula = terms[0] if len(terms) == 1 else Expr("add", terms)
            found.add(f"d{name}", Line(line.name, formula, self._row_wise(value)))

    def _in_one_matrix(self, found: Derivation) -> None:
        """Rows of one W as they are written by hand: (h; x), and the parts of Wᵀδẑ."""
        cell = self.problem.cell
        names = {line.name: line.formula for line in found.lines.values()}

        def by_hand(formula: Any) -> Any:
            if not isinstance(formula, Expr) or isinstance(formula, Column):
                return formula
            if formula.kind == "index":
                body, (rows,) = formula.args
                return Expr("part", (by_hand(names[body]), rows.start, rows.stop))
            if formula.kind == "symbol" and formula.args[0] == "s":
                t = int(formula.args[1])
                return stack(symbol("h", t - 1), symbol("x", t))
            if formula.kind == "call" and formula.args[0] == "concat":
                return stack(*map(by_hand, formula.args[1:]))
            return Expr(formula.kind, tuple(map(by_hand, formula.args)))

        for key, line in found.lines.items():
            base, _, t = key.rpartition("_")
            formula = by_hand(line.formula) if base != f"d{cell.letter}" else stack(
                *(self.slope_style(f"{cell.argument(gate)}_{t}") for gate in self.problem.gates))
            found.lines[key] = line._replace(formula=formula)
            if base == "s":
                found.values[formula] = line.value
            for part in parts_of(formula):
                if part.kind == "part" and base.startswith("d"):
                    found.values[part] = value_of(part, found.values)

    def target_of(self, t: int) -> Any:
        """What h_t should be, B × H; None where nothing says so."""
        target, T = self.problem.target, self.problem.steps
        if target is None or t <= T - len(target.values):
            return None
        return target.values[t - 1 - T + len(target.values)]

    def _losses(self, entering: Any) -> str:
        if self.problem.target is None:
            return ""
        h, body = ("h_{t}", "") if self.problem.batch == 1 else ("h_{t}'", "sum")
        text = {
            "cross_entropy": f"{body}(logsumexp({h})) - sum(y_{{t}}⊙h_{{t}})",
            "binary_cross_entropy": "sum(softplus(h_{t})) - sum(y_{t}⊙h_{t})",
        }.get(self.problem.target.loss, "sum((h_{t} - y_{t})^2)")
        target, B = self.problem.target, self.problem.batch
        size = {"squared_error": 2 * B, "mse": target.values.size}.get(target.loss, B)
        over = "" if size == 1 else f"/{size}"
        return "".join(f"J_{name[2:]} = ({text.format(t=name[2:])}){over}\n"
                       for name in entering if name.startswith("J_"))

    def _shape(self, array: Any) -> Any:
        """n × B as a vector where there is one sequence."""
        return array[:, 0] if self.problem.batch == 1 else array

    def _row_wise(self, weights: Any) -> Any:
        """Weights, a bias as a column where there are several sequences."""
        return weights[:, None] if self.problem.batch > 1 and weights.ndim == 1 else weights

    def style(self, name: str) -> Expr:
        """A quantity as it is written: ar_2 is a_r,2."""
        found = _INDEXED.fullmatch(name)
        cell = self.problem.cell
        known = (*cell.quantities, *map(cell.argument, cell.gates), *cell.states, *"xyJs")
        if found is None or found[1] + found[2] not in known:
            return named(name)
        letter, gate, t = found.groups()
        if letter == cell.letter:
            return symbol(cell.sign, f"{gate},{t}" if gate else t)
        return symbol(letter + gate, t)

    def slope_style(self, name: str) -> Expr:
        """The gradient at a quantity: δa_r,2."""
        letter, sub = self.style(name).args
        return symbol("δ" + letter, sub)

    def steps(self, at: Index | None = None) -> Iterator[Step]:
        """All steps forward, all back, then the weights; or the one step `at`, counted from 0."""
        count, cell = self.problem.steps, self.problem.cell
        shown = list(range(1, count + 1)) if count <= MOST_STEPS else [1, 2, count - 1, count]
        if at is not None:
            if len(at) != 1 or not 0 <= at[0] < count:
                raise InputError(f"none of the steps 0 to {count - 1}, as the result counts them")
            shown = [at[0] + 1]
        alone = at is not None or count > MOST_STEPS
        lines = {t: self.about(t, t) if alone else self.whole for t in shown}
        if at is None:
            yield from self._legend()
        for t in shown:
            yield Step(f"Forward, step {t}")
            yield from self._lines(lines[t], [f"{name}_{t}" for name in (*cell.quantities, "J")])
            yield from self._lines(lines[t], ["J"] if t == count and not alone else [])
        if at is None and len(shown) < count:
            yield Step(f"… and {count - len(shown):,} more steps", note="--at T shows any of them")
        back = (*cell.slopes, "x") if cell.biases else cell.slopes
        for t in reversed(shown):
            yield Step(f"Backward, step {t}")
            if t == count and self.problem.after is not None:
                yield from self._later(lines[t], t + 1)
            yield from self._lines(lines[t], [f"ds_{t + 1}", *(f"d{name}_{t}" for name in back)])
        if at is None:
            yield from self._weights(lines[1])

    def _lines(self, found: Derivation, keys: Iterable[str]) -> Iterator[Step]:
        return (self._step(found, found.lines[key]) for key in keys if key in found.lines)

    def _legend(self) -> Iterator[Step]:
        problem = self.problem
        order = " ".join(problem.gates)
        note = f"rows of W and b in the order {order}, columns (h; x)"
        if problem.cell.biases:
            order = f"rows of W in the order {order}; " if len(problem.gates) > 1 else ""
            note = f"{order}W_i… multiplies x, W_h… h"
        yield Step("The cell", note=f"{note}; t counts from 1")
        for name, each in parameters(problem).items():
            if each.size <= MOST_SHOWN:
                yield Step(self.style(name), self.shown(self._row_wise(each)))
        if problem.batch > 1:
            yield Step("The batch", note=f"{problem.batch} sequences, a column each")

    def _later(self, found: Derivation, t: int) -> Iterator[Step]:
        """The step after the last, of which no more is known than its gates."""
        yield Step(f"Step {t}", note="known by its gates and their gradients")
        cell = self.problem.cell
        yield from self._lines(found, [f"d{cell.argument(gate)}_{t}" for gate in cell.gates])
        if "dc" not in (self.problem.after or ()):
            yield Step(symbol("δc", t), self.shown(found.lines[f"dc_{t}"].value),
                       note="not given: from δi = δc ⊙ g, δf = δc ⊙ c and δg = δc ⊙ i")

    def _weights(self, found: Derivation) -> Iterator[Step]:
        yield Step("The weights and the start")
        T, run = self.problem.steps, self.result.run
        for name, value in run.weights.items():
            line = found.lines["d" + name]._replace(value=self._row_wise(value))
            step = self._step(found, line)
            if T > 1:
                formula = self.dressed(total(_of_each_step(line.formula), "t"))
                numbers = step.numbers if T == 2 and self.problem.batch == 1 else ()
                step = Step(step.name, step.value, formula, numbers)
            yield step
        yield from self._lines(found, ["dh_0"] if self.problem.cell.biases else ["ds_1", "dc_0"])

    def _step(self, found: Derivation, line: Line) -> Step:
        """A line with the numbers of its vectors put in."""
        formula, name, values, names = line.formula, self.dressed(line.name), {}, {}
        weights = {}
        for part in parts_of(formula):
            value = found.values.get(part)
            if value is not None and part.kind == "symbol" and part.args[0] == "W":
                weights[part] = self.shown(value)
            elif value is not None:
                values[part] = self.shown(value)
            if part.kind == "part":
                names[part] = symbol("r", line.name.args[1])
        if line.name.args[0] == "δs":
            t = int(line.name.args[1])
            name = stack(symbol("r" if t > 1 else "δh", t - 1), symbol("δx", t))
        written = self.dressed(formula.put(names))
        told = formula in found.values or formula.kind == "stack"
        put = self.dressed(formula.put(values | weights))
        if len(formula_text(put)) > WIDEST:
            put = self.dressed(formula.put(values))
        numbers = () if told or put == written else (put,)
        return Step(name, self.shown(line.value), written, numbers)

    def shown(self, value: Any) -> Any:
        """A number, a column, or a small matrix."""
        array = np.asarray(value)
        if array.ndim == 0 or (array.size == 1 and self.plain):
            return array.item()
        if array.ndim == 1:
            return Column(array.tolist())
        return array.tolist() if array.size <= MOST_SHOWN else None

    def place_of(self, field: str, index: Index) -> Place | None:
        """Where a field's element is derived: the lines, the name, and the place in its value."""
        problem, cell = self.problem, self.problem.cell
        H, T = problem.hidden, problem.steps
        name = field[2:] if field.startswith("d_") else field[1:]
        if name in self.weights or name == "bias":
            key, place = weight_of(parameters(problem), int(self.weights[name][index])) if (
                name in self.weights) else ("b", index)
            return _place_in_line(self.whole, f"d{key}", place) if T <= MOST_WHOLE else None
        unit, name = index[-1] if index else 0, field
        if step := _STEP.fullmatch(field):
            t, name = int(step[1]) + 1, step[2]
        elif field.startswith("next."):
            t, name = T + 1, field[5:]
            if name in ("dh", "dx"):
                name, unit = "ds", unit + (H if name == "dx" else 0)
        elif field in ("dx", "h"):
            flat = field == "dx" and problem.flat
            t, index = (1, index) if flat else (index[0] + 1, index[1:])
        elif field == "loss" and self.result.loss is not None:
            return self.whole, [key for key in self.whole.lines if key[0] == "J"][-1], ()
        elif field in ("dh0", "dc0", "c_last"):
            t, name = T if field == "c_last" else 0, field.removesuffix("_last")[:2]
        else:
            return None
        if name == f"d{cell.letter}" and len(cell.gates) > 1:
            name, unit = "d" + cell.argument(problem.gates[unit // H]), unit % H
        sequence = index[-2] if problem.batched and len(index) > 1 else 0
        return _place_in_line(self._near(min(max(t, 1), T)), f"{name}_{t}", (unit, sequence))

    def _near(self, t: int) -> Derivation:
        return self.whole if self.problem.steps <= MOST_FOLLOWED else self.about(t, t)

    def order(self) -> list[str]:
        """The fields of the result in the order in which they are derived."""
        cell, T = self.problem.cell, self.problem.steps
        forward = [each for each in cell.step_fields if not each.startswith("d")]
        back = [f"d{each}" for each in (*cell.slopes, cell.letter)
                if f"d{each}" in cell.step_fields]
        later = [f"next.{name}" for name in ("dz", "dh", "dx", "dc") if self.problem.after]
        return [*(f"steps[{t}].{name}" for t in range(T) for name in forward), "h", "loss", *later,
                *(f"steps[{t}].{name}" for t in reversed(range(T)) for name in back)]

    def dressed(self, formula: Any) -> Any:
        """A formula with its functions as they are written: σ for sigmoid."""
        if not isinstance(formula, Expr) or isinstance(formula, Column):
            return formula
        args = tuple(self.dressed(each) for each in formula.args)
        if formula.kind == "call":
            args = ("σ" if args[0] == "sigmoid" else args[0], *args[1:])
        if formula.kind == "matmul" and self.single:
            return Expr("mul", args)
        if formula.kind == "part" or (formula.kind == "transpose" and self.single):
            return args[0]
        return Expr(formula.kind, args)

    def slip(self, field: str, expected: Any, tolerance: float | None) -> str:
        """The slip that gives the expected numbers of a field; "" for none."""
        step = _STEP.fullmatch(field)
        lines = self._near(int(step[1]) + 1 if step else self.problem.steps)

        def place_of(index: Index) -> tuple[str, Index]:
            found = self.place_of(field, index)
            if found is None or found[0] is not lines:
                raise LookupError(field)
            return found[1:]

        slips = Slips(lines, self.dressed, self.problem.cell.circulated)
        found = slip_of(slips, expected, tolerance, place_of)
        return found or self._with_other_reset(field, expected)

    def _with_other_reset(self, field: str, expected: Any) -> str:
        """Whether numbers are those of the cell whose reset gate acts elsewhere, all the way."""
        problem = self.problem
        if "reset" not in problem.cell.options or problem.steps > MOST_WHOLE:
            return ""
        [reset] = {*problem.cell.equations} - {problem.reset}
        other = CellWorking(cell_result(replace(problem, reset=reset)))
        place = "before" if reset == "before" else "behind"
        words = f"r {place} the product with h_(t-1) gives that"
        with suppress(LookupError, TypeError, ValueError):  # of what has another shape, or no place
            places = [other.place_of(field, index) for index in np.ndindex(np.shape(expected))]
            numbers = [lines.lines[key].value[at] for lines, key, at in filter(None, places)]
            if gives(np.reshape(numbers, np.shape(expected)), expected):
                return words
        return ""

    def numbers_of(self, lines: Derivation, formula: Expr, place: Index) -> list[Any]:
        """An element in numbers, by what the record shows and by what it does not show."""
        put = element_of(formula, place, lines.values)
        if put is None:
            return []
        return [*([] if formula in lines.values else [put]), *self._further(lines, formula, place)]

    def _further(self, lines: Derivation, formula: Expr, place: Index) -> tuple[Any, ...]:
        """An element by what the record does not show, in numbers."""
        symbols = {name: value for name, value in lines.values.items() if name.kind != "part"}
        hidden = {lines.lines[key].name: lines.lines[key].formula for key in lines.lines
                  if key.rpartition("_")[0] in self.unshown}
        open_ = hidden.get(formula) or formula.put(hidden)
        told = open_ == formula and not any(part.kind == "part" for part in parts_of(formula))
        found = None if told else element_of(open_, place, symbols)
        return () if found is None else (found,)


def _place_in_line(lines: Derivation, key: str, place: Index) -> Place:
    """A place in a line's value; where that is a vector, its one number."""
    return lines, key, place[: np.ndim(lines.lines[key].value)]


def _of_each_step(formula: Any) -> Any:
    """The first of a sum's terms, one a step, with t in place of its step."""
    while isinstance(formula, Expr) and formula.kind == "add":
        formula = formula.args[0]
    steps = {name: re.search(r"(^|,)(\d+)$", name.args[1]) for name in symbols_in(formula)}
    last = max((int(found[2]) for found in steps.values() if found), default=1)
    return replaced(formula, {
        name: symbol(name.args[0], name.args[1][: found.start(2)] +
                     ("t" if int(found[2]) == last else "t-1"))
        for name, found in steps.items() if found
    })
