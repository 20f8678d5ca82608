"""One centre as a whole."""
