"""The columns that many reports have: of which centre a row is, and whether it rests on fictitious data."""

from __future__ import annotations

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_

WHOSE = (Column("centre", N_("Centre id"), Kind.CODE), Column("short_name", N_("Centre")))
LABELLED = Column("labelled", N_("Labelled"), Kind.FLAG)
FICTITIOUS = Column("fictitious", N_("Fictitious"), Kind.FLAG, emphasis=True)
