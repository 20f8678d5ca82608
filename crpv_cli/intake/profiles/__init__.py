"""Foreign official files, described as data: a TOML file says how their columns become those of a table.

``definition`` says what a profile is, ``parsing`` reads one, ``shipped`` finds those that come with crpv,
``conversions`` holds what a profile can do to a cell by name, ``grid`` turns a foreign grid into grids of our tables.
"""
