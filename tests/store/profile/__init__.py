"""Tests of the shop profile."""
