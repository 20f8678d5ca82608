select id from open_centres where id = :centre
