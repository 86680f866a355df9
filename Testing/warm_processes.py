"""Processes that have loaded PyTorch when they begin: on Linux they are forked from one that has."""

import sys
from multiprocessing import get_context

PROCESSES = get_context("forkserver" if sys.platform == "linux" else "spawn")
PROCESSES.set_forkserver_preload(
    ["SimpleITK", "crfgan.commands.main", "crfgan.training.run", "crfgan.synthesis.synthesize", "torch._dynamo"]
)
