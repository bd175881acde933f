"""The conversation knows nothing of the outside: what it imports, and that it reads no clock."""

import ast
import re
import sys
from pathlib import Path

import pytest

MODULES = sorted((Path(__file__).parent.parent / "conversations").rglob("*.py"))
OUTSIDE = {"asyncio", "os", "time", "socket", "random", "pathlib", "io", "subprocess", "threading", "logging"}
ALLOWED = (set(sys.stdlib_module_names) - OUTSIDE) | {"rapidfuzz", "opening_hours", "phonenumbers", "conversations"}
CLOCK = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.(time|monotonic|sleep)\(")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_conversation(module: Path) -> None:
    """Pure: the standard library without the world, three libraries that only compute, itself, and no clock."""
    source = module.read_text("utf-8")
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    assert {name.partition(".")[0] for name in names} <= ALLOWED
    assert not CLOCK.search(source)
