-- The budget of each centre and year that stands: approved accounts before a provisional budget.
select *
from (
    select
        b.*,
        coalesce(s.fictitious, 0) as fictitious,
        row_number() over (partition by b.centre, b.year order by b.status = 'provisional') as place
    from budgets as b
    left join sources as s on s.id = b.source
    where b.year <= (select this_year from moment)
)
where place = 1
