"""One question: who covers what."""
