-- The rows of funding that a sum is of: those that count, or with :stage those of that stage and no other.
select * from money where iif(:stage is null, counted, stage = :stage)
