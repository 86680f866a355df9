"""Random smooth fields, defined at every point in mm and so the same at every resolution."""

from __future__ import annotations

import numpy as np


class RandomWaves:
    """A Gaussian-like field of mean 0 and standard deviation 1: plane waves in random directions."""

    def __init__(self, rng: np.random.Generator, wavelength: float, count: int = 16, spread: float = 0.2):
        """`wavelength` in mm, varied by the fraction `spread`; `count` waves (more is more isotropic)."""
        directions = rng.normal(size=(count, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        lengths = wavelength * (1 + spread * rng.uniform(-1, 1, (count, 1)))
        self.vectors = (directions * 2 * np.pi / lengths).tolist()
        self.phases = rng.uniform(0, 2 * np.pi, count).tolist()
        self.amplitude = float(np.sqrt(2 / count))
        self.slope = float(2 * np.pi / wavelength * np.sqrt(count / 2))

    def __call__(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """The field at x, y, z (mm)."""
        return self.amplitude * sum(np.sin(angle) for angle in self._angles(x, y, z))

    def sheet_distance(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Distance (mm) to the nearest place where the field is zero: winding sheets, as sulci are."""
        value, gradient = np.zeros_like(x), [np.zeros_like(x) for _ in range(3)]
        for vector, angle in zip(self.vectors, self._angles(x, y, z), strict=True):
            value += np.sin(angle)
            slope = np.cos(angle)
            for total, component in zip(gradient, vector, strict=True):
                total += component * slope
        steepness = np.sqrt(sum(g * g for g in gradient))
        # A floor on the slope keeps saddles, where the first-order distance fails, from closing sheets.
        return np.abs(value) / np.maximum(steepness, 0.4 * self.slope)

    def _angles(self, x: np.ndarray, y: np.ndarray, z: np.ndarray):
        for (a, b, c), phase in zip(self.vectors, self.phases, strict=True):
            yield a * x + b * y + c * z + phase
