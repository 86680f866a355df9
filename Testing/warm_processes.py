"""Processes that have loaded PyTorch when they begin: where the system can, they are forked from one that has."""

import sys
from multiprocessing import get_context

PROCESSES = get_context("spawn" if sys.platform == "win32" else "forkserver")
PROCESSES.set_forkserver_preload(
    ["SimpleITK", "crfgan.commands.main", "crfgan.training.run", "crfgan.synthesis.synthesize", "torch._dynamo"]
)
