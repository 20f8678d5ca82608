-- One row a department: how much of :measure it holds in :geography, and which centres serve it on :as_of.
select department as code, name, region_code, region_name, overseas, value, quality, centres
from coverage
where measure = :measure and geography = :geography
order by length(department), department
