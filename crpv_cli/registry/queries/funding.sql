-- The rows of funding that count, or with :stage those of it, from the year before :first to :last.
select *
from money_asked
where year between :first - 1 and :last and (:centre is null or centre = :centre)
order by year, centre, funder, scheme, stage, purpose, reference, source
