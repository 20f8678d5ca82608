"""One question: what is agreed with the centres."""
