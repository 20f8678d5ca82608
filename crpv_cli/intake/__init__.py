"""A file becomes checked records: bytes, rows, columns, values; nothing here writes to the registry."""
