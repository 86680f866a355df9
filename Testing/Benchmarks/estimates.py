"""Memory as `crfgan estimate` tells it before, and as a process then takes it, at the published width."""

from __future__ import annotations

from bench import Case, Subject
from crfgan.config import PRESETS
from crfgan.hardware.memory_estimate import synthesis_memory, training_memory

TRAINING = [(64, 1, 0), (64, 4, 0), (128, 1, 0), (128, 4, 0), (128, 8, 0), (256, 1, 0), (256, 2, 0), (256, 4, 1)]
"""Side, batch, and volumes at a time where it isn't the whole batch."""
SYNTHESIS = (64, 128, 256, 512)
STEPS = 3


def measured(case: Case, options: list[str]) -> int:
    """The most bytes that a process took in its first steps, all in all."""
    with Subject(case, "ours", options) as subject:
        for _ in range(STEPS if case.task == "train" else 1):
            found = subject.step()
    return found["memory"] + found["imported"]


def show(title: str, estimated: int, found: int) -> None:
    """A line of the table."""
    print(f"| {title} | {estimated / 2**30:.2f} | {found / 2**30:.2f} | {estimated / found - 1:+.0%} |", flush=True)


def main() -> None:
    print("| case | estimated GB | taken GB | off by |\n|---|---|---|---|")
    for side, batch, parts in TRAINING:
        case = Case("train", side, batch, ("ours",), STEPS)
        config = PRESETS["full-256"].override(shape=(side,) * 3, batch_size=batch)
        title = case.title + (f", {parts} at a time" if parts else "")
        show(title, training_memory(config, "cpu", parts or batch), measured(case, ["--parts", str(parts)]))
    for side in SYNTHESIS:
        case = Case("synthesize", side, 1, ("ours",), 1)
        show(case.title, synthesis_memory(PRESETS["full-256"].network, (side,) * 3), measured(case, []))


if __name__ == "__main__":
    main()
