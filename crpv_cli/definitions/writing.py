"""How a value of each kind is written in files, for people and for the documentation."""

from __future__ import annotations

from crpv_cli.definitions.columns import Kind, Shape
from crpv_cli.language import N_

KINDS = {
    Kind.TEXT: N_("any text, line breaks included."),
    Kind.CODE: N_("text that identifies something; never a number, so `01` keeps its zero."),
    Kind.CODES: N_("several codes, separated by spaces; an array in JSON."),
    Kind.INTEGER: N_("a whole number."),
    Kind.DECIMAL: N_("a number, with a decimal point or a decimal comma."),
    Kind.YEAR: N_("four digits."),
    Kind.DATE: N_("`2023-10-17`; `17/10/2023` is read too."),
    Kind.PARTIAL_DATE: N_("a day, a month or a year: `2023-10-17`, `2023-10` or `2023`."),
    Kind.MONEY: N_(
        "euros, with a decimal point: `1234.5`; `1234,50` and `1 234,50 €` are read too. In SQLite the column holds "
        "whole centimes and its name ends in `_cents`."
    ),
    Kind.PERCENT: N_("a share between 0 and 1."),
    Kind.FLAG: N_("`true` or `false`; `yes`, `no`, `oui`, `non`, `1` and `0` are read too. In SQLite 1 or 0."),
}

KIND_NAMES = {
    Kind.TEXT: N_("text"),
    Kind.CODE: N_("code"),
    Kind.CODES: N_("codes"),
    Kind.INTEGER: N_("whole number"),
    Kind.DECIMAL: N_("number"),
    Kind.YEAR: N_("year"),
    Kind.DATE: N_("date"),
    Kind.PARTIAL_DATE: N_("day, month or year"),
    Kind.MONEY: N_("amount"),
    Kind.PERCENT: N_("share"),
    Kind.FLAG: N_("yes or no"),
}

# A department, within a longer code too: 20 was Corsica, which is 2A and 2B.
_DEPARTMENT = "(0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5])"
PATTERNS = {
    Shape.SLUG: "[a-z0-9]+(-[a-z0-9]+)*",
    Shape.DEPARTMENT: f"({_DEPARTMENT}|9[78][0-9])",
    Shape.COMMUNE: f"({_DEPARTMENT}[0-9]{{3}}|9[78][0-9]{{3}})",
    Shape.NEIGHBOURHOOD: "Q[NP][0-9][0-9AB][0-9A-Z]{4}",
    Shape.SIREN: "[0-9]{9}",
    Shape.SHA256: "[0-9a-f]{64}",
}
"""The whole of a code, as a regular expression that XML Schema and Python read alike; a rating may be any text."""
DAY_MONTH_OR_YEAR = "[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"
"""The same of a day, a month or a year."""

SHAPES = {
    Shape.SLUG: N_("lower-case letters, digits and hyphens"),
    Shape.DEPARTMENT: N_("INSEE code of a department"),
    Shape.COMMUNE: N_("INSEE code of a commune"),
    Shape.NEIGHBOURHOOD: N_("official code of a neighbourhood: `QP` or `QN` and six characters"),
    Shape.RATING: N_("a rating of its scale, its decimals after a point or a comma"),
    Shape.SIREN: N_("nine digits with a valid check digit"),
    Shape.SHA256: N_("64 hexadecimal digits, in lower case"),
}
