"""What the package raises when a person can put it right, or has asked it to stop."""


class InputError(ValueError):
    """Bad input, told on one line for the user: what must hold, what was found, what to do about it."""


class Interrupted(Exception):
    """To stop was asked for; says on one line what is kept, and how to go on."""
