"""Units as types, so that no bare number travels between functions."""

from typing import NewType

Metres = NewType("Metres", float)
Minutes = NewType("Minutes", float)
