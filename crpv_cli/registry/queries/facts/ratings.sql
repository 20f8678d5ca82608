-- The ratings given, each with its scale.
select distinct e.rating, e.scale, s.minimum, s.maximum, s.levels
from evaluations as e
join scales as s on s.id = e.scale
where e.rating is not null
