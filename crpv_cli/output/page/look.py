"""The look that somebody brings to a page: a stylesheet of their own, and a logo."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """What is put on a page besides what crpv brings.

    Attributes:
        css: a stylesheet that comes after ours; ``templates/look.css`` tells the properties that it may set.
        logo: the address of an image as a ``data:`` URI, since a page asks nothing of the network; empty for none.
        logo_text: what the image says, for those who do not see it; empty if it says nothing that the page does not.
    """

    css: str = ""
    logo: str = ""
    logo_text: str = ""
