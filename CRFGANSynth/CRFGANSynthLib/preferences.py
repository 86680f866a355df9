"""What a user prefers on this computer, whatever the scene: kept in Slicer's settings."""

import os
from pathlib import Path

import slicer

PREFIX = "CRFGANSynth/"


def device():
    """`auto`, `cpu`, `cuda` or `mps`."""
    return slicer.app.userSettings().value(PREFIX + "device", "auto")


def setDevice(name):
    """Compute there from now on."""
    slicer.app.userSettings().setValue(PREFIX + "device", name)


def memoryLimit():
    """Bytes that a job may take; None for what the device has free."""
    gigabytes = float(slicer.app.userSettings().value(PREFIX + "memoryLimitGB", 0))
    return int(gigabytes * 1e9) or None


def memoryArguments():
    """The options of a command of the core by which it keeps to the limit."""
    limit = memoryLimit()
    return ["--memory-budget", f"{limit // 10**6}MB"] if limit else []


def setMemoryLimit(gigabytes):
    """Let a job take so much; 0 for what the device has free."""
    slicer.app.userSettings().setValue(PREFIX + "memoryLimitGB", float(gigabytes))


def dataFolder():
    """Where runs, models and synthetic volumes go: a folder that a user can see and delete."""
    usual = _notRoaming(Path(os.path.dirname(slicer.app.slicerUserSettingsFilePath))) / "CRFGANSynth"
    return Path(slicer.app.userSettings().value(PREFIX + "dataFolder", "") or usual)


def _notRoaming(folder):
    """On Windows settings lie in the roaming profile, which goes over the network at every login: no place for GBs."""
    roaming, local = os.environ.get("APPDATA"), os.environ.get("LOCALAPPDATA")
    if roaming and local and folder.is_relative_to(roaming):
        return Path(local, folder.relative_to(roaming))
    return folder


def setDataFolder(folder):
    """Keep runs, models and synthetic volumes there from now on; an empty text stands for the usual folder."""
    slicer.app.userSettings().setValue(PREFIX + "dataFolder", str(folder))
