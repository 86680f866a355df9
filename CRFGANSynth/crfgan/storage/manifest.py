"""What this program made in a folder that is the user's: only that may be replaced or removed. Standard library only.

A hidden file of JSON lines says of each file which work made it, before it is written, and its checksum afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import InputError
from .atomic import telling_user
from .sealed import digest_of

NAME = ".crfgan-made.jsonl"


class Manifest:
    """The files that were made in an existing folder.

    Args:
        work: what makes files now, such as a model's hash and a seed: only the same work may replace its files.
    """

    def __init__(self, folder: Path, work: str):
        self.folder, self.work = folder, work

    def require_free(self, names: Iterable[str]) -> None:
        """Raise InputError where something has one of these names that the same work didn't make, as it made it."""
        made = self._made()
        for name in names:
            path = self.folder / name
            if (path.exists() or path.is_symlink()) and not self._is_ours(path, made, self.work):
                where = Path(*path.absolute().parts[-2:]).as_posix()
                raise InputError(
                    f"{where} is there already, and isn't what this command would make. Choose another folder."
                )

    @contextmanager
    def writing(self, *names: str) -> Iterator[None]:
        """Note files of these names that are written within.

        Raises:
            InputError: they or the note can't be written.
        """
        self._note(dict.fromkeys(names))
        yield
        with telling_user(self.folder):
            self._note({name: digest_of(self.folder / name) for name in names})

    def remove(self) -> None:
        """Remove what any work made here and nobody has changed since."""
        made = self._made()
        for name in made:
            path = self.folder / name
            if self._is_ours(path, made):
                with suppress(OSError):
                    path.unlink()

    def _is_ours(self, path: Path, made: dict[str, tuple[str, str | None]], work: str | None = None) -> bool:
        if path.name not in made or path.is_symlink() or not path.is_file():
            return False
        maker, checksum = made[path.name]
        # One without a checksum was being written when its process was killed.
        return work in (None, maker) and (checksum is None or digest_of(path) == checksum)

    def _note(self, checksums: dict[str, str | None]) -> None:
        path = self.folder / NAME
        lines = [{"name": name, "work": self.work, "sha256": checksum} for name, checksum in checksums.items()]
        with telling_user(path), path.open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps(line) + "\n" for line in lines))

    def _made(self) -> dict[str, tuple[str, str | None]]:
        """Work and checksum of each file, by name; what isn't whole in the manifest counts as not there."""
        path, made = self.folder / NAME, {}
        if path.is_symlink() or not path.is_file():
            return made
        with telling_user(path):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for text in lines:
            with suppress(ValueError, KeyError, TypeError, RecursionError):
                line = json.loads(text)
                name = line["name"]
                if name == Path(name).name:  # of this folder, and of no other
                    made[name] = (line["work"], line["sha256"])
        return made
