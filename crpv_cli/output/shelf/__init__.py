"""What terminal, workbook and page have in common: cells, texts, layout."""
