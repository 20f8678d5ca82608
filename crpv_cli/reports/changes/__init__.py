"""One question: what changed between two dates."""
