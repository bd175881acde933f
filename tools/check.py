"""`./run test`: every check, those that fail fastest first. `./run test -k words` hands its words to pytest."""

import subprocess
import sys
import time
from collections.abc import Sequence

CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("lint", ("ruff", "check", "--quiet", ".")),
    ("imports", ("lint-imports", "--no-logo")),
    ("types", ("mypy",)),
    ("content", (sys.executable, "-m", "bot", "check")),
    (
        "tests",
        (
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "auto",
            "--maxprocesses",
            "4",
            "--dist",
            "loadgroup",
            "--ignore=tests/faults/test_faults.py",
        ),
    ),
)


def main(words: Sequence[str]) -> int:
    """Run the checks; with words of the caller only the tests, with those words. The exit code of the first failure."""
    for name, command in CHECKS[-1:] if words else CHECKS:
        began = time.monotonic()
        print(f"— {name}", flush=True)
        code = subprocess.run([*command, *(words if name == "tests" else ())], check=False).returncode
        if code:
            print(f"{name} failed ({time.monotonic() - began:.0f} s)", file=sys.stderr)
            return code
        print(f"  ok ({time.monotonic() - began:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
