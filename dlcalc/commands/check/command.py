"""Grade an answer sheet, with the first wrong element and its slip.

\b
points = ∑ points of the entries whose answer agrees

SHEET is TOML or JSON: entries of command (a dlcalc command line), answer and points (1).
Each command is run with --expect and its answer. With --class, a row for each sheet of a
folder; where SHEET has the questions, those hold the answers, by the names of the
entries. The status is 1 where an answer is wrong, and 2 where a file is no sheet.

\b
Examples:
  dlcalc check '[{"command": "size -L 32 -F 5", "answer": 28, "points": 2}]'
  dlcalc check '{"E1": {"command": "kl --q 1,1 --p 0,1", "answer": 0.5}}' -f json
"""
