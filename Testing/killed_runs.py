"""Runs whose process is killed just before a model is put in its place."""

import os
import signal
from pathlib import Path

from warm_processes import PROCESSES

TIMEOUT = 120


def train_until_killed(folder, model):
    """Go on with a run until it would put model number `model`, from 1, in its place; returns its process's status."""
    process = PROCESSES.Process(target=_train, args=(folder, model))
    process.start()
    process.join(TIMEOUT)
    return process.exitcode


def _train(folder, model):
    from crfgan.training.run import open_run, train_run

    replace, models = Path.replace, iter(range(1, 1000))

    def killing(path, target):
        if path.name == "model.safetensors" and next(models) == model:
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(path, target)

    Path.replace = killing
    train_run(folder, open_run(folder), lambda kind, **facts: None, lambda: False)
