"""One question: what the centres did."""
