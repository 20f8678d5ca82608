"""One question: how the core missions are evaluated."""
