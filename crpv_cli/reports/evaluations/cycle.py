"""How often a core mission is evaluated: see ``registry/queries/facts/mission_states.sql``."""

from crpv_cli.registry.queries import CYCLE_YEARS as DEFAULT_CYCLE_YEARS

__all__ = ["DEFAULT_CYCLE_YEARS"]
