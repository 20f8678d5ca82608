"""One question: who funds the centres."""
