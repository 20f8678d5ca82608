"""Foreign official files, described as data: a TOML file says how their columns become those of a table.

``profile`` says what a profile is, ``parsing`` reads one, ``shipped`` finds those that come with crpv, ``conversions``
holds the named conversions of a cell, ``rows`` and ``transform`` turn a foreign grid into grids of our tables.
"""
