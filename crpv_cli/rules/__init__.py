"""What the 2017 framework asks of a centre, and what a consistent registry asks of its rows: one small function a rule.

A rule is given a ``Moment`` and yields ``Finding`` values; it never prints, and knows nothing of how it is shown.
It is in the module of its subject, which ``checking`` lists.
"""
