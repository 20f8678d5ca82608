-- The years from :first to :last, up to that of :as_of.
select :first as year
where :first <= min(:last, (select this_year from moment))
union all
select year + 1 from calendar where year < min(:last, (select this_year from moment))
