"""What came back of a collection campaign, and what is still missing."""
