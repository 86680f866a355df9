"""Headless Chromium: what a reader of the report sees. Tests that need it are skipped by name where it is absent."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
# Nothing is looked up in a network, whose absence would keep it waiting.
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def _run(page: Path, *options: str) -> str:
    with tempfile.TemporaryDirectory() as profile:
        command = [PROGRAM, *OPTIONS, f"--user-data-dir={profile}", *options, page.resolve().as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def text_of(page: Path) -> str:
    """The page's document as the browser understands it."""
    return _run(page, "--dump-dom")


def picture_of(page: Path, path: Path, width: int, height: int) -> Path:
    """A PNG of the page's upper part; returns its path."""
    _run(page, f"--window-size={width},{height}", f"--screenshot={path}")
    return path
