-- From which day to which day each centre is open: from the later one of 1 January of the year of its creation and the
-- first day of its label, to the last day of its label; both days are inside. An unknown date is no bound.
select
    *,
    max(iif(since is null, '', printf('%04d-01-01', since)), coalesce(label_from, '')) as opens,
    coalesce(label_to, '9999-12-31') as closes
from centres
