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

from dlcalc.shell.lazy import lazily
from dlcalc.shell.types import TextType

answer = lazily("dlcalc.commands.quiz.answer")
PROBLEM = TextType("command", complete=lambda *_: list(answer.problems()))
