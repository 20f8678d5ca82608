-- Which centres were open on a day of each year from :first to :last, of the year that runs up to :as_of.
select s.id as centre, y.year
from open_spells as s
join calendar as y on s.opens <= min(y.year || '-12-31', :as_of) and s.closes >= y.year || '-01-01'
