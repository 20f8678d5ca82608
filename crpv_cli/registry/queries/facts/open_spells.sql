-- From which day to which day each centre exists, both inside: from the first day that "opened" may mean (1993 is
-- 1993-01-01) to the last that "closed" may mean. An unknown date is no bound. A label is another fact (see labelled.sql).
select
    *,
    coalesce(opened || substr('-01-01', length(opened) - 3), '') as opens,
    case length(closed)
        when 10 then closed
        when 7 then date(closed || '-01', '+1 month', '-1 day')
        when 4 then closed || '-12-31'
        else '9999-12-31'
    end as closes
from centres_on
