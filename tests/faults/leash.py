"""No process of the suite outlives the one that started it, however that one ends.

Blocks end what they started. But a test run may itself be killed, and then only the kernel is left to see to it; on
other systems than Linux such a run leaves its processes behind.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2)


def die_with_parent() -> None:
    """Be killed when the parent is gone. To be called in a fresh child."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def keep_children() -> None:
    """The same for every child that this process forks from now on."""
    os.register_at_fork(after_in_child=die_with_parent)
