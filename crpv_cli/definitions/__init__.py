"""Every table and every column of the registry, defined once, as plain data.

All other packages use these definitions; they import almost nothing, so that a command that only reads starts fast.
"""
