-- The departments, and whether each is overseas.
select *, code glob '9[78]*' as overseas from departments
