select id, short_name, name from open_centres order by id
