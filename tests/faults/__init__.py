"""The fault suite: Rumbo in real processes under load, while something is broken on purpose; then everybody's ledger.

`python -m tests.faults` prints a table; `test_faults.py` runs the same at a small size.
"""
