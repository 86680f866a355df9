"""Every volume that was made says first of all that it is synthetic."""

from crfgan.version import __version__
from crfgan.volumes.provenance import synthetic


def test_the_warning_comes_first_and_nothing_empty_is_told():
    assert synthetic("CRF-GAN seed 7", Seed=7, Class="", Truncation=None) == {
        "Description": "SYNTHETIC - not for diagnosis. CRF-GAN seed 7",
        "Synthetic": "YES",
        "Seed": "7",
        "Software": f"crfgan {__version__}",
    }


def test_zero_is_a_fact():
    assert synthetic("phantom", Seed=0)["Seed"] == "0"
