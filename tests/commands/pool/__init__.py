"""Tests of dlcalc pool."""
