"""python -m dlcalc."""

from dlcalc.shell import main

main()
