"""`python -m crfgan`: what the panel starts, and what the command `crfgan` is."""

import sys

from .cli import main

sys.exit(main())
