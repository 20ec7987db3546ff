"""How functions are compiled: the only file that knows Numba.

Import it, and what uses it, where it is needed, not at the top of a module that the service loads: the compiler
takes its time, and most questions need nothing compiled.
"""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled at its first call, and kept on disk for the next process where there is a place for it.

    The interpreter is free while it runs.
    """
    try:
        kept: Callable[..., Any] = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither the folder of its file nor that of the account can be written to
        kept = njit(nogil=True)(function)
    return kept


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """A part of a compiled function, put into it where it is called."""
    part: Callable[..., Any] = njit(inline="always")(function)
    return part
