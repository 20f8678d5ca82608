"""The registry of the French *centres de ressources politique de la ville* (CRPV), as a command and from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crpv_cli.api import CrpvError, Registry, Rows, Sheet, open

__version__ = "0.2.0"
__all__ = ["CrpvError", "Registry", "Rows", "Sheet", "__version__", "open"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - one of the names above
    """Import what is asked of the Python interface when it is: the command pays nothing for it."""
    if name in __all__:
        from crpv_cli import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
