"""Reminders: a message to each centre that owes something, made from a text with named fields.

A field is written ``{missing}``, by its English or its French name. A line whose field has nothing to say is left out,
so that a template need not know whether a day was set.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence

from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, current, literal, msg, show, text, translate
from crpv_cli.registry.campaigns import last_campaign
from crpv_cli.registry.queries import read
from crpv_cli.reports.returns.answers import COMPLETE, NOT_SENT, Answer, answers_of, joined
from crpv_cli.reports.returns.report import by_centre, missing, status_of
from crpv_cli.result import Letter
from crpv_cli.spelling import closest, fold

FIELDS = (N_("centre"), N_("name"), N_("year"), N_("received"), N_("missing"), N_("due"), N_("contact"))
"""What a template may name: the centre, its official name, the year, how much came of what was asked, what is missing
(a line for each part), the day that was set, and to whom the answer goes."""
TEMPLATE = N_(
    """Subject: Collection {year}: what is still missing for {centre}

Hello,

We asked {centre} for its figures of {year}. Parts that have come so far: {received}. Still missing:

{missing}

Last day for it: {due}.
Please send it to: {contact}

Thank you.
"""
)
_FIELD = re.compile(r"\{([^{}\n]+)\}")
_SUBJECT = re.compile(r"\s*(?:subject|objet|sujet)\s*:\s*(.*)", re.IGNORECASE)
# To whom a centre is written, by what the function begins with; any other address comes after them.
_FUNCTIONS = ("secretar", "accueil", "contact", "direct")


def template_text() -> str:
    """Return the template that is used where no other is named, in the reader's language, its fields as well."""
    if current() == "en":
        return text(TEMPLATE)
    return _FIELD.sub(lambda field: f"{{{translate(field[1])}}}", translate(TEMPLATE))


def letters(
    connection: sqlite3.Connection,
    as_of: str,
    year: int | None = None,
    centre: str | None = None,
    template: str | None = None,
) -> tuple[int, list[Letter]]:
    """Write to each centre that owes something of a year's collection, by the names of the centres.

    Args:
        connection: an open registry.
        as_of: ISO date, of the addresses.
        year: the year that was asked about; that of the last campaign by default.
        centre: only this centre (its id).
        template: the text to fill in: a line "Subject: …", a blank line, the message; by default ``template_text``.

    Returns:
        The year, and the messages.

    Raises:
        UsageProblem: nobody was asked for anything of the year, or the template has no subject or names no field.
    """
    asked_about = year or last_campaign(connection)
    answers = answers_of(connection, asked_about, as_of, centre) if asked_about else []
    if asked_about is None or not answers:
        raise UsageProblem(
            msg("Nobody is asked for anything of {year}: there is no one to remind.", year=str(asked_about))
            if asked_about
            else msg("Nobody is asked for anything: there is no one to remind."),
            msg("See which collections there are: crpv list campaigns"),
        )
    subject, body = _parts(template if template is not None else template_text())
    addresses = _addresses(connection, as_of)
    names = dict(map(tuple, read(connection, "select id, name from centres_on", as_of)))
    return asked_about, [
        _letter(group, names[group[0].centre], addresses.get(group[0].centre), subject, body)
        for group in by_centre(answers)
        if status_of(group) != COMPLETE
    ]


def _letter(answers: Sequence[Answer], name: str, address: str | None, subject: str, body: str) -> Letter:
    owed = [answer for answer in answers if answer.status != COMPLETE]
    due = min((answer.due_on for answer in owed if answer.due_on), default=None)
    values = {
        "centre": answers[0].short_name,
        "name": name,
        "year": str(answers[0].year),
        "received": msg(
            "{received} of {asked}",
            received=sum(answer.load is not None for answer in answers),
            asked=len(answers),
        ).text(),
        "missing": "\n".join(f"- {_owed(answer)}" for answer in owed),
        "due": show(Day(due)) if due else "",
        "contact": ", ".join(dict.fromkeys(answer.contact for answer in owed if answer.contact)),
    }
    values = {field: literal(value) for field, value in values.items()}
    said = joined(missing(answers))
    return Letter(
        answers[0].centre,
        answers[0].short_name,
        name,
        " ".join(address.split()) if address else None,
        " ".join(_filled(subject, values).split()),
        _filled(body, values),
        said.text() if said else "",
        values["due"],
    )


def _owed(answer: Answer) -> str:
    gaps = joined(answer.gaps)
    if answer.status == NOT_SENT or gaps is None:
        return text("{sheet}: not received", sheet=answer.label)
    return text("{sheet}: {gaps}", sheet=answer.label, gaps=gaps)


# --- Templates ---


def _parts(template: str) -> tuple[str, str]:
    """Split a template into its subject and its body, and check its fields."""
    first, _, rest = template.strip().partition("\n")
    subject = _SUBJECT.fullmatch(first.strip())
    if subject is None or not subject[1].strip():
        raise UsageProblem(
            msg("The first line of the template is no subject."),
            msg("Begin it with a line such as “Subject: Collection {year}”; see: crpv remind --show-template"),
        )
    known = _names()
    for field in _FIELD.findall(template):
        if fold(field) not in known:
            names = [f"{{{translate(name)}}}" for name in FIELDS]
            near = closest(field, [translate(name) for name in FIELDS], 1)
            raise UsageProblem(
                msg("A reminder has no field called “{field}”.", field=field),
                msg("Did you mean {near}?", near=near) if near else msg("The fields are: {fields}.", fields=names),
            )
    return subject[1].strip(), rest.strip("\r\n")


def _names() -> dict[str, str]:
    """The fields by what they may be called, in both languages."""
    return {fold(translate(name, language)): name for name in FIELDS for language in ("en", "fr")}


def _filled(template: str, values: Mapping[str, str]) -> str:
    known, lines = _names(), []
    for line in template.splitlines():
        found = [values[known[fold(field)]] for field in _FIELD.findall(line)]
        if all(found):
            lines.append(_FIELD.sub(lambda field: values[known[fold(field[1])]], line.rstrip()))
    return "\n".join(lines) + "\n"


# --- Addresses ---


def _addresses(connection: sqlite3.Connection, as_of: str) -> dict[str, str]:
    """The address of each centre that has one in force: that of its secretariat or its director before others."""
    found: dict[str, tuple[int, str, str]] = {}
    for centre, function, email in connection.execute(
        """
        select centre, function, email from contacts
        where email is not null and ifnull(valid_from, '') <= :as_of and ifnull(valid_to, '9999') >= :as_of
        """,
        {"as_of": as_of},
    ):
        words = fold(function)
        place = next((place for place, start in enumerate(_FUNCTIONS) if words.startswith(start)), len(_FUNCTIONS))
        found[centre] = min(found.get(centre, (place, words, email)), (place, words, email))
    return {centre: email for centre, (_, _, email) in found.items()}
