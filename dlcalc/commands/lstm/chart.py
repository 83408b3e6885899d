"""What a run shows of an LSTM's cell, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.commands.lstm.retention import Memory
    from dlcalc.pictures.terminal import Page

WIDE = 100.0
"""From this ratio of the largest value to the smallest, the axis is logarithmic."""


def memory_chart(memory: Memory, page: Page) -> str:
    """Gate, norms and gradient against the step, in characters."""
    from dataclasses import replace

    from dlcalc.pictures.terminal import line_chart

    page = replace(page, x_label="step")
    return line_chart(*_drawn(memory), page, log_y=_is_wide(memory))


def memory_picture(memory: Memory) -> str:
    """The same as SVG."""
    from dlcalc.pictures.svg import Sheet, line_chart

    title = f"A cell whose forget gate is {memory.activation}"
    return line_chart(
        *_drawn(memory), Sheet(title=title, x_label="step"), log_y=_is_wide(memory)
    )


def _drawn(memory: Memory) -> tuple[dict[str, list[float]], list[int]]:
    series: dict[str, list[float]] = {
        "largest f": _column(memory.steps, "f"), "|c|": _column(memory.steps, "c"),
        "|h|": _column(memory.steps, "h"), "|dc0|": _column(memory.steps, "dc0"),
    }
    if memory.with_sigmoid is not None:
        series["|c| with sigmoid"] = _column(memory.with_sigmoid, "c")
        series["|dc0| with sigmoid"] = _column(memory.with_sigmoid, "dc0")
    return series, [step.step for step in memory.steps]


def _column(steps: Any, name: str) -> list[float]:
    return [getattr(step, name) for step in steps]


def _is_wide(memory: Memory) -> bool:
    series, _ = _drawn(memory)
    positive = [value for values in series.values() for value in values if value > 0]
    return bool(positive) and max(positive) > WIDE * min(positive)
