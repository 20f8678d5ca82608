"""Messages that people send themselves: a text, a draft for a mail program, and a list for a mail merge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, msg, msgs
from crpv_cli.output import streams
from crpv_cli.output.formats import Format, render
from crpv_cli.result import Letter, Result

LIST = "mailing"
"""The name of the list, without its extension."""
_COLUMNS = (
    Column("centre", N_("Centre id"), Kind.CODE),
    Column("short_name", N_("Centre")),
    Column("name", N_("Name")),
    Column("address", N_("Address")),
    Column("subject", N_("Subject line")),
    Column("missing", N_("What is missing")),
    Column("due", N_("Due on")),
)


def write_letters(letters: Sequence[Letter], sender: str | None, folder: Path, force: bool) -> None:
    """Write messages into a folder, whole or not at all: of each a text and a draft, and one list of them.

    Args:
        letters: the messages.
        sender: the address that they come from; None leaves it to the mail program.
        folder: where to; it is made if it is missing.
        force: whether files that are there are written over.

    Raises:
        FileProblem: one of the files exists and ``force`` is not given, or the folder cannot be written.
    """
    files: dict[str, bytes] = {}
    for letter in letters:
        name = re.sub(r"[^\w-]+", "-", letter.centre)
        files[f"{name}.txt"] = _text(letter)
        files[f"{name}.eml"] = _draft(letter, sender)
    rows = tuple(
        (one.centre, one.short_name, one.name, one.address, one.subject, one.missing, one.due) for one in letters
    )
    listed = Result(LIST, msg(N_("Reminders")), _COLUMNS, rows)
    files[f"{LIST}.csv"] = render(listed, Format.CSV_EXCEL).encoded
    streams.write_folder(files, folder, force)
    left = sorted(file.name for file in folder.glob("*.eml") if file.name not in files)
    if left:
        streams.say(msg("Of earlier reminders, and not of these: {files}.", files=left))
    without = [letter.short_name for letter in letters if letter.address is None]
    if without:
        streams.say(
            msgs(
                "No e-mail address is known of {count} centre: {centres}. Write it into the draft yourself.",
                "No e-mail address is known of {count} centres: {centres}. Write them into the drafts yourself.",
                len(without),
                centres=without,
            )
        )
    streams.say(
        msgs(
            "{count} reminder was written to {folder}: a text (.txt), a draft for your mail program (.eml), and "
            "{list} for a mail merge. Nothing was sent.",
            "{count} reminders were written to {folder}: of each a text (.txt) and a draft for your mail program "
            "(.eml), and {list} for a mail merge. Nothing was sent.",
            len(letters),
            folder=folder,
            list=f"{LIST}.csv",
        )
    )


def _text(letter: Letter) -> bytes:
    head = [
        *([msg("To: {address}", address=letter.address).text()] if letter.address else []),
        msg("Subject: {subject}", subject=letter.subject).text(),
    ]
    return "\n".join([*head, "", letter.body]).encode()


def _draft(letter: Letter, sender: str | None) -> bytes:
    """A message that a mail program opens as a draft, with the same bytes each time: without date or id."""
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"
    if sender:
        message["From"] = sender
    if letter.address:
        message["To"] = letter.address
    message["Subject"] = letter.subject
    message.set_content(letter.body, charset="utf-8", cte="quoted-printable")
    return message.as_bytes()
