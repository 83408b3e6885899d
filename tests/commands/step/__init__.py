"""Tests of dlcalc step."""
