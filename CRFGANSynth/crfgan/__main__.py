"""`python -m crfgan`: what the panel starts, and what the command `crfgan` is."""

import sys

from .commands.main import main

sys.exit(main())
