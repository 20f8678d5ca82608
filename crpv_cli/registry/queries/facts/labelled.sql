-- Whether each centre has the State's label on :as_of: 1 or 0, null for a centre of which no label is known at all.
select
    c.id as centre,
    max(
        iif(l.centre is null, null,
            (l.valid_from is null or l.valid_from <= :as_of) and (l.valid_to is null or l.valid_to >= :as_of))
    ) as labelled
from centres as c
left join labels as l on l.centre = c.id
group by c.id
