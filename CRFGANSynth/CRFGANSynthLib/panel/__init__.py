"""The sections of the panel, each with the widgets that it owns; the .ui file names and arranges them."""
