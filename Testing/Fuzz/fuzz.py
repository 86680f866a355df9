"""Changes files at random and has them read until time is over: python Testing/Fuzz/fuzz.py [--seconds 600] [NAME ...]

Every reader takes its turn, each time with another seed. The first content that does harm is made as small as it can
be, and kept in the file that is named.
"""

import argparse
import itertools
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "Fuzz")]
from readers import Reader, check, readers  # noqa: E402

HARM = Path(tempfile.gettempdir(), "crfgan-harm")


def attack(reader: Reader, examples: int, number: int) -> None:
    """Have a reader read changed files; raises what it raises of the first that does harm."""

    @seed(number)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck), print_blob=False, report_multiple_bugs=False,
    )  # fmt: skip
    @given(reader.contents)
    def attempt(content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            try:
                check(reader, Path(folder), content)
            except BaseException:
                HARM.write_bytes(content)
                raise

    attempt()


def main() -> int:
    """Print a line a reader and turn; returns how many readers failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600, help="in all; default: 600")
    parser.add_argument("names", nargs="*", help="what is to be read; default: everything")
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp())
    try:
        chosen = {name: each for name, each in readers(work).items() if not args.names or name in args.names}
        end, failed, counts = time.monotonic() + args.seconds, set(), dict.fromkeys(chosen, 0)
        for number, name in ((number, name) for number in itertools.count() for name in chosen):
            if time.monotonic() > end or len(failed) == len(chosen):
                break
            if name in failed:
                continue
            try:
                attack(chosen[name], 100, number)
                counts[name] += 100
            except Exception as error:
                failed.add(name)
                harm = shutil.copy(HARM, f"{HARM}-{name.replace(' ', '-')}")
                where = traceback.extract_tb(error.__traceback__)[-1]
                print(f"{name}: {type(error).__name__}: {error!s:.200} in {where.filename}:{where.lineno} ({harm})")
        print(", ".join(f"{name}: {count}" for name, count in counts.items()))
        print(f"{sum(counts.values())} files in {args.seconds:.0f} s, {len(failed)} readers failed")
        return len(failed)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
