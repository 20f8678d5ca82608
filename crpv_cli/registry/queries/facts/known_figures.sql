-- The figures published of dates up to :as_of.
select * from published_figures where as_of <= :as_of
