"""What the package raises when a person can put it right."""


class InputError(ValueError):
    """Bad input, told on one line for the user: what must hold, what was found, what to do about it."""
