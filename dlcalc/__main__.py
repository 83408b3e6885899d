"""python -m dlcalc."""

from dlcalc.cli import main

main()
