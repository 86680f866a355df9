"""A model's card in words. Standard library only."""

from __future__ import annotations


def describe(card: dict) -> str:
    """What a model makes and from what, one fact a line."""
    config, grid, units = card["config"], card["grid"], card["units"]
    shape = " x ".join(map(str, grid["shape"]))
    voxel = " x ".join(f"{s:.4g}" for s in grid["spacing"])
    kind = f"{units['low']:g} to {units['high']:g} {'HU' if units['name'] == 'HU' else '(arbitrary units)'}"
    facts = {
        "Model": card["name"],
        "Makes": f"volumes of {shape} voxels (superior, anterior, right) of {voxel} mm",
        "Intensities": kind,
        "Classes": ", ".join(card["classes"]) or "none",
        "Trained on": f"{card['volumes']} volumes, {card['iterations']} steps, seed {config['training']['seed']}",
        "CRF": config["network"]["crf"],
        "Metrics": ", ".join(f"{k} {v}" for k, v in card["metrics"].items()) or "not measured",
        "Licence": card["licence"] or "not stated",
        "Made by": f"crfgan {card['crfgan_version']}, {card['created']}",
        "Intended use": card["intended_use"],
    }
    return "\n".join(f"{name + ':':<14}{fact}" for name, fact in facts.items())
