"""The version of the core, written once here."""

__version__ = "0.1.0"
