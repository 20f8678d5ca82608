"""Every fault that was seen around the transaction: each test fails where its mend is taken out."""
