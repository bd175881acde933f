"""Rumbo whole, for every field case."""

from tests.field_cases.rumbo import carrier, quick, rumbo, time

__all__ = ["carrier", "quick", "rumbo", "time"]
