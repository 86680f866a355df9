"""Progress for a person at a terminal: one bar with the time left, sentences above it."""

from __future__ import annotations

import sys

from ...errors import readable
from ...events import make_event
from .output import Aside


class Console:
    """A report that draws a progress bar on stderr and prints where results are on stdout.

    Work goes on though nobody reads it, or the disk behind it has no room.
    """

    def __init__(self):
        self.bar, self.title = None, ""
        self.aside, self.results = Aside(sys.stderr), Aside(sys.stdout)

    def __call__(self, kind: str, **facts: object) -> None:
        show = getattr(self, f"_on_{kind}", None)
        if show is not None:
            show(make_event(kind, **facts))

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def say(self, sentence: str) -> None:
        """Print a sentence without breaking the bar."""
        from tqdm import tqdm

        tqdm.write(readable(sentence), file=self.aside)

    def _advance(self, title: str, done: int, total: int, note: str = "") -> None:
        from tqdm import tqdm

        if self.bar is None or self.title != title:
            self.close()
            # A bar that goes on from a checkpoint must not take the steps before it for its own speed.
            self.title = title
            self.bar = tqdm(total=total, initial=done - 1, desc=title, file=self.aside, dynamic_ncols=True)
        self.bar.set_postfix_str(note, refresh=False)
        self.bar.update(done - self.bar.n)

    def _on_device(self, event: dict) -> None:
        reason = f": {event['reason']}" if event["reason"] else ""
        self.say(f"Computing on {event['name']}{reason}.")

    def _on_skipped(self, event: dict) -> None:
        self.say(f"Left out {event['name']}: {event['reason']}")

    def _on_noted(self, event: dict) -> None:
        self.say(event["sentence"])

    def _on_finding(self, event: dict) -> None:
        self.say(f"Looking for volumes: {event['files']} files so far.")

    def _on_preparing(self, event: dict) -> None:
        self._advance("preparing", event["done"], event["total"])

    def _on_aligning(self, event: dict) -> None:
        self._advance("aligning", event["done"], event["total"])

    def _on_prepared(self, event: dict) -> None:
        voxel = " x ".join(f"{s:.3g}" for s in event["spacing_mm"])
        self.say(f"{event['volumes']} volumes prepared, voxels of {voxel} mm, units: {event['units']}.")

    def _on_precision(self, event: dict) -> None:
        if event["usable"]:
            self.say(f"Computing in {event['precision']}.")
        else:
            self.say(f"Not computing in {event['precision']}: {event['reason']}.")

    def _on_step(self, event: dict) -> None:
        losses = " ".join(f"{name[0].upper()} {value:.3f}" for name, value in event["losses"].items())
        self._advance("training", event["step"], event["total"], losses)

    def _on_evaluated(self, event: dict) -> None:
        numbers = f"{event['distance']:.3g} (real volumes: {event['floor']:.3g})"
        stopped = " It has stopped improving." if event["has_stopped"] else ""
        self.say(f"Step {event['step']}: distance {numbers}, best at step {event['best_step']}.{stopped}")

    def _on_paused(self, event: dict) -> None:
        self.say(f"Paused after step {event['step']}; the state is saved.")

    def _on_resumed(self, event: dict) -> None:
        self.say("Going on.")

    def _on_tried(self, event: dict) -> None:
        # Not through tqdm, which may be the package that is missing.
        print(f"{event['package']} {event['version']}: {event['problem'] or 'can be used'}", file=self.results)
        self.results.flush()

    def _on_synthesized(self, event: dict) -> None:
        self._advance("synthesizing", event["index"] + 1, event["total"])

    def _on_evaluating(self, event: dict) -> None:
        self._advance("evaluating", event["done"], event["total"])

    def _on_written(self, event: dict) -> None:
        self._advance("writing", event["index"] + 1, event["total"])

    def _on_stopped(self, event: dict) -> None:
        self.close()
        self.say(f"Stopped after step {event['step']}; the state is saved. Go on with --resume.")

    def _on_interrupted(self, event: dict) -> None:
        self.close()
        self.say(event["reason"])

    def _on_finished(self, event: dict) -> None:
        self.close()
        print(readable(str(event["path"])), file=self.results)
