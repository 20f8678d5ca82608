"""What the report of the network says before its tables: one sentence, a few figures set large, and its questions.

Every sentence is made of figures that a section of the dossier holds, and says nothing that they do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crpv_cli.language import N_, msg
from crpv_cli.result import KeyFigure, Part, Result

# Which sections answer which question; a section that is not there is passed over.
_PARTS = (
    ("overview", N_("In figures"), ("figures", "changes"), False),
    ("coverage", N_("Coverage"), ("map", "regions", "coverage"), False),
    ("money", N_("Money"), ("funding_years", "funding", "budgets"), False),
    ("missions", N_("Missions"), ("missions", "evaluations"), False),
    (
        "activity",
        N_("Activity"),
        ("activity_mission", "activity_theme", "activity_mode", "activity_centre"),
        False,
    ),
    ("together", N_("Agreements, meetings and projects"), ("agreements", "meetings", "projects"), False),
    ("missing", N_("What is not known"), ("missing", "findings"), False),
    ("annex", N_("Annex"), ("sources",), True),
)
_KEY = ("centres", "coverage-neighbourhoods", "state-support", "missions-evaluated", "half-days")


def parts(sections: Sequence[Result]) -> Iterator[Part]:
    """Yield the questions that the sections of a dossier answer."""
    there = {section.name for section in sections}
    for name, title, names, annex in _PARTS:
        held = tuple(one for one in names if one in there)
        if held:
            yield Part(name, msg(title), None, held, annex)


def key_figures(figures: Result) -> Iterator[KeyFigure]:
    """Yield the figures that are set large, from the rows of the section ``figures``."""
    for record in figures.records():
        if record["figure"] in _KEY:
            yield KeyFigure(
                record["figure"],
                record["label"],
                record["shown"],
                share=record["share"],
                fictitious=bool(record["fictitious"]),
            )
