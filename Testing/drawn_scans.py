"""Small drawn scans as arrays: quick to make, with the values that rules of thumb look at."""

import numpy as np

SHAPE = (24, 24, 24)


def _places(shape):
    return np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")


def mri(seed: int, shape=SHAPE) -> np.ndarray:
    """Like MRI of a head: int16 (D, H, W), noise around 0 outside, up to about 900."""
    chance = np.random.default_rng(seed)
    z, y, x = _places(shape)
    radius = z**2 + (y / chance.uniform(0.8, 0.95)) ** 2 + x**2
    inside = np.clip(6 * (0.7 - radius), 0, 1) * (500 + 300 * np.sin(chance.uniform(2, 5) * x + y))
    return np.abs(inside + chance.normal(0, 15, shape)).astype(np.int16)


def ct(seed: int, shape=SHAPE) -> np.ndarray:
    """Like CT of a chest in HU: int16 (D, H, W); air, soft tissue, two lungs, a spine."""
    chance = np.random.default_rng(seed)
    _, y, x = _places(shape)
    body = (y / 0.7) ** 2 + (x / chance.uniform(0.85, 0.95)) ** 2 < 1
    lungs = ((np.abs(x) - 0.4) / 0.25) ** 2 + (y / 0.4) ** 2 < 1
    spine = (x / 0.12) ** 2 + ((y - 0.5) / 0.12) ** 2 < 1
    drawn = np.where(body, 40, -1000) + np.where(lungs & body, -890, 0) + np.where(spine & body, 600, 0)
    return (drawn + chance.normal(0, 10, shape)).round().astype(np.int16)


def outside_circle(shape=SHAPE) -> np.ndarray:
    """Where the circle that a CT scanner measures doesn't reach, (D, H, W)."""
    _, y, x = _places(shape)
    return np.hypot(y, x) > 1


def labels(seed: int, count: int, shape=SHAPE) -> np.ndarray:
    """A label map of `count` cubes, uint8 or int16 (D, H, W)."""
    chance = np.random.default_rng(seed)
    side = 4
    cells = chance.permutation(np.resize(np.arange(1, count + 1), int(np.prod([n // side for n in shape]))))
    cells = cells.reshape([n // side for n in shape])
    return np.kron(cells, np.ones((side, side, side))).astype(np.uint8 if count < 256 else np.int16)
