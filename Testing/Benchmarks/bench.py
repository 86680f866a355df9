"""Compare ours with the plain CRF-GAN and with HA-GAN: alternating in one run, medians, printed as ratios.

Without options, the whole table, written with a chart to docs/. With --quick, small shapes only.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"


@dataclass(frozen=True)
class Case:
    """One thing that is compared."""

    task: str
    side: int
    batch: int
    kinds: tuple[str, ...]
    rounds: int

    @property
    def title(self) -> str:
        """What a reader calls it."""
        what = f"training step, batch {self.batch}" if self.task == "train" else "synthesis of a volume"
        return f"{self.side}^3 {what}"


@dataclass
class Result:
    """What was measured of one side: seconds of each round after the first, and the most bytes ever held."""

    seconds: list[float]
    memory: int

    @property
    def median(self) -> float:
        """Median seconds."""
        return statistics.median(self.seconds)


PLAIN_AND_OURS = ("plain", "ours")
CASES = [
    Case("train", 64, 4, ("plain", "ours", "hagan"), 5),
    Case("train", 128, 4, ("plain", "ours", "hagan"), 3),
    Case("train", 256, 2, ("plain", "ours", "hagan"), 2),
    Case("train", 512, 1, ("ours",), 1),
    Case("synthesize", 64, 1, PLAIN_AND_OURS, 5),
    Case("synthesize", 128, 1, PLAIN_AND_OURS, 5),
    Case("synthesize", 256, 1, PLAIN_AND_OURS, 3),
    Case("synthesize", 512, 1, ("ours",), 1),
]
QUICK = {
    "train": Case("train", 64, 4, PLAIN_AND_OURS, 2),
    "synthesize": Case("synthesize", 128, 1, PLAIN_AND_OURS, 3),
}
GPU_CASES = [Case("train", 256, 4, PLAIN_AND_OURS, 5), Case("synthesize", 256, 1, PLAIN_AND_OURS, 5)]


class Subject:
    """A process that does one side's steps, one when asked."""

    def __init__(self, case: Case, kind: str, options: list[str]):
        command = [sys.executable, HERE / "subject.py", case.task, kind, "--side", case.side, "--batch", case.batch]
        self.process = subprocess.Popen(
            [*map(str, command), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Subject:
        return self

    def __exit__(self, *exc) -> None:
        self.process.stdin.close()
        self.process.wait()

    def step(self) -> dict:
        """Have one step done; returns its `seconds`, and the `memory` held at most so far."""
        print(file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


def compare(case: Case, options: Callable[[str], list[str]]) -> dict[str, Result]:
    """All sides of a case, taking turns; the first step of each is a warming-up, whose memory counts."""
    with ExitStack() as stack:
        subjects = {kind: stack.enter_context(Subject(case, kind, options(kind))) for kind in case.kinds}
        for subject in subjects.values():
            subject.step()
        rounds = [{kind: subject.step() for kind, subject in subjects.items()} for _ in range(case.rounds)]
    return {kind: Result([each[kind]["seconds"] for each in rounds], rounds[-1][kind]["memory"]) for kind in case.kinds}


def quick() -> dict[str, float]:
    """The ratios of the small shapes."""
    train, new = (compare(case, lambda kind: []) for case in QUICK.values())
    return {
        "train_step_64_plain_over_ours": round(train["plain"].median / train["ours"].median, 2),
        "memory_64_ours_over_plain": round(train["ours"].memory / train["plain"].memory, 3),
        "synthesis_128_plain_over_ours": round(new["plain"].median / new["ours"].median, 2),
        "synthesis_memory_128_ours_over_plain": round(new["ours"].memory / new["plain"].memory, 3),
    }


def machine(device: str) -> str:
    """The device and the versions that figures were made with."""
    import torch

    name = torch.cuda.get_device_name() if device == "cuda" else f"{torch.get_num_threads()} cores, {_processor()}"
    return f"{name}; {platform.system()}, Python {platform.python_version()}, torch {torch.__version__}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def table(results: dict[Case, dict[str, Result]]) -> str:
    """Seconds and memory of all sides, and their ratios, in Markdown."""
    lines = [
        "| case | plain | HA-GAN | ours | plain / ours, time | ours / plain, memory | ours / HA-GAN, memory |",
        "|---|---|---|---|---|---|---|",
    ]
    for case, sides in results.items():
        ours = sides["ours"]
        cells = [_cell(sides.get(kind)) for kind in ("plain", "hagan", "ours")]
        plain, rival = sides.get("plain"), sides.get("hagan")
        cells.append(f"**{plain.median / ours.median:.2f}**" if plain else "")
        cells += [f"**{ours.memory / other.memory:.2f}**" if other else "" for other in (plain, rival)]
        lines.append(f"| {case.title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(result: Result | None) -> str:
    return "" if result is None else f"{result.median:.2f} s, {result.memory / 2**30:.2f} GB"


def draw(results: dict[Case, dict[str, Result]], path: Path) -> None:
    """Time and memory of a training step and of a synthesis against the side of the volume."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), layout="constrained")
    names = {"plain": "plain CRF-GAN", "hagan": "HA-GAN", "ours": "ours"}
    what = {"train": "training step, time a volume", "synthesize": "synthesis of a volume, time"}
    for row, (task, title) in zip(figure.subplots(2, 2), what.items(), strict=True):
        for kind, name in names.items():
            found = [(case, sides[kind]) for case, sides in results.items() if case.task == task and kind in sides]
            if not found:
                continue
            sides = [case.side for case, _ in found]
            row[0].plot(sides, [result.median / case.batch for case, result in found], "o-", label=name)
            row[1].plot(sides, [result.memory / 2**30 for _, result in found], "o-", label=name)
        row[0].set(title=title, ylabel="seconds", yscale="log")
        batches = ", ".join(str(case.batch) for case in results if case.task == task)
        memory = f"training step (batch {batches})" if task == "train" else "synthesis of a volume"
        row[1].set(title=f"{memory}, peak memory", ylabel="GB")
        row[1].set_ylim(bottom=0)
        for axes in row:
            axes.set(xlabel="side of the volume in voxels", xscale="log")
            axes.set_xticks([64, 128, 256, 512], ["64", "128", "256", "512"])
            axes.minorticks_off()
            axes.grid(alpha=0.3)
            axes.legend()
    figure.savefig(path, dpi=110)


def write_page(text: str, device: str) -> None:
    """Put this run's table into docs/benchmarks.md in the place of the last one's."""
    page = DOCS / "benchmarks.md"
    begin, end = f"<!-- {device} begins -->", f"<!-- {device} ends -->"
    head, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, tail = rest.partition(end)
    page.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small shapes only; nothing is written")
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--task", choices=("train", "synthesize"), help="this alone; nothing is written")
    parser.add_argument("--side", type=int, help="this shape alone; nothing is written")
    args = parser.parse_args()
    if args.quick:
        ratios = quick()
        text = [f"{name:<40}{value:>8}" for name, value in ratios.items()]
        print(json.dumps(ratios) if args.json else "\n".join(text))
        return

    def options(kind: str) -> list[str]:
        precision = "auto" if kind == "ours" and args.device == "cuda" else "fp32"
        return ["--device", args.device, "--precision", precision]

    results: dict[Case, dict[str, Result]] = {}
    for case in CASES if args.device == "cpu" else GPU_CASES:
        if args.side not in (None, case.side) or args.task not in (None, case.task):
            continue
        print(f"{case.title} ...", file=sys.stderr, flush=True)
        results[case] = compare(case, options)
    text = f"{machine(args.device)}; {date.today()}\n\n{table(results)}"
    if args.side is None and args.task is None:
        write_page(text, args.device)
        if args.device == "cpu":
            draw(results, DOCS / "benchmarks.png")
    measured = {
        f"{case.task}_{case.side}_{kind}": {"seconds": result.median, "memory": result.memory}
        for case, sides in results.items()
        for kind, result in sides.items()
    }
    print(json.dumps(measured, indent=1) if args.json else text)


if __name__ == "__main__":
    main()
