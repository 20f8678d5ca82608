"""Text documents (``docx``), which people paste into their notes."""
