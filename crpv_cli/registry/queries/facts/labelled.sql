-- Whether each centre has the State's label on :as_of: 1 or 0, null for a centre of which no label is known at all.
select
    c.id as centre,
    iif(
        exists (select 1 from labels where centre = c.id),
        exists (select 1 from labels_on where centre = c.id),
        null
    ) as labelled
from centres as c
