"""Timers of Qt."""

import qt


def singleShotTimer(milliseconds, onTimeout):
    """A timer that, once started, calls back once; started again before, it waits anew."""
    timer = qt.QTimer()
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.connect("timeout()", onTimeout)
    return timer
