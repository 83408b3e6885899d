"""A problem to solve by hand whose numbers work out nicely, and its answer.

\b
same command + same seed = same problem

Without COMMAND, the commands that have problems. In json an answer comes as an entry of a
sheet for dlcalc check.

\b
Examples:
  dlcalc quiz conv --seed 7
  dlcalc quiz conv --seed 7 --answer
  dlcalc quiz kl --seed 1 --answer -f json
"""

from __future__ import annotations

from dlcalc.shell.types import TextType
from dlcalc.typed import Any


def _problems(*_: Any) -> list[str]:
    """The commands that have problems, to complete one."""
    from dlcalc.commands.quiz.answer import problems

    return list(problems())


PROBLEM = TextType("command", complete=_problems)
