"""Procedural phantoms: heads (T1-weighted MRI) and chests (CT in HU) with label maps, one for each seed."""

from .canvas import Phantom
from .chest import make_chest
from .head import make_head

__all__ = ["Phantom", "make_chest", "make_head"]
