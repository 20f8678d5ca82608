"""What the registry is made of: every table and every column, defined once, as plain data.

Every other room reads these definitions; they import nothing but the language module, so that a
command that only reads pays nothing for them.
"""
