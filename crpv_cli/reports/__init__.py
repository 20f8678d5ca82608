"""One question each: a connection and what was asked go in, a ``Result`` comes out. Nothing prints here."""
