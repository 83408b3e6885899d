"""The arithmetic of deep learning: exact, instant, and able to show its working.

Every command of ``dlcalc`` is also a function here, of the same name and parameters,
imported on first use:

>>> import dlcalc
>>> dlcalc.size(32, 5).output
28
"""

__version__ = "0.1.0"
