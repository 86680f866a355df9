"""CRF-guided GAN for 3D medical images: everything numerical, and the command line."""

from .version import __version__

__all__ = ["__version__"]
