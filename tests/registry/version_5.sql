-- A registry as crpv 0.2.0 made it, with schema 5: what migrations are tried on. Never edited.
pragma application_id = 1129467990;
pragma user_version = 5;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'crpv','m001_first_tables','2026-11-27 08:27:04.925443+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'crpv','m002_neighbourhoods','2026-11-27 08:27:04.928595+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'crpv','m003_views','2026-11-27 08:27:04.933597+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'crpv','m004_working','2026-11-27 08:27:04.944313+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'crpv','m005_views','2026-11-27 08:27:04.948365+00:00');
CREATE TABLE activities (
        centre text not null references centres(id),
        mission text not null references missions(id),
        year integer not null check (year between 1970 and 2100),
        type text not null check (type in ('meeting', 'working-group', 'training', 'visit', 'support', 'study',
            'publication', 'other')),
        theme text,
        mode text check (mode in ('on-site', 'remote')),
        audience text check (audience in ('elected-officials', 'project-managers', 'local-staff', 'state-services',
            'landlords', 'associations', 'citizen-councils', 'academics', 'planning-agencies', 'chambers',
            'residents', 'other')),
        half_days integer check (half_days >= 0),
        actions integer check (actions >= 0),
        participants integer check (participants >= 0),
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    ;
INSERT INTO "activities" VALUES('oriv','skills',2024,'training','santé','on-site','project-managers',12,NULL,30,'report',NULL,1);
INSERT INTO "activities" VALUES('oriv','skills',2024,'visit',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
CREATE TABLE agreements (
        centre text not null references centres(id),
        funder text not null references funders(id),
        title text,
        starts_on text not null check (starts_on is date(starts_on, '+0 days')),
        ends_on text not null check (ends_on is date(ends_on, '+0 days')),
        signed_on text check (signed_on is null or signed_on is date(signed_on, '+0 days')),
        amount_cents integer check (amount_cents >= 0),
        reference text,
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        check (starts_on <= ends_on)
    ) strict
    ;
INSERT INTO "agreements" VALUES('oriv','etat','Convention','2024-01-01','2026-12-31','2023-12-01',1200050,'A1','report',NULL,1);
CREATE TABLE centres (
        id text primary key,
        name text not null,
        short_name text not null,
        legal_form text not null check (legal_form in ('association', 'gip', 'carried', 'unknown')),
        carrier text,
        siren text check (siren is null or (length(siren) = 9 and siren not glob '*[^0-9]*')),
        seat text,
        website text,
        since integer,
        label_from text check (label_from is null or label_from is date(label_from, '+0 days')),
        label_to text check (label_to is null or label_to is date(label_to, '+0 days')),
        co_funded integer not null check (co_funded in (0, 1)),
        exemption_reason text,
        confidence text check (confidence in ('high', 'medium', 'low')),
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        check (label_to is null or label_from is null or label_from <= label_to),
        check (co_funded = 1 or exemption_reason is not null)
    ) strict
    ;
INSERT INTO "centres" VALUES('oriv','Observatoire régional','ORIV','association',NULL,NULL,'Strasbourg',NULL,NULL,'2020-01-01',NULL,1,NULL,NULL,'report','a note',2);
INSERT INTO "centres" VALUES('paris','Centre de Paris','Paris','unknown',NULL,NULL,'Paris',NULL,NULL,NULL,NULL,0,'funded by one body',NULL,'report','first note',1);
CREATE TABLE changes (
        id integer primary key,
        load integer not null references loads(id),
        file integer references load_files(id),
        line integer,                  -- physical line on which the row starts in the file
        table_name text not null,
        key text not null,             -- JSON object: the natural key
        action text not null check (action in ('insert', 'update', 'delete')),
        before text check (before is null or json_valid(before)),  -- changed columns, or the deleted row
        after text check (after is null or json_valid(after))      -- changed columns; null for an insert
    ) strict
    ;
INSERT INTO "changes" VALUES(1,1,1,2,'sources','{"id":"report"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(2,1,1,3,'sources','{"id":"list"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(3,1,2,2,'departments','{"code":"67"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(4,1,2,3,'departments','{"code":"68"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(5,1,2,4,'departments','{"code":"2A"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(6,1,3,2,'neighbourhoods','{"code":"QN06701A"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(7,1,4,2,'centres','{"id":"oriv"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(8,1,4,3,'centres','{"id":"paris"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(9,1,5,2,'perimeters','{"centre":"oriv","department":"67","valid_from":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(10,1,5,3,'perimeters','{"centre":"oriv","department":"68","valid_from":"2020-01-01"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(11,1,6,2,'funders','{"id":"etat"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(12,1,6,3,'funders','{"id":"ville"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(13,1,7,2,'funding','{"centre":"oriv","funder":"etat","year":2023,"scheme":"P147","stage":"granted","purpose":null,"reference":null,"source":"report"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(14,1,8,2,'missions','{"id":"skills"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(15,1,8,3,'missions','{"id":"animation"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(16,1,8,4,'missions','{"id":"complementary"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(17,1,9,2,'scales','{"id":"one-to-four"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(18,1,9,3,'scales','{"id":"letters"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(19,1,10,2,'evaluations','{"centre":"oriv","mission":"skills","year":2023,"kind":"joint"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(20,1,11,2,'governance','{"centre":"oriv","organ":"board","member":"Préfecture","role":"member","valid_from":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(21,1,11,3,'governance','{"centre":"oriv","organ":"board","member":"Ville","role":"chair","valid_from":"2020-01-01"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(22,1,12,2,'agreements','{"centre":"oriv","funder":"etat","starts_on":"2024-01-01","reference":"A1"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(23,1,13,2,'activities','{"centre":"oriv","mission":"skills","year":2024,"type":"training","theme":"santé","mode":"on-site","audience":"project-managers","source":"report"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(24,1,13,3,'activities','{"centre":"oriv","mission":"skills","year":2024,"type":"visit","theme":null,"mode":null,"audience":null,"source":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(25,1,14,2,'exceptions','{"rule":"funding-shared","centre":"paris","department":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(26,2,15,2,'centres','{"id":"oriv"}','update','{"load": 1, "name": "Observatoire", "note": null}','{"name": "Observatoire régional", "note": "a note"}');
CREATE TABLE departments (
        code text primary key check (code glob '[0-9][0-9AB]' or code glob '9[78][0-9]'),
        name text not null,
        region_code text not null,
        region_name text not null,
        source text references sources(id),
        load integer not null references loads(id)
    ) strict
    ;
INSERT INTO "departments" VALUES('67','Bas-Rhin','44','Grand Est','list',1);
INSERT INTO "departments" VALUES('68','Haut-Rhin','44','Grand Est','list',1);
INSERT INTO "departments" VALUES('2A','Corse-du-Sud','94','Corse','list',1);
CREATE TABLE evaluations (
        centre text not null references centres(id),
        mission text not null references missions(id),
        year integer not null check (year between 1970 and 2100),
        kind text not null check (kind in ('self', 'joint', 'external')),
        scale text references scales(id),
        rating text,
        evaluator text,
        evaluated_on text check (evaluated_on is null or evaluated_on is date(evaluated_on, '+0 days')),
        summary text,
        recommendation text,
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        primary key (centre, mission, year, kind),
        check (rating is null or scale is not null)
    ) strict
    ;
INSERT INTO "evaluations" VALUES('oriv','skills',2023,'joint','one-to-four','3',NULL,NULL,'Good',NULL,NULL,NULL,1);
CREATE TABLE exceptions (
        rule text not null,
        centre text references centres(id),
        department text references departments(code),
        valid_from text check (valid_from is null or valid_from is date(valid_from, '+0 days')),
        valid_to text not null check (valid_to is date(valid_to, '+0 days')),
        reason text not null,
        accepted_by text,
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        check (centre is null or department is null),
        check (valid_from is null or valid_from <= valid_to)
    ) strict
    ;
INSERT INTO "exceptions" VALUES('funding-shared','paris',NULL,NULL,'2027-12-31','one body',NULL,NULL,NULL,1);
CREATE TABLE funders (
        id text primary key,
        name text not null,
        kind text not null check (kind in ('state', 'region', 'department', 'intercommunality', 'commune',
            'public_bank', 'caf', 'landlord', 'europe', 'members', 'other')),
        siren text check (siren is null or (length(siren) = 9 and siren not glob '*[^0-9]*')),
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    ;
INSERT INTO "funders" VALUES('etat','État','state',NULL,NULL,NULL,1);
INSERT INTO "funders" VALUES('ville','Ville','commune',NULL,NULL,NULL,1);
CREATE TABLE funding (
        centre text not null references centres(id),
        funder text not null references funders(id),
        year integer not null check (year between 1970 and 2100),
        scheme text,
        stage text not null check (stage in ('requested', 'granted', 'paid')),
        amount_cents integer not null,
        purpose text,
        reference text,
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    ;
INSERT INTO "funding" VALUES('oriv','etat',2023,'P147','granted',123450,NULL,NULL,'report','first',1);
CREATE TABLE governance (
        centre text not null references centres(id),
        organ text not null check (organ in ('assembly', 'board', 'bureau', 'steering', 'scientific', 'other')),
        member text not null,
        member_kind text not null check (member_kind in ('state', 'region', 'department', 'intercommunality',
            'commune', 'public_bank', 'caf', 'landlord', 'association', 'academic', 'residents', 'person', 'other')),
        role text not null check (role in ('chair', 'vice-chair', 'treasurer', 'secretary', 'member', 'observer',
            'director')),
        valid_from text check (valid_from is null or valid_from is date(valid_from, '+0 days')),
        valid_to text check (valid_to is null or valid_to is date(valid_to, '+0 days')),
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        check (valid_from is null or valid_to is null or valid_from <= valid_to)
    ) strict
    ;
INSERT INTO "governance" VALUES('oriv','board','Préfecture','state','member',NULL,NULL,'report',NULL,1);
INSERT INTO "governance" VALUES('oriv','board','Ville','commune','chair','2020-01-01',NULL,'report',NULL,1);
CREATE TABLE load_files (
        id integer primary key,
        load integer not null references loads(id),
        path text not null,
        sheet text,                    -- of a workbook
        sha256 text not null,
        table_name text not null,
        profile text,                  -- through which a foreign file was read
        places text not null check (json_valid(places)),  -- column -> its heading, or its letter in a sheet
        rows_read integer not null,
        inserted integer not null,
        updated integer not null,
        unchanged integer not null,
        refused integer not null
    ) strict
    ;
INSERT INTO "load_files" VALUES(1,1,'/home/user/sources.csv',NULL,'e719ee5fee993f2614fe6f8029bd08ffd38aa1a2f960e9f665fb8100963ab5f0','sources',NULL,'{"id": "id", "title": "title", "fictitious": "fictitious"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(2,1,'/home/user/departments.csv',NULL,'a9383ec0249a2316d0ac480d78e4c4eff4534669a335c2a1415fa1f7a9fb3ab9','departments',NULL,'{"code": "code", "name": "name", "region_code": "region_code", "region_name": "region_name", "source": "source"}',3,3,0,0,0);
INSERT INTO "load_files" VALUES(3,1,'/home/user/neighbourhoods.csv',NULL,'97bf2d31d53ae8e6c4dc3e78c718b8cf4701b26f4a9d81a35be97ac03872e165','neighbourhoods',NULL,'{"code": "code", "name": "name", "geography": "geography", "department": "department", "source": "source"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(4,1,'/home/user/centres.csv',NULL,'e28f6e4315e10a185a1e60a9e7d03ccd34962fb57bbf32824744ac01d19055fb','centres',NULL,'{"id": "id", "name": "name", "short_name": "short_name", "legal_form": "legal_form", "seat": "seat", "label_from": "label_from", "co_funded": "co_funded", "exemption_reason": "exemption_reason", "source": "source", "note": "note"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(5,1,'/home/user/perimeters.csv',NULL,'aceb2aa3840d353fac2f6d088006b8bfaff9586b68002f482d3df706409e9a17','perimeters',NULL,'{"centre": "centre", "department": "department", "valid_from": "valid_from", "source": "source"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(6,1,'/home/user/funders.csv',NULL,'12ede524d74daa18cb90ed4bb4f3ba6aa1abae541eb7a4ce7cbc9862c253a57e','funders',NULL,'{"id": "id", "name": "name", "kind": "kind"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(7,1,'/home/user/funding.csv',NULL,'972054af1e445d815e7abc92c460080f501198f2d7f3d339385b521bd7b24bdd','funding',NULL,'{"centre": "centre", "funder": "funder", "year": "year", "scheme": "scheme", "stage": "stage", "amount": "amount", "purpose": "purpose", "reference": "reference", "source": "source", "note": "note"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(8,1,'/home/user/missions.csv',NULL,'df53a7d64a5c77603f992d0901e51b6db787d4a82ed7d057364dcfeb9847745f','missions',NULL,'{"id": "id", "name_fr": "name_fr", "name_en": "name_en", "core": "core"}',3,3,0,0,0);
INSERT INTO "load_files" VALUES(9,1,'/home/user/scales.csv',NULL,'0e3c3e2aafc8a30dfa1c7467053e75d379a01c9ac77a1ed3f3747f4a88d48482','scales',NULL,'{"id": "id", "name": "name", "minimum": "minimum", "maximum": "maximum", "levels": "levels"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(10,1,'/home/user/evaluations.csv',NULL,'5f96c34427a3e326a9467c212507540dece2b8c4c3afb6b07b1fe5fb0b79e6f7','evaluations',NULL,'{"centre": "centre", "mission": "mission", "year": "year", "kind": "kind", "scale": "scale", "rating": "rating", "summary": "summary"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(11,1,'/home/user/governance.csv',NULL,'24c5dd352041934c09a160c26b9cebcdb545281709e3c6aa2236eae24916ed2f','governance',NULL,'{"centre": "centre", "organ": "organ", "member": "member", "member_kind": "member_kind", "role": "role", "valid_from": "valid_from", "source": "source"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(12,1,'/home/user/agreements.csv',NULL,'aa29a6e0b326596ca7b588412951d276b6f34f11c0d81fad86f745981ddcc1e6','agreements',NULL,'{"centre": "centre", "funder": "funder", "title": "title", "starts_on": "starts_on", "ends_on": "ends_on", "signed_on": "signed_on", "amount": "amount", "reference": "reference", "source": "source"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(13,1,'/home/user/activities.csv',NULL,'07e4513e57d0d8f6afcf8f27025d192b62d50534a7d010e72e663348dca983b3','activities',NULL,'{"centre": "centre", "mission": "mission", "year": "year", "type": "type", "theme": "theme", "mode": "mode", "audience": "audience", "half_days": "half_days", "participants": "participants", "source": "source"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(14,1,'/home/user/exceptions.csv',NULL,'65bca4dc53eb80bd98bbf3558177f6b7fad0b1f80a466194c948221c2567c414','exceptions',NULL,'{"rule": "rule", "centre": "centre", "valid_to": "valid_to", "reason": "reason"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(15,2,'/home/user/centres.csv',NULL,'df083128412005238b4a87c9de8b03176c6cbfb440fd754f475762ced6d7c3d9','centres',NULL,'{"id": "id", "name": "name", "short_name": "short_name", "legal_form": "legal_form", "co_funded": "co_funded", "note": "note"}',1,0,1,0,0);
CREATE TABLE loads (
        id integer primary key,
        at text not null,              -- UTC, ISO 8601
        who text not null,
        command text not null,
        version text not null,         -- of crpv
        undoes integer references loads(id),
        inserted integer not null default 0,
        updated integer not null default 0,
        deleted integer not null default 0
    ) strict
    ;
INSERT INTO "loads" VALUES(1,'2026-11-27T08:27:05+00:00','user','load','0.2.0',NULL,25,0,0);
INSERT INTO "loads" VALUES(2,'2026-11-27T08:27:05+00:00','user','load','0.2.0',NULL,0,1,0);
CREATE TABLE missions (
        id text primary key,
        name_fr text not null,
        name_en text not null,
        core integer not null check (core in (0, 1)),
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    ;
INSERT INTO "missions" VALUES('skills','Compétences','Skills',1,NULL,NULL,1);
INSERT INTO "missions" VALUES('animation','Animation','Animation',1,NULL,NULL,1);
INSERT INTO "missions" VALUES('complementary','Autres','Others',0,NULL,NULL,1);
CREATE TABLE neighbourhoods (
        code text primary key check (code glob 'Q[NP][0-9][0-9AB][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z]'),
        name text not null,
        geography text not null check (geography in ('2015', '2024')),
        department text not null references departments(code),
        communes text,                 -- INSEE codes, parted by spaces
        commune_names text,
        epci text,                     -- SIREN, several parted by spaces
        epci_name text,
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    ;
INSERT INTO "neighbourhoods" VALUES('QN06701A','Hautepierre','2024','67',NULL,NULL,NULL,NULL,'list',NULL,1);
CREATE TABLE perimeters (
        centre text not null references centres(id),
        department text not null references departments(code),
        valid_from text check (valid_from is null or valid_from is date(valid_from, '+0 days')),
        valid_to text check (valid_to is null or valid_to is date(valid_to, '+0 days')),
        confidence text check (confidence in ('high', 'medium', 'low')),
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        check (valid_from is null or valid_to is null or valid_from <= valid_to)
    ) strict
    ;
INSERT INTO "perimeters" VALUES('oriv','67',NULL,NULL,NULL,'list',NULL,1);
INSERT INTO "perimeters" VALUES('oriv','68','2020-01-01',NULL,NULL,'list',NULL,1);
CREATE TABLE published_figures (
        id text primary key,
        measure text not null,
        value real not null,
        unit text not null,
        as_of text not null check (as_of is date(as_of, '+0 days')),
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    ;
CREATE TABLE scales (
        id text primary key,
        name text not null,
        minimum real,
        maximum real,
        levels text,
        official integer check (official in (0, 1)),
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        -- "is true": a comparison with an unknown bound is unknown, which a check lets through
        check (levels is not null or (minimum < maximum) is true)
    ) strict
    ;
INSERT INTO "scales" VALUES('one-to-four','1 to 4',1.0,4.0,NULL,NULL,NULL,NULL,1);
INSERT INTO "scales" VALUES('letters','Letters',NULL,NULL,'D | C | B | A',NULL,NULL,NULL,1);
CREATE TABLE sources (
        id text primary key,
        title text not null,
        publisher text,
        published_on text,
        licence text,
        url text,
        fictitious integer check (fictitious in (0, 1)),
        load integer not null references loads(id)
    ) strict
    ;
INSERT INTO "sources" VALUES('report','Annual report',NULL,NULL,NULL,NULL,0,1);
INSERT INTO "sources" VALUES('list','Official list',NULL,NULL,NULL,NULL,0,1);
CREATE TABLE territory_counts (
        department text not null references departments(code),
        measure text not null check (measure in ('neighbourhoods', 'contracts', 'inhabitants')),
        geography text not null check (geography in ('2015', '2024')),
        value integer not null check (value >= 0),
        quality text not null check (quality in ('exact', 'minimum', 'previous-geography')),
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        primary key (department, measure, geography)
    ) strict
    ;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX changes_by_row on changes (table_name, key);
CREATE INDEX changes_by_load on changes (load);
CREATE UNIQUE INDEX perimeters_key on perimeters (centre, department, ifnull(valid_from, ''));
CREATE INDEX perimeters_by_department on perimeters (department);
CREATE UNIQUE INDEX funding_key on funding (centre, funder, year, ifnull(scheme, ''), stage,
        ifnull(purpose, ''), ifnull(reference, ''), ifnull(source, ''))
    ;
CREATE INDEX neighbourhoods_by_department on neighbourhoods (department);
CREATE VIEW v_funding as
    with staged as (
        select
            f.*,
            max(f.stage = 'paid') over (partition by f.centre, f.funder, f.year, lower(f.scheme)) as paid_scheme,
            max(f.stage = 'paid' and f.scheme is null) over (partition by f.centre, f.funder, f.year) as paid_unnamed,
            max(f.stage = 'paid') over (partition by f.centre, f.funder, f.year) as paid_any
        from funding as f
        where f.year <= cast(strftime('%Y', 'now', 'localtime') as integer)
    )
    select
        f.centre,
        c.short_name,
        f.funder,
        u.name as funder_name,
        u.kind as funder_kind,
        f.year,
        f.scheme,
        f.stage,
        f.amount_cents / 100.0 as amount,
        case f.stage
            when 'paid' then 1
            when 'granted' then not (f.paid_scheme or f.paid_unnamed or (f.scheme is null and f.paid_any))
            else 0
        end as counted,
        f.purpose,
        f.reference,
        f.source,
        s.title as source_title,
        f.note,
        coalesce(s.fictitious, 0) as fictitious
    from staged as f
    join centres as c on c.id = f.centre
    join funders as u on u.id = f.funder
    left join sources as s on s.id = f.source;
CREATE VIEW v_funding_by_centre as
    with counted as (
        select * from v_funding where counted = 1
    ),
    rows_wanted as (
        select c.id as centre, y.year
        from centres as c
        cross join (select distinct year from counted) as y
        where (c.since is null or c.since <= y.year)
          and (c.label_from is null or c.label_from <= min(y.year || '-12-31', date('now', 'localtime')))
          and (c.label_to is null or c.label_to >= y.year || '-01-01')
        union
        select centre, year from counted
    ),
    sums as (
        select
            w.centre,
            w.year,
            round(sum(f.amount) filter (where f.funder_kind = 'state'), 2) as state,
            round(sum(f.amount) filter (
                where f.funder_kind in ('region', 'department', 'intercommunality', 'commune')
            ), 2) as local,
            round(sum(f.amount) filter (
                where f.funder_kind not in ('state', 'region', 'department', 'intercommunality', 'commune')
            ), 2) as other,
            round(sum(f.amount), 2) as total,
            count(f.centre) as payments,
            coalesce(max(f.fictitious), 0) as fictitious
        from rows_wanted as w
        left join counted as f on f.centre = w.centre and f.year = w.year
        group by w.centre, w.year
    )
    select
        s.centre,
        c.short_name,
        s.year,
        s.state,
        s.local,
        s.other,
        s.total,
        iif(s.state is not null and s.local is not null and s.total > 0, round(s.state / s.total, 6), null)
            as state_share,
        s.payments > 0 as known,
        s.fictitious
    from sums as s
    join centres as c on c.id = s.centre;
CREATE VIEW v_evaluation_latest as
    with known as (
        select
            e.*,
            row_number() over (
                partition by e.centre, e.mission
                order by e.year desc, case e.kind when 'external' then 0 when 'joint' then 1 else 2 end
            ) as choice
        from evaluations as e
        join centres as c on c.id = e.centre and (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'))
        join missions as m on m.id = e.mission and m.core = 1
        where e.year <= cast(strftime('%Y', 'now', 'localtime') as integer) and (e.evaluated_on is null or e.evaluated_on <= date('now', 'localtime'))
    ),
    latest as (
        select k.*, replace(trim(k.rating), ',', '.') as figure, s.minimum, s.maximum, s.levels
        from known as k
        left join scales as s on s.id = k.scale
        where k.choice = 1
    )
    select
        c.id as centre,
        c.short_name,
        m.id as mission,
        -- Without any evaluation in the registry, nothing is known: that is not the same as none evaluated.
        iif(exists (select 1 from known), l.centre is not null, null) as evaluated,
        l.year,
        l.kind,
        l.rating,
        l.scale,
        round(case
            when l.levels is not null then (
                select place * 1.0 / (levels - 1)
                from (
                    select
                        row_number() over (order by key) - 1 as place,
                        count(*) over () as levels,
                        lower(trim(value)) as level
                    from json_each('[' || replace(json_quote(l.levels), '|', '","') || ']')
                    where trim(value) <> ''
                )
                where level = lower(l.rating) and levels > 1
            )
            when (l.figure glob '[0-9]*' or l.figure glob '-[0-9]*')
                and ltrim(l.figure, '-') not glob '*[^0-9.]*'
                and cast(l.figure as real) between l.minimum and l.maximum
                and l.minimum < l.maximum
            then (cast(l.figure as real) - l.minimum) / (l.maximum - l.minimum)
        end, 6) as position,
        l.evaluator,
        l.evaluated_on,
        l.summary,
        l.recommendation,
        l.source,
        -- That a mission is not evaluated rests on what the registry holds: on fictitious rows, where there are any.
        coalesce(
            iif(l.centre is null, (
                select max(f.fictitious) from known as k join sources as f on f.id = k.source
                join missions as o on o.id = k.mission and o.core = 1
            ), s.fictitious), 0
        ) as fictitious
    from centres as c
    cross join missions as m
    left join latest as l on l.centre = c.id and l.mission = m.id
    left join sources as s on s.id = l.source
    where m.core = 1 and (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'));
CREATE VIEW v_coverage as
    with served as (
        select distinct p.centre, p.department, coalesce(s.fictitious, 0) as fictitious
        from perimeters as p
        join centres as c on c.id = p.centre and (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'))
        left join sources as s on s.id = p.source
        where (p.valid_from is null or p.valid_from <= date('now', 'localtime')) and (p.valid_to is null or p.valid_to >= date('now', 'localtime'))
),
    counts as (
        select
            t.department,
            t.geography,
            max(iif(t.measure = 'neighbourhoods', t.value, null)) as neighbourhoods,
            max(iif(t.measure = 'contracts', t.value, null)) as contracts,
            max(iif(t.measure = 'inhabitants', t.value, null)) as inhabitants,
            max(coalesce(s.fictitious, 0)) as fictitious
        from territory_counts as t
        left join sources as s on s.id = t.source
        group by t.department, t.geography
    )
    select
        d.code as department,
        d.name,
        d.region_code,
        d.region_name,
        d.code glob '9[78]*' as overseas,
        g.geography,
        t.neighbourhoods,
        t.contracts,
        t.inhabitants,
        exists (select 1 from served where department = d.code) as covered,
        (
            select group_concat(centre, ' ')
            from (select distinct centre from served where department = d.code order by centre)
        ) as centres,
        max(
            coalesce(t.fictitious, 0),
            coalesce((select max(fictitious) from served where department = d.code), 0)
        ) as fictitious
    from departments as d
    cross join (select '2015' as geography union all select '2024') as g
    left join counts as t on t.department = d.code and t.geography = g.geography;
CREATE VIEW v_coverage_totals as
    with measured as (
        select geography, 'neighbourhoods' as measure, neighbourhoods as value, covered, fictitious from v_coverage
        union all
        select geography, 'contracts', contracts, covered, fictitious from v_coverage
        union all
        select geography, 'inhabitants', inhabitants, covered, fictitious from v_coverage
        union all
        select geography, 'departments', iif(neighbourhoods > 0, 1, 0), covered, fictitious from v_coverage
    ),
    sums as (
        select
            geography,
            measure,
            coalesce(sum(value) filter (where covered = 1), 0) as covered,
            coalesce(sum(value), 0) as total,
            max(fictitious) as fictitious
        from measured
        group by geography, measure
    )
    select
        geography,
        measure,
        covered,
        total,
        total - covered as uncovered,
        iif(total > 0, round(covered * 1.0 / total, 6), null) as share,
        fictitious
    from sums;
CREATE VIEW v_centres as
    with support as (
        select
            centre,
            year,
            round(sum(amount), 2) as amount,
            max(fictitious) as fictitious,
            row_number() over (partition by centre order by year desc) as choice
        from v_funding
        where counted = 1 and funder_kind = 'state'
        group by centre, year
    ),
    evaluated as (
        select centre, count(*) as missions, max(fictitious) as fictitious
        from v_evaluation_latest
        where evaluated = 1
        group by centre
    )
    select
        c.id,
        c.name,
        c.short_name,
        c.legal_form,
        c.carrier,
        c.siren,
        c.seat,
        c.website,
        c.since,
        c.label_from,
        c.label_to,
        c.co_funded,
        c.exemption_reason,
        c.confidence,
        c.source,
        c.note,
        (
            select group_concat(department, ' ')
            from (
                select distinct department from (
        select distinct p.centre, p.department, coalesce(s.fictitious, 0) as fictitious
        from perimeters as p
        join centres as c on c.id = p.centre and (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'))
        left join sources as s on s.id = p.source
        where (p.valid_from is null or p.valid_from <= date('now', 'localtime')) and (p.valid_to is null or p.valid_to >= date('now', 'localtime'))
) where centre = c.id
                order by length(department), department
            )
        ) as departments,
        f.amount as state_support,
        f.year as state_support_year,
        iif(exists (select 1 from evaluated), coalesce(e.missions, 0), null) as missions_evaluated,
        (select count(*) from missions where core = 1) as core_missions,
        max(coalesce(e.fictitious, 0), coalesce(f.fictitious, 0), coalesce(s.fictitious, 0)) as fictitious
    from centres as c
    left join sources as s on s.id = c.source
    left join support as f on f.centre = c.id and f.choice = 1
    left join evaluated as e on e.centre = c.id
    where (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'));
CREATE UNIQUE INDEX governance_key on governance (centre, organ, member, role, ifnull(valid_from, ''));
CREATE UNIQUE INDEX agreements_key on agreements (centre, funder, starts_on, ifnull(reference, ''));
CREATE UNIQUE INDEX activities_key on activities (centre, mission, year, type, ifnull(theme, ''),
        ifnull(mode, ''), ifnull(audience, ''), ifnull(source, ''))
    ;
CREATE INDEX activities_by_year on activities (year);
CREATE UNIQUE INDEX exceptions_key on exceptions (rule, ifnull(centre, ''), ifnull(department, ''));
CREATE VIEW v_activity as
    select
        a.centre,
        c.short_name,
        a.mission,
        m.name_fr as mission_name_fr,
        m.name_en as mission_name_en,
        a.year,
        a.type,
        a.theme,
        a.mode,
        a.audience,
        a.half_days,
        a.actions,
        a.participants,
        a.source,
        s.title as source_title,
        a.note,
        coalesce(s.fictitious, 0) as fictitious
    from activities as a
    join centres as c on c.id = a.centre
    join missions as m on m.id = a.mission
    left join sources as s on s.id = a.source
    where a.year <= cast(strftime('%Y', 'now', 'localtime') as integer);
CREATE VIEW v_activity_by_centre as
    with rows_wanted as (
        select c.id as centre, y.year
        from centres as c
        cross join (select distinct year from v_activity) as y
        where (c.since is null or c.since <= y.year)
          and (c.label_from is null or c.label_from <= min(y.year || '-12-31', date('now', 'localtime')))
          and (c.label_to is null or c.label_to >= y.year || '-01-01')
        union
        select centre, year from v_activity
    )
    select
        w.centre,
        c.short_name,
        w.year,
        count(a.centre) > 0 as reported,
        sum(a.half_days) filter (where a.mission = 'animation') as animation,
        sum(a.half_days) filter (where a.mission = 'skills') as skills,
        sum(a.half_days) filter (where a.mission = 'capitalisation') as capitalisation,
        sum(a.half_days) filter (where a.mission = 'complementary') as complementary,
        sum(a.half_days) as half_days,
        sum(a.actions) as actions,
        sum(a.participants) as participants,
        coalesce(max(a.fictitious), 0) as fictitious
    from rows_wanted as w
    join centres as c on c.id = w.centre
    left join v_activity as a on a.centre = w.centre and a.year = w.year
    group by w.centre, c.short_name, w.year;
CREATE VIEW v_agreements as
    with known as (
        select * from agreements where signed_on is null or signed_on <= date('now', 'localtime')
    ),
    followed as (
        select
            k.*,
            (
                select min(o.starts_on) from known as o
                where o.centre = k.centre and o.funder = k.funder and o.ends_on > k.ends_on
            ) as next_starts_on
        from known as k
    ),
    placed as (
        select
            f.*,
            case
                when f.starts_on > date('now', 'localtime') then 'future'
                when f.ends_on < date('now', 'localtime') then iif(f.next_starts_on <= date('now', 'localtime'), 'ended', 'ended-without-successor')
                when f.ends_on <= min(
            date(date('now', 'localtime'), '+12 months'), date(date('now', 'localtime'), 'start of month', '+13 months', '-1 day')
        ) then 'ending'
                else 'running'
            end as status
        from followed as f
    )
    select
        p.centre,
        c.short_name,
        p.funder,
        u.name as funder_name,
        u.kind,
        p.title,
        p.starts_on,
        p.ends_on,
        iif(p.status in ('running', 'ending'), cast(julianday(p.ends_on) - julianday(date('now', 'localtime')) as integer), null)
            as days_left,
        p.status,
        p.next_starts_on is not null as renewed,
        p.amount_cents / 100.0 as amount,
        p.reference,
        p.source,
        coalesce(s.fictitious, 0) as fictitious
    from placed as p
    join centres as c on c.id = p.centre
    join funders as u on u.id = p.funder
    left join sources as s on s.id = p.source;
CREATE VIEW v_governance as
    select
        g.centre,
        c.short_name,
        g.organ,
        g.member,
        g.member_kind,
        g.role,
        g.valid_from,
        g.valid_to,
        g.source,
        s.title as source_title,
        g.note,
        coalesce(s.fictitious, 0) as fictitious
    from governance as g
    join centres as c on c.id = g.centre
    left join sources as s on s.id = g.source
    where (g.valid_from is null or g.valid_from <= date('now', 'localtime')) and (g.valid_to is null or g.valid_to >= date('now', 'localtime'));
CREATE VIEW v_evaluation_series as
    with chosen as (
        select
            e.*,
            row_number() over (
                partition by e.centre, e.mission, e.year
                order by case e.kind when 'external' then 0 when 'joint' then 1 else 2 end
            ) as choice
        from evaluations as e
        join centres as c on c.id = e.centre and (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'))
        join missions as m on m.id = e.mission and m.core = 1
        where e.year <= cast(strftime('%Y', 'now', 'localtime') as integer) and (e.evaluated_on is null or e.evaluated_on <= date('now', 'localtime'))
    ),
    rated as (
        select
            k.*,
            s.minimum,
            s.maximum,
            s.levels,
            replace(trim(k.rating), ',', '.') as figure,
            row_number() over (partition by k.centre, k.mission order by k.year desc) = 1 as latest,
            -- How many ratings there are up to this one: the one before it has one less.
            count(k.rating) over (partition by k.centre, k.mission order by k.year) as ratings
        from chosen as k
        left join scales as s on s.id = k.scale
        where k.choice = 1
    ),
    placed as (
        select
            r.*,
            (
                select count(*) - 1
                from json_each('[' || replace(json_quote(r.levels), '|', '","') || ']')
                where trim(value) <> ''
            ) as level_steps,
            case
                when r.levels is not null then (
                    select place * 1.0 / (levels - 1)
                    from (
                        select
                            row_number() over (order by key) - 1 as place,
                            count(*) over () as levels,
                            lower(trim(value)) as level
                        from json_each('[' || replace(json_quote(r.levels), '|', '","') || ']')
                        where trim(value) <> ''
                    )
                    where level = lower(r.rating) and levels > 1
                )
                when (r.figure glob '[0-9]*' or r.figure glob '-[0-9]*')
                    and ltrim(r.figure, '-') not glob '*[^0-9.]*'
                    and cast(r.figure as real) between r.minimum and r.maximum
                    and r.minimum < r.maximum
                then (cast(r.figure as real) - r.minimum) / (r.maximum - r.minimum)
            end as exact
        from rated as r
    ),
    moved as (
        select
            n.*,
            b.year as previous_year,
            b.rating as previous_rating,
            -- Steps of the scale on one scale, positions across two: what is the same is not a hair's breadth apart.
            iif(
                n.scale = b.scale,
                round((n.exact - b.exact) * iif(n.levels is not null, n.level_steps, n.maximum - n.minimum), 4),
                round(n.exact - b.exact, 6)
            ) as moved
        from placed as n
        left join placed as b
            on b.centre = n.centre and b.mission = n.mission and b.year < n.year and b.rating is not null
           and b.ratings = n.ratings - (n.rating is not null)
    )
    select
        v.centre,
        c.short_name,
        v.mission,
        v.year,
        v.latest,
        v.kind,
        v.rating,
        v.scale,
        round(v.exact, 6) as position,
        v.previous_year,
        v.previous_rating,
        case when v.moved > 0 then 'improving' when v.moved < 0 then 'slipping' when v.moved = 0 then 'stable' end
            as trend,
        v.evaluator,
        v.evaluated_on,
        v.source,
        coalesce(s.fictitious, 0) as fictitious
    from moved as v
    join centres as c on c.id = v.centre
    left join sources as s on s.id = v.source;
CREATE VIEW v_network as
    with covered as (
        select * from v_coverage_totals where geography = iif(date('now', 'localtime') < '2024-01-01', '2015', '2024')
    ),
    -- The latest year of which State support is known, else the latest of which any is.
    funded as (
        select coalesce(max(iif(funder_kind = 'state', year, null)), max(year), cast(strftime('%Y', 'now', 'localtime') as integer)) as year
        from v_funding
        where stage in ('granted', 'paid')
    ),
    money as (
        select
            round(sum(amount) filter (where funder_kind = 'state'), 2) as state,
            round(sum(amount) filter (
                where funder_kind in ('region', 'department', 'intercommunality', 'commune')
            ), 2) as local,
            round(sum(amount) filter (
                where funder_kind not in ('state', 'region', 'department', 'intercommunality', 'commune')
            ), 2) as other,
            round(sum(amount), 2) as total,
            coalesce(max(fictitious), 0) as fictitious
        from v_funding
        where counted = 1 and year = (select year from funded)
    ),
    state_support as (
        select centre, year, sum(amount) as amount
        from v_funding
        where counted = 1 and funder_kind = 'state'
        group by centre, year
    ),
    change as (
        select sum(n.amount) - sum(b.amount) as amount, sum(b.amount) as before, count(*) as centres
        from state_support as n
        join state_support as b on b.centre = n.centre and b.year = n.year - 1
        where n.year = (select year from funded)
    ),
    missions_of_centres as (
        select
            centre,
            count(*) as expected,
            sum(evaluated) as evaluated,
            sum(evaluated = 0 or year < cast(strftime('%Y', 'now', 'localtime') as integer) - 3) as overdue,
            max(fictitious) as fictitious
        from v_evaluation_latest
        group by centre
    ),
    missions as (
        select
            coalesce(sum(expected), 0) as expected,
            sum(evaluated) as evaluated,
            sum(evaluated = expected) as complete,
            sum(overdue) as overdue,
            count(*) as centres,
            coalesce(max(fictitious), 0) as fictitious
        from missions_of_centres
    ),
    trends as (
        select
            sum(coalesce(trend = 'improving', 0)) as improving,
            sum(coalesce(trend = 'stable', 0)) as stable,
            sum(coalesce(trend = 'slipping', 0)) as slipping
        from v_evaluation_series
        where latest = 1
    ),
    activity as (
        select
            max(year) as year,
            sum(half_days) as half_days,
            sum(actions) as actions,
            sum(participants) as participants,
            sum(reported) as reported,
            nullif(count(*), 0) as centres,
            coalesce(max(fictitious), 0) as fictitious
        from v_activity_by_centre
        where year = (select max(year) from v_activity)
    ),
    agreed as (
        select
            sum(status in ('running', 'ending')) as running,
            sum(status = 'ending') as ending,
            sum(status = 'future') as future,
            sum(status in ('ended', 'ended-without-successor')) as ended,
            sum(status = 'ended-without-successor') as ended_without_successor,
            round(sum(amount) filter (where status in ('running', 'ending')), 2) as running_amount,
            coalesce(max(fictitious), 0) as fictitious
        from v_agreements
    )
    select
        date('now', 'localtime') as as_of,
        iif(date('now', 'localtime') < '2024-01-01', '2015', '2024') as geography,
        (select count(*) from v_centres) as centres,
        (select count(*) from v_centres where ' ' || departments glob '* 9[78]*') as centres_overseas,
        (select total from covered where measure = 'neighbourhoods') as neighbourhoods,
        (select iif(total > 0, covered, null) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods,
        (select nullif(total, 0) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods_total,
        (select share from covered where measure = 'neighbourhoods') as coverage_neighbourhoods_share,
        (select iif(total > 0, covered, null) from covered where measure = 'contracts') as coverage_contracts,
        (select nullif(total, 0) from covered where measure = 'contracts') as coverage_contracts_total,
        (select share from covered where measure = 'contracts') as coverage_contracts_share,
        (select iif(total > 0, covered, null) from covered where measure = 'inhabitants') as coverage_inhabitants,
        (select nullif(total, 0) from covered where measure = 'inhabitants') as coverage_inhabitants_total,
        (select share from covered where measure = 'inhabitants') as coverage_inhabitants_share,
        (select iif(total > 0, covered, null) from covered where measure = 'departments') as coverage_departments,
        (select nullif(total, 0) from covered where measure = 'departments') as coverage_departments_total,
        (select share from covered where measure = 'departments') as coverage_departments_share,
        (select year from funded) as funding_year,
        m.state as state_support,
        m.local as local_support,
        m.other as other_support,
        m.total as total_support,
        iif(h.before > 0, round(h.amount / h.before, 6), null) as state_support_change,
        h.centres as state_support_change_centres,
        e.evaluated as missions_evaluated,
        e.expected as missions_evaluated_total,
        round(e.evaluated * 1.0 / e.expected, 6) as missions_evaluated_share,
        e.complete as centres_complete,
        e.centres as centres_complete_total,
        e.overdue as missions_overdue,
        t.improving as missions_improving,
        t.stable as missions_stable,
        t.slipping as missions_slipping,
        a.year as activity_year,
        a.half_days,
        a.actions,
        a.participants,
        a.reported as activity_reported,
        a.centres as activity_centres,
        g.running as agreements_running,
        g.ending as agreements_ending,
        g.future as agreements_future,
        g.ended as agreements_ended,
        g.ended_without_successor as agreements_ended_without_successor,
        g.running_amount as agreements_running_amount,
        max(
            coalesce((select max(fictitious) from covered), 0),
            m.fictitious, e.fictitious, a.fictitious, g.fictitious
        ) as fictitious
    from money as m
    cross join change as h
    cross join missions as e
    cross join trends as t
    cross join activity as a
    cross join agreed as g;
COMMIT;
