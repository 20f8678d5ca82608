-- Whether each centre has the State's label on :as_of: 1 if one is in force; 0 if none is, though one was before, or the first
-- one that is known is later and no renewal; null where it is not known, as of a centre of which no label is known at all.
select
    c.id as centre,
    case
        when exists (select 1 from labels_on where centre = c.id) then 1
        when exists (select 1 from labels where centre = c.id and (valid_from is null or valid_from <= :as_of)) then 0
        else (
            select iif(renewal = 0, 0, null) from labels where centre = c.id order by valid_from limit 1
        )
    end as labelled
from centres as c
