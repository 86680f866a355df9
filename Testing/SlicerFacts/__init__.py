"""Holds the module and the stand-ins against what Slicer 5.12.3 offers; see README.md.

uses.problems(facts, folder)   what a module's code and .ui file use that Slicer lacks
offers.problems(facts)         what the stand-ins offer that Slicer lacks
"""

from .facts import Facts

__all__ = ["Facts"]
