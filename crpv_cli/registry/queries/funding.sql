-- The rows of funding that a sum of :stage is of (granted by default), from the year before :first to :last.
select *
from money_asked
where year between :first - 1 and :last
order by year, centre, funder, scheme, object, reference, locator, source
