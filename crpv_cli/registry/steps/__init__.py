"""The SQL of the later steps, a file each; the first three stand in ``migrations.py``."""

from crpv_cli.registry.steps import m004_working, m005_views

__all__ = ["m004_working", "m005_views"]
