-- What a date says by itself: its year; the latest year that is over on it (its own last day is the end of a year); and the
-- day :within months later, where a day that the month lacks becomes its last.
select
    cast(substr(:as_of, 1, 4) as integer) as this_year,
    cast(substr(:as_of, 1, 4) as integer) - (substr(:as_of, 6) <> '12-31') as closed_year,
    coalesce(min(
        date(:as_of, '+' || :within || ' months'),
        date(:as_of, 'start of month', '+' || (:within + 1) || ' months', '-1 day')
    ), '9999-12-31') as soon
