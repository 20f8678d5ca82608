-- What is true on :as_of. A centre known by its year of creation is open from 1 January of that year;
-- an unknown date is no bound. Both bounds of a period are inside it.
with open_centres as (
    select *
    from centres
    where (since is null or since <= cast(substr(:as_of, 1, 4) as integer))
      and (label_from is null or label_from <= :as_of)
      and (label_to is null or label_to >= :as_of)
),
served as (
    select distinct p.centre, p.department
    from perimeters as p
    join open_centres as c on c.id = p.centre
    where (p.valid_from is null or p.valid_from <= :as_of)
      and (p.valid_to is null or p.valid_to >= :as_of)
)
