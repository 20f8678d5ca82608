"""The SQLite file: where it is, how it is opened, what its tables are, and how records get in."""
