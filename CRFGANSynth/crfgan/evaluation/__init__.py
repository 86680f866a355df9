"""What synthetic volumes are worth: how like real ones, how various, how consistent, and whether any is a copy."""
