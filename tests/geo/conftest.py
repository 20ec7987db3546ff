"""Hypothesis without a deadline: the first call to PROJ or GEOS loads a database, and cores are shared."""

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
