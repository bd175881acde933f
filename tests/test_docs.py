"""The documents are tested too: commands, links, settings, the conversation in the README, the version."""

import argparse
import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import _parser

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
TRANSCRIPT = ("chat", "--channel", "sms", "--script", "docs/transcript.txt", "--now", "2026-11-25T15:00:00Z")

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_OURS = re.compile(r"(?:bot|conversations|tests|tools|benchmarks|docs|locales)/[\w./-]*\w")
_SETTING = re.compile(r"[A-Z]+(?:_[A-Z]+)+")

each_document = pytest.mark.parametrize(
    "document", [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in DOCUMENTS]
)


# ---------------------------------------------------------------------- commands


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every command that the parser knows."""
    actions = _parser()._actions
    (found,) = [action for action in actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found.choices)


each_command = pytest.mark.parametrize("name", sorted(commands()))


@each_command
def test_every_command_has_an_example_in_its_help(name: str) -> None:
    """And the example is one of this command."""
    assert f"example: rumbo {name}" in commands()[name].format_help()


@each_command
def test_every_command_is_documented(name: str) -> None:
    """In the README or under docs, by its whole name."""
    written = "\n".join(path.read_text("utf-8") for path in (ROOT / "README.md", *ROOT.glob("docs/**/*.md")))
    assert re.search(rf"\brumbo {name}\b", written), f"rumbo {name} stands in no document"


def test_no_document_names_a_command_that_does_not_exist() -> None:
    """What is written in code after `rumbo` is a command."""
    for document in DOCUMENTS:
        for code in _code_of(document):
            for named in re.findall(r"(?:^|[\s/])rumbo ([a-z]+)\b", code):
                assert named in commands(), f"{document.name}: rumbo {named}"


def _code_of(document: Path) -> Iterator[str]:
    text = document.read_text("utf-8")
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    yield from (line for block in blocks for line in block.splitlines())
    yield from _CODE.findall(text)


# ---------------------------------------------------------------------- links and paths


@each_document
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    """A link without a host is a file or folder of this repository."""
    for target in _LINK.findall(document.read_text("utf-8")):
        path, _, _ = target.partition("#")
        if path and "://" not in path and not path.startswith("mailto:"):
            assert (document.parent / path).exists(), target


@each_document
def test_every_file_that_is_named_exists(document: Path) -> None:
    """A path of ours written as code; one with a blank to fill in, or a pattern, is none."""
    for named in _CODE.findall(document.read_text("utf-8")):
        if _OURS.fullmatch(named):
            assert (ROOT / named).exists(), named


# ---------------------------------------------------------------------- settings


def test_every_setting_is_in_the_example_and_the_reverse() -> None:
    """`.env.example` lists exactly the variables that are read, each once and without a value."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    written = [line.partition("=") for line in lines if line and not line.startswith("#")]
    assert sorted(name for name, _, _ in written) == sorted(_read_settings())
    assert [name for name, _, value in written if value] == []


def test_every_setting_is_documented() -> None:
    """Whoever runs Rumbo finds each of them explained."""
    running = (ROOT / "docs" / "running.md").read_text("utf-8")
    assert [name for name in sorted(_read_settings()) if f"`{name}`" not in running] == []


def _read_settings() -> set[str]:
    """The variables that bot/settings.py reads: the first argument of its reader's methods."""
    tree = ast.parse((ROOT / "bot" / "settings.py").read_text("utf-8"))
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
        and _SETTING.fullmatch(call.args[0].value)
    }


# ---------------------------------------------------------------------- the conversation and the version


def test_the_conversation_in_the_readme_is_a_real_one() -> None:
    """It says what Rumbo says today, with nobody's settings."""
    readme = (ROOT / "README.md").read_text("utf-8")
    command = " ".join(TRANSCRIPT)
    assert f"./run rumbo {command}" in readme
    shown = readme.partition("<!-- transcript:begin -->")[2].partition("<!-- transcript:end -->")[0]
    shown = re.sub(r"\A\s*```\w*\n|```\s*\Z", "", shown)
    assert _stripped(shown) == _stripped(_said()), f"put the output of `./run rumbo {command}` between the markers"


def _said() -> str:
    ours = ("RUMBO_", "REDIS_", "TWILIO_", "TELEGRAM_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [sys.executable, "-m", "bot", *TRANSCRIPT]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True)
    return ran.stdout


def _stripped(text: str) -> list[str]:
    """The lines without white space that an editor may take away."""
    return [line.rstrip() for line in text.strip().splitlines()]


def test_the_changelog_begins_with_this_version() -> None:
    """Its top entry is that of pyproject.toml."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    top = next(line for line in (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines() if line.startswith("## "))
    assert f"[{version}]" in top
