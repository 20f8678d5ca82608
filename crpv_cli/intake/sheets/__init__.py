"""What a workbook says that its reader does not hand on. It runs in the child process (``intake/child.py``)."""
