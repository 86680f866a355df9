"""What is said of memory before a run is what the run then takes."""

import subprocess
import sys
from pathlib import Path

import pytest
from crfgan.config import PRESETS, Network
from crfgan.errors import InputError
from crfgan.hardware.memory_estimate import synthesis_chunk, synthesis_memory, training_memory

CORE = Path(__file__).parents[3] / "CRFGANSynth"

PEAK_OF_TRAINING = """
import sys
from crfgan.commands.main import main
from crfgan.hardware.memory import peak_memory
status = main(sys.argv[1:])
print(status, peak_memory())
"""


def test_training_takes_the_memory_that_was_estimated(head_folder, tmp_path):
    settings = ["--shape", "64", "--width", "64", "--latent", "1024", "--batch-size", "4"]
    command = [sys.executable, "-c", PEAK_OF_TRAINING, "train", head_folder, "--out", tmp_path / "run", *settings]
    done = subprocess.run(
        [*map(str, command), "--iterations", "3"], capture_output=True, text=True, cwd=CORE, check=True
    )
    status, peak = map(int, done.stdout.split()[-2:])
    estimated = training_memory(PRESETS["small-64"].override(width=64, latent=1024, batch_size=4), "cpu", 4)
    assert status == 0
    assert estimated == pytest.approx(peak, rel=0.15)


def test_synthesis_makes_smaller_maps_in_a_smaller_budget():
    network, shape = Network(), (256, 256, 256)
    free = synthesis_memory(network, shape)
    assert synthesis_chunk(network, shape, free) > synthesis_chunk(network, shape, free - 100 * 2**20) >= 2**20
    with pytest.raises(
        InputError, match=r"The memory budget must be at least .* for volumes of 256 x 256 x 256, got 100 MB"
    ):
        synthesis_chunk(network, shape, 100 * 2**20)
