"""Positions, travel times and catchments: pure computation, no database and no settings."""
