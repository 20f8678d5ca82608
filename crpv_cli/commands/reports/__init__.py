"""The commands of ``crpv report``: one file a question."""
