-- One row a department: how much of :measure it holds by the counts in force, and which centres serve it on :as_of.
select
    department as code, name, region_code, region_name, overseas, geography, value, quality, centres, confidence, labelled,
    source
from coverage
where measure = :measure
order by length(department), department
