"""The only folder that prints or writes: results for people and machines, messages, files."""
