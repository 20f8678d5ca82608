"""The registry of the French *centres de ressources politique de la ville* (CRPV), as a command."""

__version__ = "0.2.0"
