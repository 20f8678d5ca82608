-- What a date says by itself: its year; the latest year that is over on it (its own last day is the end of a year); the
-- geography of the neighbourhoods in force (décret n° 2023-1314: the list of 2024 from 1 January 2024); and the day :within
-- months later, where a day that the month lacks becomes its last.
select
    cast(substr(:as_of, 1, 4) as integer) as this_year,
    cast(substr(:as_of, 1, 4) as integer) - (substr(:as_of, 6) <> '12-31') as closed_year,
    iif(:as_of < '2024-01-01', '2015', '2024') as geography,
    coalesce(min(
        date(:as_of, '+' || :within || ' months'),
        date(:as_of, 'start of month', '+' || (:within + 1) || ' months', '-1 day')
    ), '9999-12-31') as soon
