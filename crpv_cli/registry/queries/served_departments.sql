select distinct department from served order by department
