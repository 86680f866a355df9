"""Runs of a few steps on head phantoms of 32^3 voxels."""

import numpy as np
from crfgan.config import PRESETS, Config, Network, Preprocessing
from crfgan.storage.step_log import read_losses
from crfgan.training.run import start_run, train_run
from crfgan.volumes.discovery import find_volumes

QUICK = {"iterations": 6, "batch_size": 2, "seed": 3, "preview_every": 100, "checkpoint_every": 100}
TINY = Config(Preprocessing(shape=(32, 32, 32), fit="fill"), Network(width=16, latent=128)).override(**QUICK)
"""The published step, but for its CRF, with small networks."""
WITH_PRIOR = PRESETS["tiny-32"].override(**QUICK, width=16)
"""The step with a prior; for one of six steps the generator learns alone."""


def silent(kind, **facts):
    """A report that nobody reads."""


def never():
    """To stop is never asked for."""
    return False


def start(folder, heads, config=TINY, labels=None, report=silent):
    """Prepare a run; returns its configuration."""
    return start_run(find_volumes([heads]), config, folder, labels, report)


def train(folder, heads, config=TINY, should_stop=never, labels=None):
    """Prepare a run and train it; returns its losses."""
    config = start(folder, heads, config, labels)
    train_run(folder, config, silent, should_stop)
    return read_losses(folder)


def stop_after(steps):
    """Asks to stop after some steps."""
    calls = iter(range(steps))
    return lambda: next(calls, None) is None


def same(a, b):
    """Whether logs hold the same numbers to the last bit."""
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name], equal_nan=True) for name in a)


def told_by(folder, heads, config):
    """What a run reports, by kind."""
    told = {}

    def report(kind, **facts):
        told.setdefault(kind, []).append(facts)

    train_run(folder, start(folder, heads, config), report, never)
    return told
