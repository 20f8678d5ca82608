-- A registry as crpv 0.2.0 made it, with schema 6: every table filled, a label that changes, an edit of amounts, two undone
-- loads, and yearly sums as they were bundled. What migrations are tried on. Never edited.
pragma application_id = 1129467990;
pragma user_version = 6;
BEGIN TRANSACTION;
CREATE TABLE activities (
    centre text not null references centres(id),
    mission text not null references missions(id),
    year integer not null check (year between 1970 and 2100),
    type text not null check (type in ('meeting', 'working-group', 'training', 'visit', 'support', 'study', 'publication', 'other')),
    theme text,
    mode text check (mode in ('on-site', 'remote')),
    audience text check (audience in ('elected-officials', 'project-managers', 'local-staff', 'state-services', 'landlords', 'associations', 'citizen-councils', 'academics', 'planning-agencies', 'chambers', 'residents', 'other')),
    half_days integer check (half_days >= 0),
    actions integer check (actions >= 0),
    participants integer check (participants >= 0),
    source text references sources(id),
    note text,
    load integer not null references loads(id)
) strict;
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
) strict;
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
    since integer check (since between 1970 and 2100),
    label_from text check (label_from is null or label_from is date(label_from, '+0 days')),
    label_to text check (label_to is null or label_to is date(label_to, '+0 days')),
    co_funded integer not null check (co_funded in (0, 1)),
    exemption_reason text,
    confidence text check (confidence in ('high', 'medium', 'low')),
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    check (co_funded = 1 or exemption_reason is not null),
    check (label_from is null or label_to is null or label_from <= label_to)
) strict;
INSERT INTO "centres" VALUES('oriv','Observatoire régional','ORIV','association',NULL,NULL,'Strasbourg',NULL,1990,'2020-01-01',NULL,1,NULL,NULL,'report','a note',2);
INSERT INTO "centres" VALUES('paris','Centre de Paris','Paris','unknown',NULL,NULL,'Paris',NULL,NULL,NULL,NULL,0,'funded by one body',NULL,'report','first note',1);
INSERT INTO "centres" VALUES('antilles','Centre','Antilles','gip',NULL,NULL,NULL,NULL,2010,'2015-05-01','2019-12-31',1,NULL,NULL,'report',NULL,1);
CREATE TABLE changes (
    id integer primary key,
    load integer not null references loads(id),
    file integer references load_files(id),
    line integer,
    table_name text not null,
    key text not null,
    action text not null check (action in ('insert', 'update', 'delete')),
    before text check (before is null or json_valid(before)),
    after text check (after is null or json_valid(after))
) strict;
INSERT INTO "changes" VALUES(1,1,1,2,'sources','{"id":"report"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(2,1,1,3,'sources','{"id":"list"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(3,1,1,4,'sources','{"id":"anct"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(4,1,2,2,'departments','{"code":"67"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(5,1,2,3,'departments','{"code":"68"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(6,1,2,4,'departments','{"code":"971"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(7,1,3,2,'territory_counts','{"department":"67","measure":"neighbourhoods","geography":"2015"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(8,1,3,3,'territory_counts','{"department":"67","measure":"neighbourhoods","geography":"2024"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(9,1,3,4,'territory_counts','{"department":"971","measure":"neighbourhoods","geography":"2015"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(10,1,3,5,'territory_counts','{"department":"971","measure":"neighbourhoods","geography":"2024"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(11,1,3,6,'territory_counts','{"department":"971","measure":"inhabitants","geography":"2024"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(12,1,4,2,'neighbourhoods','{"code":"QN06701A"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(13,1,5,2,'centres','{"id":"oriv"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(14,1,5,3,'centres','{"id":"paris"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(15,1,5,4,'centres','{"id":"antilles"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(16,1,6,2,'perimeters','{"centre":"oriv","department":"67","valid_from":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(17,1,6,3,'perimeters','{"centre":"oriv","department":"68","valid_from":"2020-01-01"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(18,1,7,2,'funders','{"id":"etat"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(19,1,7,3,'funders','{"id":"ville"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(20,1,8,2,'funding','{"centre":"oriv","funder":"etat","year":2023,"scheme":"P147","stage":"granted","purpose":null,"reference":null,"source":"report"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(21,1,8,3,'funding','{"centre":"oriv","funder":"etat","year":2022,"scheme":"P147","stage":"granted","purpose":"programme","reference":null,"source":"anct"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(22,1,8,4,'funding','{"centre":"antilles","funder":"etat","year":2022,"scheme":"P147","stage":"granted","purpose":"programme","reference":null,"source":"anct"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(23,1,8,5,'funding','{"centre":"antilles","funder":"etat","year":2022,"scheme":"P147","stage":"granted","purpose":null,"reference":null,"source":"anct"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(24,1,8,6,'funding','{"centre":"oriv","funder":"ville","year":2022,"scheme":null,"stage":"granted","purpose":null,"reference":null,"source":"report"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(25,1,9,2,'missions','{"id":"skills"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(26,1,9,3,'missions','{"id":"animation"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(27,1,9,4,'missions','{"id":"complementary"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(28,1,10,2,'scales','{"id":"one-to-four"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(29,1,10,3,'scales','{"id":"letters"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(30,1,11,2,'evaluations','{"centre":"oriv","mission":"skills","year":2023,"kind":"joint"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(31,1,12,2,'governance','{"centre":"oriv","organ":"board","member":"Préfecture","role":"member","valid_from":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(32,1,12,3,'governance','{"centre":"oriv","organ":"board","member":"Ville","role":"chair","valid_from":"2020-01-01"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(33,1,13,2,'agreements','{"centre":"oriv","funder":"etat","starts_on":"2024-01-01","reference":"A1"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(34,1,14,2,'activities','{"centre":"oriv","mission":"skills","year":2024,"type":"training","theme":"santé","mode":"on-site","audience":"project-managers","source":"report"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(35,1,14,3,'activities','{"centre":"oriv","mission":"skills","year":2024,"type":"visit","theme":null,"mode":null,"audience":null,"source":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(36,1,15,2,'exceptions','{"rule":"funding-shared","centre":"paris","department":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(37,1,16,2,'published_figures','{"id":"centres-2023"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(38,2,17,2,'centres','{"id":"oriv"}','update','{"load": 1, "name": "Observatoire", "since": 1992, "label_from": "2016-01-01", "note": null}','{"name": "Observatoire régional", "since": 1990, "label_from": "2020-01-01", "note": "a note"}');
INSERT INTO "changes" VALUES(39,3,18,2,'territory_counts','{"department":"67","measure":"neighbourhoods","geography":"2015"}','update','{"load": 1, "value": 5}','{"value": 4}');
INSERT INTO "changes" VALUES(40,3,18,3,'territory_counts','{"department":"68","measure":"contracts","geography":"2024"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(41,3,19,2,'funding','{"centre":"oriv","funder":"etat","year":2022,"scheme":"P147","stage":"granted","purpose":"programme","reference":null,"source":"anct"}','update','{"load": 1, "amount_cents": 100000, "note": null}','{"amount_cents": 110000, "note": "corrected"}');
INSERT INTO "changes" VALUES(42,3,19,3,'funding','{"centre":"oriv","funder":"etat","year":2021,"scheme":"P147","stage":"granted","purpose":"programme","reference":null,"source":"anct"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(43,4,20,2,'centres','{"id":"oriv"}','update','{"load": 2, "label_to": null}','{"label_to": "2025-12-31"}');
INSERT INTO "changes" VALUES(44,5,NULL,NULL,'centres','{"id":"oriv"}','update','{"load": 4, "label_to": "2025-12-31"}','{"load": 2, "label_to": null}');
INSERT INTO "changes" VALUES(45,6,21,2,'funding','{"centre":"oriv","funder":"ville","year":2020,"scheme":null,"stage":"granted","purpose":"day","reference":null,"source":"report"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(46,7,NULL,NULL,'funding','{"centre":"oriv","funder":"ville","year":2020,"scheme":null,"stage":"granted","purpose":"day","reference":null,"source":"report"}','delete','{"centre": "oriv", "funder": "ville", "year": 2020, "scheme": null, "stage": "granted", "amount_cents": 1000, "purpose": "day", "reference": null, "source": "report", "note": null, "load": 6}',NULL);
CREATE TABLE departments (
    code text primary key check (code glob '[0-9][0-9AB]' or code glob '9[78][0-9]'),
    name text not null,
    region_code text not null,
    region_name text not null,
    source text references sources(id),
    load integer not null references loads(id)
) strict;
INSERT INTO "departments" VALUES('67','Bas-Rhin','44','Grand Est','list',1);
INSERT INTO "departments" VALUES('68','Haut-Rhin','44','Grand Est','list',1);
INSERT INTO "departments" VALUES('971','Guadeloupe','01','Guadeloupe','list',1);
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
) strict;
INSERT INTO "evaluations" VALUES('oriv','skills',2023,'joint','one-to-four','3',NULL,NULL,NULL,NULL,NULL,NULL,1);
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
) strict;
INSERT INTO "exceptions" VALUES('funding-shared','paris',NULL,NULL,'2027-12-31','one body',NULL,NULL,NULL,1);
CREATE TABLE funders (
    id text primary key,
    name text not null,
    kind text not null check (kind in ('state', 'region', 'department', 'intercommunality', 'commune', 'public_bank', 'caf', 'landlord', 'europe', 'members', 'other')),
    siren text check (siren is null or (length(siren) = 9 and siren not glob '*[^0-9]*')),
    source text references sources(id),
    note text,
    load integer not null references loads(id)
) strict;
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
) strict;
INSERT INTO "funding" VALUES('oriv','etat',2023,'P147','granted',123450,NULL,NULL,'report','first',1);
INSERT INTO "funding" VALUES('oriv','etat',2022,'P147','granted',110000,'programme',NULL,'anct','corrected',3);
INSERT INTO "funding" VALUES('antilles','etat',2022,'P147','granted',50000,'programme',NULL,'anct',NULL,1);
INSERT INTO "funding" VALUES('antilles','etat',2022,'P147','granted',7000,NULL,NULL,'anct',NULL,1);
INSERT INTO "funding" VALUES('oriv','ville',2022,NULL,'granted',500,NULL,NULL,'report',NULL,1);
INSERT INTO "funding" VALUES('oriv','etat',2021,'P147','granted',90000,'programme',NULL,'anct',NULL,3);
CREATE TABLE governance (
    centre text not null references centres(id),
    organ text not null check (organ in ('assembly', 'board', 'bureau', 'steering', 'scientific', 'other')),
    member text not null,
    member_kind text not null check (member_kind in ('state', 'region', 'department', 'intercommunality', 'commune', 'public_bank', 'caf', 'landlord', 'association', 'academic', 'residents', 'person', 'other')),
    role text not null check (role in ('chair', 'vice-chair', 'treasurer', 'secretary', 'member', 'observer', 'director')),
    valid_from text check (valid_from is null or valid_from is date(valid_from, '+0 days')),
    valid_to text check (valid_to is null or valid_to is date(valid_to, '+0 days')),
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    check (valid_from is null or valid_to is null or valid_from <= valid_to)
) strict;
INSERT INTO "governance" VALUES('oriv','board','Préfecture','state','member',NULL,NULL,'report',NULL,1);
INSERT INTO "governance" VALUES('oriv','board','Ville','commune','chair','2020-01-01',NULL,'report',NULL,1);
CREATE TABLE load_files (
    id integer primary key,
    load integer not null references loads(id),
    path text not null,
    sheet text,
    sha256 text not null,
    table_name text not null,
    profile text,
    places text not null check (json_valid(places)),
    rows_read integer not null,
    inserted integer not null,
    updated integer not null,
    unchanged integer not null,
    refused integer not null
) strict;
INSERT INTO "load_files" VALUES(1,1,'/home/user/sources.csv',NULL,'02b10f902d7969f320cf26fb06c7e34b7bc14bbd9f0f2841b29f7083766d7f6b','sources',NULL,'{"id": "id", "title": "title", "fictitious": "fictitious"}',3,3,0,0,0);
INSERT INTO "load_files" VALUES(2,1,'/home/user/departments.csv',NULL,'e62861d11d63ba5b6bed1c0864b6ae3793c40e5c1c47615156229000be871afe','departments',NULL,'{"code": "code", "name": "name", "region_code": "region_code", "region_name": "region_name", "source": "source"}',3,3,0,0,0);
INSERT INTO "load_files" VALUES(3,1,'/home/user/territory_counts.csv',NULL,'615459ef6f2703cf280de2ae5ef80d20b9a680614ca62b3b188df2080b7eab8d','territory_counts',NULL,'{"department": "department", "measure": "measure", "geography": "geography", "value": "value", "quality": "quality", "source": "source"}',5,5,0,0,0);
INSERT INTO "load_files" VALUES(4,1,'/home/user/neighbourhoods.csv',NULL,'0a8993a481a961dddc4c6d0083426fd0e54935051874b03a308c26e91e7f0dc8','neighbourhoods',NULL,'{"code": "code", "name": "name", "geography": "geography", "department": "department", "source": "source"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(5,1,'/home/user/centres.csv',NULL,'4d46b23ade6b49fcae3e08ce5fda569e59b83c698b3044d82bec3956744666bc','centres',NULL,'{"id": "id", "name": "name", "short_name": "short_name", "legal_form": "legal_form", "seat": "seat", "since": "since", "label_from": "label_from", "label_to": "label_to", "co_funded": "co_funded", "exemption_reason": "exemption_reason", "source": "source", "note": "note"}',3,3,0,0,0);
INSERT INTO "load_files" VALUES(6,1,'/home/user/perimeters.csv',NULL,'b4f2f914d9b909f30609da1365ec25ca0058429749ba7eda341e2c79b2152fd1','perimeters',NULL,'{"centre": "centre", "department": "department", "valid_from": "valid_from", "source": "source"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(7,1,'/home/user/funders.csv',NULL,'12ede524d74daa18cb90ed4bb4f3ba6aa1abae541eb7a4ce7cbc9862c253a57e','funders',NULL,'{"id": "id", "name": "name", "kind": "kind"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(8,1,'/home/user/funding.csv',NULL,'fabdaa6e47c17a1691a65b1c9c19ba1bb44d75d6f71dc0341b5d0ad9b3169259','funding',NULL,'{"centre": "centre", "funder": "funder", "year": "year", "scheme": "scheme", "stage": "stage", "amount": "amount", "purpose": "purpose", "reference": "reference", "source": "source", "note": "note"}',5,5,0,0,0);
INSERT INTO "load_files" VALUES(9,1,'/home/user/missions.csv',NULL,'df53a7d64a5c77603f992d0901e51b6db787d4a82ed7d057364dcfeb9847745f','missions',NULL,'{"id": "id", "name_fr": "name_fr", "name_en": "name_en", "core": "core"}',3,3,0,0,0);
INSERT INTO "load_files" VALUES(10,1,'/home/user/scales.csv',NULL,'2163df4f02f309865f4d0579d3d8cd1a15fc6215fee803ebfa3098f557dd7643','scales',NULL,'{"id": "id", "name": "name", "minimum": "minimum", "maximum": "maximum", "levels": "levels"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(11,1,'/home/user/evaluations.csv',NULL,'e3d038bde3de20e75bbeccce5342d7f6e70fe23000067940c09c21bff3222d83','evaluations',NULL,'{"centre": "centre", "mission": "mission", "year": "year", "kind": "kind", "scale": "scale", "rating": "rating"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(12,1,'/home/user/governance.csv',NULL,'24c5dd352041934c09a160c26b9cebcdb545281709e3c6aa2236eae24916ed2f','governance',NULL,'{"centre": "centre", "organ": "organ", "member": "member", "member_kind": "member_kind", "role": "role", "valid_from": "valid_from", "source": "source"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(13,1,'/home/user/agreements.csv',NULL,'aa29a6e0b326596ca7b588412951d276b6f34f11c0d81fad86f745981ddcc1e6','agreements',NULL,'{"centre": "centre", "funder": "funder", "title": "title", "starts_on": "starts_on", "ends_on": "ends_on", "signed_on": "signed_on", "amount": "amount", "reference": "reference", "source": "source"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(14,1,'/home/user/activities.csv',NULL,'07e4513e57d0d8f6afcf8f27025d192b62d50534a7d010e72e663348dca983b3','activities',NULL,'{"centre": "centre", "mission": "mission", "year": "year", "type": "type", "theme": "theme", "mode": "mode", "audience": "audience", "half_days": "half_days", "participants": "participants", "source": "source"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(15,1,'/home/user/exceptions.csv',NULL,'65bca4dc53eb80bd98bbf3558177f6b7fad0b1f80a466194c948221c2567c414','exceptions',NULL,'{"rule": "rule", "centre": "centre", "valid_to": "valid_to", "reason": "reason"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(16,1,'/home/user/published_figures.csv',NULL,'01cf5a533492dabaad9984e353a7b909b99cc7b4068a4e1f2b22547d17a72238','published_figures',NULL,'{"id": "id", "measure": "measure", "value": "value", "unit": "unit", "as_of": "as_of", "source": "source"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(17,2,'/home/user/centres.csv',NULL,'118cbab04f77e87f93eee577cc1b4561ed8cfd8669a842867f42e2f6b503a027','centres',NULL,'{"id": "id", "name": "name", "short_name": "short_name", "legal_form": "legal_form", "since": "since", "label_from": "label_from", "co_funded": "co_funded", "note": "note"}',1,0,1,0,0);
INSERT INTO "load_files" VALUES(18,3,'/home/user/territory_counts.csv',NULL,'7fddfef64715c74a15147f49dc63f815e4deb50f8c946a9cc0543d6f9bb5b6af','territory_counts',NULL,'{"department": "department", "measure": "measure", "geography": "geography", "value": "value", "quality": "quality", "source": "source"}',2,1,1,0,0);
INSERT INTO "load_files" VALUES(19,3,'/home/user/funding.csv',NULL,'7d8943c98e661e634c03aaacb24e2c7d29b560f7db09f81bf5a1df3a046fbed8','funding',NULL,'{"centre": "centre", "funder": "funder", "year": "year", "scheme": "scheme", "stage": "stage", "amount": "amount", "purpose": "purpose", "reference": "reference", "source": "source", "note": "note"}',2,1,1,0,0);
INSERT INTO "load_files" VALUES(20,4,'/home/user/centres.csv',NULL,'874bf734288486fee8b5275ef5aa568180c222cec2d53203cf1f303116a22140','centres',NULL,'{"id": "id", "name": "name", "short_name": "short_name", "legal_form": "legal_form", "label_to": "label_to", "co_funded": "co_funded"}',1,0,1,0,0);
INSERT INTO "load_files" VALUES(21,6,'/home/user/funding.csv',NULL,'e3c64158e14274ee3004990113569832f919a504fba281595ea4eb0f0e297cb7','funding',NULL,'{"centre": "centre", "funder": "funder", "year": "year", "scheme": "scheme", "stage": "stage", "amount": "amount", "purpose": "purpose", "source": "source"}',1,1,0,0,0);
CREATE TABLE loads (
    id integer primary key,
    at text not null,
    who text not null,
    command text not null,
    version text not null,
    undoes integer references loads(id),
    inserted integer not null default 0,
    updated integer not null default 0,
    deleted integer not null default 0
) strict;
INSERT INTO "loads" VALUES(1,'2026-11-27T08:00:00+00:00','user','load','0.2.0',NULL,37,0,0);
INSERT INTO "loads" VALUES(2,'2026-11-27T08:00:00+00:00','user','load','0.2.0',NULL,0,1,0);
INSERT INTO "loads" VALUES(3,'2026-11-27T08:00:00+00:00','user','load','0.2.0',NULL,2,2,0);
INSERT INTO "loads" VALUES(4,'2026-11-27T08:00:00+00:00','user','load','0.2.0',NULL,0,1,0);
INSERT INTO "loads" VALUES(5,'2026-11-27T08:00:00+00:00','user','undo 4','0.2.0',4,0,1,0);
INSERT INTO "loads" VALUES(6,'2026-11-27T08:00:00+00:00','user','load','0.2.0',NULL,1,0,0);
INSERT INTO "loads" VALUES(7,'2026-11-27T08:00:00+00:00','user','undo 6','0.2.0',6,0,0,1);
CREATE TABLE missions (
    id text primary key,
    name_fr text not null,
    name_en text not null,
    core integer not null check (core in (0, 1)),
    source text references sources(id),
    note text,
    load integer not null references loads(id)
) strict;
INSERT INTO "missions" VALUES('skills','Compétences','Skills',1,NULL,NULL,1);
INSERT INTO "missions" VALUES('animation','Animation','Animation',1,NULL,NULL,1);
INSERT INTO "missions" VALUES('complementary','Autres','Others',0,NULL,NULL,1);
CREATE TABLE neighbourhoods (
    code text primary key check (code glob 'Q[NP][0-9][0-9AB][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z]'),
    name text not null,
    geography text not null check (geography in ('2015', '2024')),
    department text not null references departments(code),
    communes text,
    commune_names text,
    epci text,
    epci_name text,
    source text references sources(id),
    note text,
    load integer not null references loads(id)
) strict;
INSERT INTO "neighbourhoods" VALUES('QN06701A','Neuhof','2024','67',NULL,NULL,NULL,NULL,'list',NULL,1);
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
) strict;
INSERT INTO "perimeters" VALUES('oriv','67',NULL,NULL,NULL,'report',NULL,1);
INSERT INTO "perimeters" VALUES('oriv','68','2020-01-01',NULL,NULL,'report',NULL,1);
CREATE TABLE published_figures (
    id text primary key,
    measure text not null,
    value real not null,
    unit text not null,
    as_of text not null check (as_of is date(as_of, '+0 days')),
    source text references sources(id),
    note text,
    load integer not null references loads(id)
) strict;
INSERT INTO "published_figures" VALUES('centres-2023','centres',20.0,'centre','2023-10-17','list',NULL,1);
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
    check (levels is not null or (minimum < maximum) is true)
) strict;
INSERT INTO "scales" VALUES('one-to-four','One to four',1.0,4.0,NULL,NULL,NULL,NULL,1);
INSERT INTO "scales" VALUES('letters','Letters',NULL,NULL,'D|C|B|A',NULL,NULL,NULL,1);
CREATE TABLE sources (
    id text primary key,
    title text not null,
    publisher text,
    published_on text,
    licence text,
    url text,
    fictitious integer check (fictitious in (0, 1)),
    load integer not null references loads(id)
) strict;
INSERT INTO "sources" VALUES('report','Report',NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "sources" VALUES('list','List',NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "sources" VALUES('anct','Grants',NULL,NULL,NULL,NULL,NULL,1);
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
) strict;
INSERT INTO "territory_counts" VALUES('67','neighbourhoods','2015',4,'exact','list',NULL,3);
INSERT INTO "territory_counts" VALUES('67','neighbourhoods','2024',6,'exact','list',NULL,1);
INSERT INTO "territory_counts" VALUES('971','neighbourhoods','2015',7,'minimum','list',NULL,1);
INSERT INTO "territory_counts" VALUES('971','neighbourhoods','2024',8,'exact','list',NULL,1);
INSERT INTO "territory_counts" VALUES('971','inhabitants','2024',900,'previous-geography','list',NULL,1);
INSERT INTO "territory_counts" VALUES('68','contracts','2024',2,'exact','list',NULL,3);
CREATE INDEX changes_by_row on changes (table_name, key);
CREATE INDEX changes_by_load on changes (load);
CREATE INDEX neighbourhoods_by_department on neighbourhoods (department);
CREATE UNIQUE INDEX perimeters_key on perimeters (centre, department, ifnull(valid_from, ''));
CREATE INDEX perimeters_by_department on perimeters (department);
CREATE UNIQUE INDEX funding_key on funding (centre, funder, year, ifnull(scheme, ''), stage, ifnull(purpose, ''), ifnull(reference, ''), ifnull(source, ''));
CREATE UNIQUE INDEX governance_key on governance (centre, organ, member, role, ifnull(valid_from, ''));
CREATE UNIQUE INDEX agreements_key on agreements (centre, funder, starts_on, ifnull(reference, ''));
CREATE UNIQUE INDEX activities_key on activities (centre, mission, year, type, ifnull(theme, ''), ifnull(mode, ''), ifnull(audience, ''), ifnull(source, ''));
CREATE INDEX activities_by_year on activities (year);
CREATE UNIQUE INDEX exceptions_key on exceptions (rule, ifnull(centre, ''), ifnull(department, ''));
CREATE VIEW "v_centres" AS with recursive moment as (
select
    cast(substr(date('now', 'localtime'), 1, 4) as integer) as this_year,
    cast(substr(date('now', 'localtime'), 1, 4) as integer) - (substr(date('now', 'localtime'), 6) <> '12-31') as closed_year,
    iif(date('now', 'localtime') < '2024-01-01', '2015', '2024') as geography,
    coalesce(min(
        date(date('now', 'localtime'), '+' || 12 || ' months'),
        date(date('now', 'localtime'), 'start of month', '+' || (12 + 1) || ' months', '-1 day')
    ), '9999-12-31') as soon
),
money as (
select
    f.*,
    u.name as funder_name,
    u.kind,
    case when u.kind = 'state' then 'state' when u.kind in ('region', 'department', 'intercommunality', 'commune') then 'local' else 'other' end as giver,
    f.stage = 'paid' or (
        f.stage = 'granted'
        and not exists (
            select 1
            from funding as p
            where p.centre = f.centre and p.funder = f.funder and p.year = f.year and p.stage = 'paid'
              and (p.scheme is null or f.scheme is null or lower(p.scheme) = lower(f.scheme))
        )
    ) as counted,
    s.title as source_title,
    coalesce(s.fictitious, 0) as fictitious
from funding as f
join funders as u on u.id = f.funder
left join sources as s on s.id = f.source
where f.year <= (select this_year from moment)
),
state_support as (
select
    centre,
    year,
    sum(amount_cents) as amount_cents,
    max(fictitious) as fictitious,
    max(year) over (partition by centre) = year as latest
from money
where giver = 'state' and counted
group by centre, year
),
known_evaluations as (
select *
from evaluations
where year <= (select this_year from moment) and (evaluated_on is null or evaluated_on <= date('now', 'localtime'))
),
open_spells as (
select
    *,
    max(iif(since is null, '', printf('%04d-01-01', since)), coalesce(label_from, '')) as opens,
    coalesce(label_to, '9999-12-31') as closes
from centres
),
open_centres as (
select * from open_spells where date('now', 'localtime') between opens and closes
),
perimeters_on as (
select *
from perimeters
where (valid_from is null or valid_from <= date('now', 'localtime')) and (valid_to is null or valid_to >= date('now', 'localtime'))
),
served as (
select p.centre, p.department, min(p.source) as source, max(coalesce(s.fictitious, 0)) as fictitious
from perimeters_on as p
join open_centres as c on c.id = p.centre
left join sources as s on s.id = p.source
group by p.centre, p.department
),
centre_overview as (
with support as (
    select centre, year, amount_cents, fictitious
    from state_support
    where iif(null is null, latest, year = null)
),
evaluated as (
    select e.centre, count(distinct e.mission) as missions, max(coalesce(s.fictitious, 0)) as fictitious
    from known_evaluations as e
    join open_centres as o on o.id = e.centre
    join missions as m on m.id = e.mission and m.core
    left join sources as s on s.id = e.source
    where null is null or e.year = null
    group by e.centre
)
select
    c.*,
    (
        select group_concat(department, ' ')
        from (select department from served where centre = c.id order by length(department), department)
    ) as departments,
    f.amount_cents as state_support_cents,
    f.year as state_support_year,
    -- Without any evaluation of these centres, nothing is known: that is not the same as none evaluated.
    iif(exists (select 1 from evaluated), coalesce(e.missions, 0), null) as missions_evaluated,
    (select count(*) from missions where core) as core_missions,
    coalesce(e.fictitious, 0) as evaluations_fictitious,
    max(coalesce(e.fictitious, 0), coalesce(f.fictitious, 0), coalesce(s.fictitious, 0)) as fictitious
from open_centres as c
left join sources as s on s.id = c.source
left join support as f on f.centre = c.id
left join evaluated as e on e.centre = c.id
)
select
    id,
    name,
    short_name,
    legal_form,
    carrier,
    siren,
    seat,
    website,
    since,
    label_from,
    label_to,
    co_funded,
    exemption_reason,
    confidence,
    source,
    note,
    departments,
    state_support_cents / 100.0 as state_support,
    state_support_year,
    missions_evaluated,
    core_missions,
    fictitious
from centre_overview;
CREATE VIEW "v_coverage" AS with recursive places as (
select *, code glob '9[78]*' as overseas from departments
),
perimeters_on as (
select *
from perimeters
where (valid_from is null or valid_from <= date('now', 'localtime')) and (valid_to is null or valid_to >= date('now', 'localtime'))
),
open_spells as (
select
    *,
    max(iif(since is null, '', printf('%04d-01-01', since)), coalesce(label_from, '')) as opens,
    coalesce(label_to, '9999-12-31') as closes
from centres
),
open_centres as (
select * from open_spells where date('now', 'localtime') between opens and closes
),
served as (
select p.centre, p.department, min(p.source) as source, max(coalesce(s.fictitious, 0)) as fictitious
from perimeters_on as p
join open_centres as c on c.id = p.centre
left join sources as s on s.id = p.source
group by p.centre, p.department
),
serving as (
select
    d.code as department,
    (
        select group_concat(centre, ' ')
        from (select centre from served where department = d.code order by centre)
    ) as centres,
    coalesce((select max(fictitious) from served where department = d.code), 0) as fictitious
from departments as d
),
coverage as (
with measures as (
    select 'neighbourhoods' as measure, 'neighbourhoods' as counted
    union all select 'contracts', 'contracts'
    union all select 'inhabitants', 'inhabitants'
    union all select 'departments', 'neighbourhoods'
),
fictitious_counts as (
    select t.department, t.geography
    from territory_counts as t
    join sources as s on s.id = t.source and s.fictitious
)
select
    d.code as department,
    d.name,
    d.region_code,
    d.region_name,
    d.overseas,
    g.geography,
    m.measure,
    iif(m.measure = 'departments', coalesce(t.value > 0, 0), t.value) as value,
    iif(m.measure = 'departments', 'exact', t.quality) as quality,
    s.centres,
    max(s.fictitious, (d.code, g.geography) in (select department, geography from fictitious_counts)) as fictitious
from places as d
cross join (select '2015' as geography union all select '2024') as g
cross join measures as m
join serving as s on s.department = d.code
left join territory_counts as t on t.department = d.code and t.geography = g.geography and t.measure = m.counted
)
select
    department,
    name,
    region_code,
    region_name,
    overseas,
    geography,
    sum(value) filter (where measure = 'neighbourhoods') as neighbourhoods,
    sum(value) filter (where measure = 'contracts') as contracts,
    sum(value) filter (where measure = 'inhabitants') as inhabitants,
    centres is not null as covered,
    centres,
    max(fictitious) as fictitious
from coverage
group by department, geography;
CREATE VIEW "v_coverage_totals" AS with recursive places as (
select *, code glob '9[78]*' as overseas from departments
),
perimeters_on as (
select *
from perimeters
where (valid_from is null or valid_from <= date('now', 'localtime')) and (valid_to is null or valid_to >= date('now', 'localtime'))
),
open_spells as (
select
    *,
    max(iif(since is null, '', printf('%04d-01-01', since)), coalesce(label_from, '')) as opens,
    coalesce(label_to, '9999-12-31') as closes
from centres
),
open_centres as (
select * from open_spells where date('now', 'localtime') between opens and closes
),
served as (
select p.centre, p.department, min(p.source) as source, max(coalesce(s.fictitious, 0)) as fictitious
from perimeters_on as p
join open_centres as c on c.id = p.centre
left join sources as s on s.id = p.source
group by p.centre, p.department
),
serving as (
select
    d.code as department,
    (
        select group_concat(centre, ' ')
        from (select centre from served where department = d.code order by centre)
    ) as centres,
    coalesce((select max(fictitious) from served where department = d.code), 0) as fictitious
from departments as d
),
coverage as (
with measures as (
    select 'neighbourhoods' as measure, 'neighbourhoods' as counted
    union all select 'contracts', 'contracts'
    union all select 'inhabitants', 'inhabitants'
    union all select 'departments', 'neighbourhoods'
),
fictitious_counts as (
    select t.department, t.geography
    from territory_counts as t
    join sources as s on s.id = t.source and s.fictitious
)
select
    d.code as department,
    d.name,
    d.region_code,
    d.region_name,
    d.overseas,
    g.geography,
    m.measure,
    iif(m.measure = 'departments', coalesce(t.value > 0, 0), t.value) as value,
    iif(m.measure = 'departments', 'exact', t.quality) as quality,
    s.centres,
    max(s.fictitious, (d.code, g.geography) in (select department, geography from fictitious_counts)) as fictitious
from places as d
cross join (select '2015' as geography union all select '2024') as g
cross join measures as m
join serving as s on s.department = d.code
left join territory_counts as t on t.department = d.code and t.geography = g.geography and t.measure = m.counted
),
coverage_totals as (
select
    geography,
    measure,
    coalesce(sum(value) filter (where centres is not null), 0) as covered,
    coalesce(sum(value), 0) as total,
    max(fictitious) as fictitious
from coverage
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
from coverage_totals;
CREATE VIEW "v_funding" AS with recursive moment as (
select
    cast(substr(date('now', 'localtime'), 1, 4) as integer) as this_year,
    cast(substr(date('now', 'localtime'), 1, 4) as integer) - (substr(date('now', 'localtime'), 6) <> '12-31') as closed_year,
    iif(date('now', 'localtime') < '2024-01-01', '2015', '2024') as geography,
    coalesce(min(
        date(date('now', 'localtime'), '+' || 12 || ' months'),
        date(date('now', 'localtime'), 'start of month', '+' || (12 + 1) || ' months', '-1 day')
    ), '9999-12-31') as soon
),
money as (
select
    f.*,
    u.name as funder_name,
    u.kind,
    case when u.kind = 'state' then 'state' when u.kind in ('region', 'department', 'intercommunality', 'commune') then 'local' else 'other' end as giver,
    f.stage = 'paid' or (
        f.stage = 'granted'
        and not exists (
            select 1
            from funding as p
            where p.centre = f.centre and p.funder = f.funder and p.year = f.year and p.stage = 'paid'
              and (p.scheme is null or f.scheme is null or lower(p.scheme) = lower(f.scheme))
        )
    ) as counted,
    s.title as source_title,
    coalesce(s.fictitious, 0) as fictitious
from funding as f
join funders as u on u.id = f.funder
left join sources as s on s.id = f.source
where f.year <= (select this_year from moment)
)
select
    m.centre,
    c.short_name,
    m.funder,
    m.funder_name,
    m.kind as funder_kind,
    m.year,
    m.scheme,
    m.stage,
    m.amount_cents / 100.0 as amount,
    m.counted,
    m.purpose,
    m.reference,
    m.source,
    m.source_title,
    m.note,
    m.fictitious
from money as m
join centres as c on c.id = m.centre;
CREATE VIEW "v_funding_by_centre" AS with recursive open_spells as (
select
    *,
    max(iif(since is null, '', printf('%04d-01-01', since)), coalesce(label_from, '')) as opens,
    coalesce(label_to, '9999-12-31') as closes
from centres
),
moment as (
select
    cast(substr(date('now', 'localtime'), 1, 4) as integer) as this_year,
    cast(substr(date('now', 'localtime'), 1, 4) as integer) - (substr(date('now', 'localtime'), 6) <> '12-31') as closed_year,
    iif(date('now', 'localtime') < '2024-01-01', '2015', '2024') as geography,
    coalesce(min(
        date(date('now', 'localtime'), '+' || 12 || ' months'),
        date(date('now', 'localtime'), 'start of month', '+' || (12 + 1) || ' months', '-1 day')
    ), '9999-12-31') as soon
),
calendar as (
select 1970 as year
where 1970 <= min(2100, (select this_year from moment))
union all
select year + 1 from calendar where year < min(2100, (select this_year from moment))
),
open_years as (
select s.id as centre, y.year
from open_spells as s
join calendar as y on s.opens <= min(y.year || '-12-31', date('now', 'localtime')) and s.closes >= y.year || '-01-01'
),
money as (
select
    f.*,
    u.name as funder_name,
    u.kind,
    case when u.kind = 'state' then 'state' when u.kind in ('region', 'department', 'intercommunality', 'commune') then 'local' else 'other' end as giver,
    f.stage = 'paid' or (
        f.stage = 'granted'
        and not exists (
            select 1
            from funding as p
            where p.centre = f.centre and p.funder = f.funder and p.year = f.year and p.stage = 'paid'
              and (p.scheme is null or f.scheme is null or lower(p.scheme) = lower(f.scheme))
        )
    ) as counted,
    s.title as source_title,
    coalesce(s.fictitious, 0) as fictitious
from funding as f
join funders as u on u.id = f.funder
left join sources as s on s.id = f.source
where f.year <= (select this_year from moment)
),
money_asked as (
select * from money where iif(null is null, counted, stage = null)
),
money_years as (
with wanted as (
    select centre, year from open_years where year in (select year from money_asked)
    union
    select centre, year from money_asked
)
select
    w.centre,
    w.year,
    sum(m.amount_cents) filter (where m.giver = 'state') as state,
    sum(m.amount_cents) filter (where m.giver = 'local') as local,
    sum(m.amount_cents) filter (where m.giver = 'other') as other,
    sum(m.amount_cents) as total,
    count(m.centre) > 0 as known,
    coalesce(max(m.fictitious), 0) as fictitious
from wanted as w
left join money_asked as m on m.centre = w.centre and m.year = w.year
group by w.centre, w.year
)
select
    m.centre,
    c.short_name,
    m.year,
    m.state / 100.0 as state,
    m.local / 100.0 as local,
    m.other / 100.0 as other,
    m.total / 100.0 as total,
    iif(m.state is not null and m.local is not null and m.total > 0, round(m.state * 1.0 / m.total, 6), null)
        as state_share,
    m.known,
    m.fictitious
from money_years as m
join centres as c on c.id = m.centre;
CREATE VIEW "v_evaluation_latest" AS with recursive moment as (
select
    cast(substr(date('now', 'localtime'), 1, 4) as integer) as this_year,
    cast(substr(date('now', 'localtime'), 1, 4) as integer) - (substr(date('now', 'localtime'), 6) <> '12-31') as closed_year,
    iif(date('now', 'localtime') < '2024-01-01', '2015', '2024') as geography,
    coalesce(min(
        date(date('now', 'localtime'), '+' || 12 || ' months'),
        date(date('now', 'localtime'), 'start of month', '+' || (12 + 1) || ' months', '-1 day')
    ), '9999-12-31') as soon
),
known_evaluations as (
select *
from evaluations
where year <= (select this_year from moment) and (evaluated_on is null or evaluated_on <= date('now', 'localtime'))
),
open_spells as (
select
    *,
    max(iif(since is null, '', printf('%04d-01-01', since)), coalesce(label_from, '')) as opens,
    coalesce(label_to, '9999-12-31') as closes
from centres
),
open_centres as (
select * from open_spells where date('now', 'localtime') between opens and closes
),
standing_evaluations as (
select e.*, coalesce(s.fictitious, 0) as fictitious
from (
    select
        *,
        row_number() over (
            partition by centre, mission, year
            order by case kind when 'external' then 0 when 'joint' then 1 else 2 end
        ) as choice
    from known_evaluations
) as e
join open_centres as c on c.id = e.centre
join missions as m on m.id = e.mission and m.core
left join sources as s on s.id = e.source
where e.choice = 1
),
mission_states as (
select
    c.id as centre,
    c.short_name,
    m.id as mission,
    e.year as latest_year,
    iif(exists (select 1 from standing_evaluations), e.year is not null, null) as evaluated,
    coalesce(e.year, c.since) + 3 as due_year,
    iif(
        exists (select 1 from standing_evaluations),
        coalesce(coalesce(e.year, c.since) + 3 < (select this_year from moment), 1),
        null
    ) as overdue
from open_centres as c
cross join missions as m
left join (select centre, mission, max(year) as year from standing_evaluations group by centre, mission) as e
    on e.centre = c.id and e.mission = m.id
where m.core
),
ratings as (
select distinct e.rating, e.scale, s.minimum, s.maximum, s.levels
from evaluations as e
join scales as s on s.id = e.scale
where e.rating is not null
),
positions as (
with split as (
    select
        r.rating,
        r.scale,
        l.key as place,
        lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(trim(l.value), 'À', 'à'), 'Â', 'â'), 'Ä', 'ä'), 'Æ', 'æ'), 'Ç', 'ç'), 'É', 'é'), 'È', 'è'), 'Ê', 'ê'), 'Ë', 'ë'), 'Î', 'î'), 'Ï', 'ï'), 'Ô', 'ô'), 'Ö', 'ö'), 'Œ', 'œ'), 'Ù', 'ù'), 'Û', 'û'), 'Ü', 'ü'), 'Ÿ', 'ÿ')) as level,
        row_number() over (partition by r.rating, r.scale order by l.key) - 1 as step,
        count(*) over (partition by r.rating, r.scale) - 1 as steps
    from ratings as r
    join json_each('[' || replace(json_quote(r.levels), '|', '","') || ']') as l on trim(l.value) <> ''
),
on_levels as (
    select rating, scale, max(steps) as steps, max(step) filter (where level = lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(rating, 'À', 'à'), 'Â', 'â'), 'Ä', 'ä'), 'Æ', 'æ'), 'Ç', 'ç'), 'É', 'é'), 'È', 'è'), 'Ê', 'ê'), 'Ë', 'ë'), 'Î', 'î'), 'Ï', 'ï'), 'Ô', 'ô'), 'Ö', 'ö'), 'Œ', 'œ'), 'Ù', 'ù'), 'Û', 'û'), 'Ü', 'ü'), 'Ÿ', 'ÿ'))) as step
    from split
    group by rating, scale
),
figures as (
    select
        *,
        replace(trim(rating), ',', '.') as figure,
        substr(replace(trim(rating), ',', '.'), 1 + (trim(rating) glob '[-+]*')) as digits
    from ratings
)
select
    f.rating,
    f.scale,
    coalesce(l.steps, f.maximum - f.minimum) as steps,
    case
        when l.steps is not null then l.step * 1.0 / nullif(l.steps, 0)
        when f.digits glob '*[0-9]*' and f.digits not glob '*[^0-9.]*' and f.digits not glob '*.*.*'
            and f.minimum < f.maximum and cast(f.figure as real) between f.minimum and f.maximum
        then (cast(f.figure as real) - f.minimum) / (f.maximum - f.minimum)
    end as position
from figures as f
left join on_levels as l on l.rating = f.rating and l.scale is f.scale
),
evaluation_trends as (
with placed as (
    select
        e.*,
        p.position,
        p.steps,
        row_number() over (partition by e.centre, e.mission order by e.year desc) = 1 as latest,
        -- How many ratings there are up to this one: the one before it has one less.
        count(e.rating) over (partition by e.centre, e.mission order by e.year) as ratings
    from standing_evaluations as e
    left join positions as p on p.rating = e.rating and p.scale = e.scale
),
moved as (
    select
        n.*,
        b.year as previous_year,
        b.rating as previous_rating,
        b.scale as previous_scale,
        n.position - b.position as position_change,
        iif(n.scale = b.scale, (n.position - b.position) * n.steps, null) as change,
        iif(n.scale = b.scale, round((n.position - b.position) * n.steps, 4), round(n.position - b.position, 6)) as moved
    from placed as n
    left join placed as b
        on b.centre = n.centre and b.mission = n.mission and b.year < n.year and b.rating is not null
       and b.ratings = n.ratings - (n.rating is not null)
)
select
    *,
    case when moved > 0 then 'improving' when moved < 0 then 'slipping' when moved = 0 then 'stable' end as trend
from moved
)
select
    n.centre,
    n.short_name,
    n.mission,
    n.evaluated,
    t.year,
    t.kind,
    t.rating,
    t.scale,
    round(t.position, 6) as position,
    t.evaluator,
    t.evaluated_on,
    t.summary,
    t.recommendation,
    t.source,
    -- That a mission is not evaluated rests on what the registry holds: on fictitious rows, where there are any.
    coalesce(t.fictitious, (select max(fictitious) from standing_evaluations), 0) as fictitious
from mission_states as n
left join evaluation_trends as t on t.centre = n.centre and t.mission = n.mission and t.latest;
CREATE VIEW "v_evaluation_series" AS with recursive moment as (
select
    cast(substr(date('now', 'localtime'), 1, 4) as integer) as this_year,
    cast(substr(date('now', 'localtime'), 1, 4) as integer) - (substr(date('now', 'localtime'), 6) <> '12-31') as closed_year,
    iif(date('now', 'localtime') < '2024-01-01', '2015', '2024') as geography,
    coalesce(min(
        date(date('now', 'localtime'), '+' || 12 || ' months'),
        date(date('now', 'localtime'), 'start of month', '+' || (12 + 1) || ' months', '-1 day')
    ), '9999-12-31') as soon
),
known_evaluations as (
select *
from evaluations
where year <= (select this_year from moment) and (evaluated_on is null or evaluated_on <= date('now', 'localtime'))
),
open_spells as (
select
    *,
    max(iif(since is null, '', printf('%04d-01-01', since)), coalesce(label_from, '')) as opens,
    coalesce(label_to, '9999-12-31') as closes
from centres
),
open_centres as (
select * from open_spells where date('now', 'localtime') between opens and closes
),
standing_evaluations as (
select e.*, coalesce(s.fictitious, 0) as fictitious
from (
    select
        *,
        row_number() over (
            partition by centre, mission, year
            order by case kind when 'external' then 0 when 'joint' then 1 else 2 end
        ) as choice
    from known_evaluations
) as e
join open_centres as c on c.id = e.centre
join missions as m on m.id = e.mission and m.core
left join sources as s on s.id = e.source
where e.choice = 1
),
ratings as (
select distinct e.rating, e.scale, s.minimum, s.maximum, s.levels
from evaluations as e
join scales as s on s.id = e.scale
where e.rating is not null
),
positions as (
with split as (
    select
        r.rating,
        r.scale,
        l.key as place,
        lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(trim(l.value), 'À', 'à'), 'Â', 'â'), 'Ä', 'ä'), 'Æ', 'æ'), 'Ç', 'ç'), 'É', 'é'), 'È', 'è'), 'Ê', 'ê'), 'Ë', 'ë'), 'Î', 'î'), 'Ï', 'ï'), 'Ô', 'ô'), 'Ö', 'ö'), 'Œ', 'œ'), 'Ù', 'ù'), 'Û', 'û'), 'Ü', 'ü'), 'Ÿ', 'ÿ')) as level,
        row_number() over (partition by r.rating, r.scale order by l.key) - 1 as step,
        count(*) over (partition by r.rating, r.scale) - 1 as steps
    from ratings as r
    join json_each('[' || replace(json_quote(r.levels), '|', '","') || ']') as l on trim(l.value) <> ''
),
on_levels as (
    select rating, scale, max(steps) as steps, max(step) filter (where level = lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(rating, 'À', 'à'), 'Â', 'â'), 'Ä', 'ä'), 'Æ', 'æ'), 'Ç', 'ç'), 'É', 'é'), 'È', 'è'), 'Ê', 'ê'), 'Ë', 'ë'), 'Î', 'î'), 'Ï', 'ï'), 'Ô', 'ô'), 'Ö', 'ö'), 'Œ', 'œ'), 'Ù', 'ù'), 'Û', 'û'), 'Ü', 'ü'), 'Ÿ', 'ÿ'))) as step
    from split
    group by rating, scale
),
figures as (
    select
        *,
        replace(trim(rating), ',', '.') as figure,
        substr(replace(trim(rating), ',', '.'), 1 + (trim(rating) glob '[-+]*')) as digits
    from ratings
)
select
    f.rating,
    f.scale,
    coalesce(l.steps, f.maximum - f.minimum) as steps,
    case
        when l.steps is not null then l.step * 1.0 / nullif(l.steps, 0)
        when f.digits glob '*[0-9]*' and f.digits not glob '*[^0-9.]*' and f.digits not glob '*.*.*'
            and f.minimum < f.maximum and cast(f.figure as real) between f.minimum and f.maximum
        then (cast(f.figure as real) - f.minimum) / (f.maximum - f.minimum)
    end as position
from figures as f
left join on_levels as l on l.rating = f.rating and l.scale is f.scale
),
evaluation_trends as (
with placed as (
    select
        e.*,
        p.position,
        p.steps,
        row_number() over (partition by e.centre, e.mission order by e.year desc) = 1 as latest,
        -- How many ratings there are up to this one: the one before it has one less.
        count(e.rating) over (partition by e.centre, e.mission order by e.year) as ratings
    from standing_evaluations as e
    left join positions as p on p.rating = e.rating and p.scale = e.scale
),
moved as (
    select
        n.*,
        b.year as previous_year,
        b.rating as previous_rating,
        b.scale as previous_scale,
        n.position - b.position as position_change,
        iif(n.scale = b.scale, (n.position - b.position) * n.steps, null) as change,
        iif(n.scale = b.scale, round((n.position - b.position) * n.steps, 4), round(n.position - b.position, 6)) as moved
    from placed as n
    left join placed as b
        on b.centre = n.centre and b.mission = n.mission and b.year < n.year and b.rating is not null
       and b.ratings = n.ratings - (n.rating is not null)
)
select
    *,
    case when moved > 0 then 'improving' when moved < 0 then 'slipping' when moved = 0 then 'stable' end as trend
from moved
)
select
    t.centre,
    c.short_name,
    t.mission,
    t.year,
    t.latest,
    t.kind,
    t.rating,
    t.scale,
    round(t.position, 6) as position,
    t.previous_year,
    t.previous_rating,
    t.trend,
    t.evaluator,
    t.evaluated_on,
    t.source,
    t.fictitious
from evaluation_trends as t
join centres as c on c.id = t.centre;
CREATE VIEW "v_activity" AS with recursive moment as (
select
    cast(substr(date('now', 'localtime'), 1, 4) as integer) as this_year,
    cast(substr(date('now', 'localtime'), 1, 4) as integer) - (substr(date('now', 'localtime'), 6) <> '12-31') as closed_year,
    iif(date('now', 'localtime') < '2024-01-01', '2015', '2024') as geography,
    coalesce(min(
        date(date('now', 'localtime'), '+' || 12 || ' months'),
        date(date('now', 'localtime'), 'start of month', '+' || (12 + 1) || ' months', '-1 day')
    ), '9999-12-31') as soon
),
known_activities as (
select a.*, c.short_name, s.title as source_title, coalesce(s.fictitious, 0) as fictitious
from activities as a
join centres as c on c.id = a.centre
left join sources as s on s.id = a.source
where a.year <= (select this_year from moment)
)
select
    a.centre,
    a.short_name,
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
    a.source_title,
    a.note,
    a.fictitious
from known_activities as a
join missions as m on m.id = a.mission;
CREATE VIEW "v_activity_by_centre" AS with recursive open_spells as (
select
    *,
    max(iif(since is null, '', printf('%04d-01-01', since)), coalesce(label_from, '')) as opens,
    coalesce(label_to, '9999-12-31') as closes
from centres
),
moment as (
select
    cast(substr(date('now', 'localtime'), 1, 4) as integer) as this_year,
    cast(substr(date('now', 'localtime'), 1, 4) as integer) - (substr(date('now', 'localtime'), 6) <> '12-31') as closed_year,
    iif(date('now', 'localtime') < '2024-01-01', '2015', '2024') as geography,
    coalesce(min(
        date(date('now', 'localtime'), '+' || 12 || ' months'),
        date(date('now', 'localtime'), 'start of month', '+' || (12 + 1) || ' months', '-1 day')
    ), '9999-12-31') as soon
),
calendar as (
select 1970 as year
where 1970 <= min(2100, (select this_year from moment))
union all
select year + 1 from calendar where year < min(2100, (select this_year from moment))
),
open_years as (
select s.id as centre, y.year
from open_spells as s
join calendar as y on s.opens <= min(y.year || '-12-31', date('now', 'localtime')) and s.closes >= y.year || '-01-01'
),
known_activities as (
select a.*, c.short_name, s.title as source_title, coalesce(s.fictitious, 0) as fictitious
from activities as a
join centres as c on c.id = a.centre
left join sources as s on s.id = a.source
where a.year <= (select this_year from moment)
),
activity_years as (
with wanted as (
    select centre, year from open_years where year in (select year from known_activities)
    union
    select centre, year from known_activities
)
select
    w.centre,
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
from wanted as w
left join known_activities as a on a.centre = w.centre and a.year = w.year
group by w.centre, w.year
)
select
    a.centre,
    c.short_name,
    a.year,
    a.reported,
    a.animation,
    a.skills,
    a.capitalisation,
    a.complementary,
    a.half_days,
    a.actions,
    a.participants,
    a.fictitious
from activity_years as a
join centres as c on c.id = a.centre;
CREATE VIEW "v_agreements" AS with recursive moment as (
select
    cast(substr(date('now', 'localtime'), 1, 4) as integer) as this_year,
    cast(substr(date('now', 'localtime'), 1, 4) as integer) - (substr(date('now', 'localtime'), 6) <> '12-31') as closed_year,
    iif(date('now', 'localtime') < '2024-01-01', '2015', '2024') as geography,
    coalesce(min(
        date(date('now', 'localtime'), '+' || 12 || ' months'),
        date(date('now', 'localtime'), 'start of month', '+' || (12 + 1) || ' months', '-1 day')
    ), '9999-12-31') as soon
),
agreement_states as (
with followed as (
    select
        rowid as id,
        *,
        min(starts_on) over (
            partition by centre, funder order by ends_on desc groups between unbounded preceding and 1 preceding
        ) as next_starts_on
    from agreements
    where signed_on is null or signed_on <= date('now', 'localtime')
),
placed as (
    select
        *,
        next_starts_on is not null as renewed,
        case
            when starts_on > date('now', 'localtime') then 'future'
            when ends_on < date('now', 'localtime') then iif(next_starts_on <= date('now', 'localtime'), 'ended', 'ended-without-successor')
            when ends_on <= (select soon from moment) then 'ending'
            else 'running'
        end as status
    from followed
)
select
    p.*,
    p.status in ('running', 'ending') as runs,
    iif(p.status in ('running', 'ending'), cast(julianday(p.ends_on) - julianday(date('now', 'localtime')) as integer), null) as days_left,
    c.short_name,
    u.name as funder_name,
    u.kind,
    coalesce(s.fictitious, 0) as fictitious
from placed as p
join centres as c on c.id = p.centre
join funders as u on u.id = p.funder
left join sources as s on s.id = p.source
)
select
    centre,
    short_name,
    funder,
    funder_name,
    kind,
    title,
    starts_on,
    ends_on,
    days_left,
    status,
    renewed,
    amount_cents / 100.0 as amount,
    reference,
    source,
    fictitious
from agreement_states;
CREATE VIEW "v_governance" AS with recursive governance_on as (
select *
from governance
where (valid_from is null or valid_from <= date('now', 'localtime')) and (valid_to is null or valid_to >= date('now', 'localtime'))
)
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
from governance_on as g
join centres as c on c.id = g.centre
left join sources as s on s.id = g.source;
CREATE VIEW "v_network" AS with recursive places as (
select *, code glob '9[78]*' as overseas from departments
),
perimeters_on as (
select *
from perimeters
where (valid_from is null or valid_from <= date('now', 'localtime')) and (valid_to is null or valid_to >= date('now', 'localtime'))
),
open_spells as (
select
    *,
    max(iif(since is null, '', printf('%04d-01-01', since)), coalesce(label_from, '')) as opens,
    coalesce(label_to, '9999-12-31') as closes
from centres
),
open_centres as (
select * from open_spells where date('now', 'localtime') between opens and closes
),
served as (
select p.centre, p.department, min(p.source) as source, max(coalesce(s.fictitious, 0)) as fictitious
from perimeters_on as p
join open_centres as c on c.id = p.centre
left join sources as s on s.id = p.source
group by p.centre, p.department
),
serving as (
select
    d.code as department,
    (
        select group_concat(centre, ' ')
        from (select centre from served where department = d.code order by centre)
    ) as centres,
    coalesce((select max(fictitious) from served where department = d.code), 0) as fictitious
from departments as d
),
coverage as (
with measures as (
    select 'neighbourhoods' as measure, 'neighbourhoods' as counted
    union all select 'contracts', 'contracts'
    union all select 'inhabitants', 'inhabitants'
    union all select 'departments', 'neighbourhoods'
),
fictitious_counts as (
    select t.department, t.geography
    from territory_counts as t
    join sources as s on s.id = t.source and s.fictitious
)
select
    d.code as department,
    d.name,
    d.region_code,
    d.region_name,
    d.overseas,
    g.geography,
    m.measure,
    iif(m.measure = 'departments', coalesce(t.value > 0, 0), t.value) as value,
    iif(m.measure = 'departments', 'exact', t.quality) as quality,
    s.centres,
    max(s.fictitious, (d.code, g.geography) in (select department, geography from fictitious_counts)) as fictitious
from places as d
cross join (select '2015' as geography union all select '2024') as g
cross join measures as m
join serving as s on s.department = d.code
left join territory_counts as t on t.department = d.code and t.geography = g.geography and t.measure = m.counted
),
coverage_totals as (
select
    geography,
    measure,
    coalesce(sum(value) filter (where centres is not null), 0) as covered,
    coalesce(sum(value), 0) as total,
    max(fictitious) as fictitious
from coverage
group by geography, measure
),
moment as (
select
    cast(substr(date('now', 'localtime'), 1, 4) as integer) as this_year,
    cast(substr(date('now', 'localtime'), 1, 4) as integer) - (substr(date('now', 'localtime'), 6) <> '12-31') as closed_year,
    iif(date('now', 'localtime') < '2024-01-01', '2015', '2024') as geography,
    coalesce(min(
        date(date('now', 'localtime'), '+' || 12 || ' months'),
        date(date('now', 'localtime'), 'start of month', '+' || (12 + 1) || ' months', '-1 day')
    ), '9999-12-31') as soon
),
money as (
select
    f.*,
    u.name as funder_name,
    u.kind,
    case when u.kind = 'state' then 'state' when u.kind in ('region', 'department', 'intercommunality', 'commune') then 'local' else 'other' end as giver,
    f.stage = 'paid' or (
        f.stage = 'granted'
        and not exists (
            select 1
            from funding as p
            where p.centre = f.centre and p.funder = f.funder and p.year = f.year and p.stage = 'paid'
              and (p.scheme is null or f.scheme is null or lower(p.scheme) = lower(f.scheme))
        )
    ) as counted,
    s.title as source_title,
    coalesce(s.fictitious, 0) as fictitious
from funding as f
join funders as u on u.id = f.funder
left join sources as s on s.id = f.source
where f.year <= (select this_year from moment)
),
money_asked as (
select * from money where iif(null is null, counted, stage = null)
),
money_known as (
select
    min(year) as earliest,
    max(year) as latest,
    coalesce(
        max(year) filter (where giver = 'state' and year <= (select closed_year from moment)),
        max(year) filter (where giver = 'state'),
        max(year),
        (select this_year from moment)
    ) as usual
from money_asked
),
state_support as (
select
    centre,
    year,
    sum(amount_cents) as amount_cents,
    max(fictitious) as fictitious,
    max(year) over (partition by centre) = year as latest
from money
where giver = 'state' and counted
group by centre, year
),
known_evaluations as (
select *
from evaluations
where year <= (select this_year from moment) and (evaluated_on is null or evaluated_on <= date('now', 'localtime'))
),
standing_evaluations as (
select e.*, coalesce(s.fictitious, 0) as fictitious
from (
    select
        *,
        row_number() over (
            partition by centre, mission, year
            order by case kind when 'external' then 0 when 'joint' then 1 else 2 end
        ) as choice
    from known_evaluations
) as e
join open_centres as c on c.id = e.centre
join missions as m on m.id = e.mission and m.core
left join sources as s on s.id = e.source
where e.choice = 1
),
mission_states as (
select
    c.id as centre,
    c.short_name,
    m.id as mission,
    e.year as latest_year,
    iif(exists (select 1 from standing_evaluations), e.year is not null, null) as evaluated,
    coalesce(e.year, c.since) + 3 as due_year,
    iif(
        exists (select 1 from standing_evaluations),
        coalesce(coalesce(e.year, c.since) + 3 < (select this_year from moment), 1),
        null
    ) as overdue
from open_centres as c
cross join missions as m
left join (select centre, mission, max(year) as year from standing_evaluations group by centre, mission) as e
    on e.centre = c.id and e.mission = m.id
where m.core
),
ratings as (
select distinct e.rating, e.scale, s.minimum, s.maximum, s.levels
from evaluations as e
join scales as s on s.id = e.scale
where e.rating is not null
),
positions as (
with split as (
    select
        r.rating,
        r.scale,
        l.key as place,
        lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(trim(l.value), 'À', 'à'), 'Â', 'â'), 'Ä', 'ä'), 'Æ', 'æ'), 'Ç', 'ç'), 'É', 'é'), 'È', 'è'), 'Ê', 'ê'), 'Ë', 'ë'), 'Î', 'î'), 'Ï', 'ï'), 'Ô', 'ô'), 'Ö', 'ö'), 'Œ', 'œ'), 'Ù', 'ù'), 'Û', 'û'), 'Ü', 'ü'), 'Ÿ', 'ÿ')) as level,
        row_number() over (partition by r.rating, r.scale order by l.key) - 1 as step,
        count(*) over (partition by r.rating, r.scale) - 1 as steps
    from ratings as r
    join json_each('[' || replace(json_quote(r.levels), '|', '","') || ']') as l on trim(l.value) <> ''
),
on_levels as (
    select rating, scale, max(steps) as steps, max(step) filter (where level = lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(rating, 'À', 'à'), 'Â', 'â'), 'Ä', 'ä'), 'Æ', 'æ'), 'Ç', 'ç'), 'É', 'é'), 'È', 'è'), 'Ê', 'ê'), 'Ë', 'ë'), 'Î', 'î'), 'Ï', 'ï'), 'Ô', 'ô'), 'Ö', 'ö'), 'Œ', 'œ'), 'Ù', 'ù'), 'Û', 'û'), 'Ü', 'ü'), 'Ÿ', 'ÿ'))) as step
    from split
    group by rating, scale
),
figures as (
    select
        *,
        replace(trim(rating), ',', '.') as figure,
        substr(replace(trim(rating), ',', '.'), 1 + (trim(rating) glob '[-+]*')) as digits
    from ratings
)
select
    f.rating,
    f.scale,
    coalesce(l.steps, f.maximum - f.minimum) as steps,
    case
        when l.steps is not null then l.step * 1.0 / nullif(l.steps, 0)
        when f.digits glob '*[0-9]*' and f.digits not glob '*[^0-9.]*' and f.digits not glob '*.*.*'
            and f.minimum < f.maximum and cast(f.figure as real) between f.minimum and f.maximum
        then (cast(f.figure as real) - f.minimum) / (f.maximum - f.minimum)
    end as position
from figures as f
left join on_levels as l on l.rating = f.rating and l.scale is f.scale
),
evaluation_trends as (
with placed as (
    select
        e.*,
        p.position,
        p.steps,
        row_number() over (partition by e.centre, e.mission order by e.year desc) = 1 as latest,
        -- How many ratings there are up to this one: the one before it has one less.
        count(e.rating) over (partition by e.centre, e.mission order by e.year) as ratings
    from standing_evaluations as e
    left join positions as p on p.rating = e.rating and p.scale = e.scale
),
moved as (
    select
        n.*,
        b.year as previous_year,
        b.rating as previous_rating,
        b.scale as previous_scale,
        n.position - b.position as position_change,
        iif(n.scale = b.scale, (n.position - b.position) * n.steps, null) as change,
        iif(n.scale = b.scale, round((n.position - b.position) * n.steps, 4), round(n.position - b.position, 6)) as moved
    from placed as n
    left join placed as b
        on b.centre = n.centre and b.mission = n.mission and b.year < n.year and b.rating is not null
       and b.ratings = n.ratings - (n.rating is not null)
)
select
    *,
    case when moved > 0 then 'improving' when moved < 0 then 'slipping' when moved = 0 then 'stable' end as trend
from moved
),
calendar as (
select 1970 as year
where 1970 <= min(2100, (select this_year from moment))
union all
select year + 1 from calendar where year < min(2100, (select this_year from moment))
),
open_years as (
select s.id as centre, y.year
from open_spells as s
join calendar as y on s.opens <= min(y.year || '-12-31', date('now', 'localtime')) and s.closes >= y.year || '-01-01'
),
known_activities as (
select a.*, c.short_name, s.title as source_title, coalesce(s.fictitious, 0) as fictitious
from activities as a
join centres as c on c.id = a.centre
left join sources as s on s.id = a.source
where a.year <= (select this_year from moment)
),
activity_years as (
with wanted as (
    select centre, year from open_years where year in (select year from known_activities)
    union
    select centre, year from known_activities
)
select
    w.centre,
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
from wanted as w
left join known_activities as a on a.centre = w.centre and a.year = w.year
group by w.centre, w.year
),
activity_known as (
select
    min(year) as earliest,
    max(year) as latest,
    coalesce(max(year) filter (where year <= (select closed_year from moment)), max(year)) as usual
from known_activities
where (null is null or centre = null) and (null is null or mission = null)
),
agreement_states as (
with followed as (
    select
        rowid as id,
        *,
        min(starts_on) over (
            partition by centre, funder order by ends_on desc groups between unbounded preceding and 1 preceding
        ) as next_starts_on
    from agreements
    where signed_on is null or signed_on <= date('now', 'localtime')
),
placed as (
    select
        *,
        next_starts_on is not null as renewed,
        case
            when starts_on > date('now', 'localtime') then 'future'
            when ends_on < date('now', 'localtime') then iif(next_starts_on <= date('now', 'localtime'), 'ended', 'ended-without-successor')
            when ends_on <= (select soon from moment) then 'ending'
            else 'running'
        end as status
    from followed
)
select
    p.*,
    p.status in ('running', 'ending') as runs,
    iif(p.status in ('running', 'ending'), cast(julianday(p.ends_on) - julianday(date('now', 'localtime')) as integer), null) as days_left,
    c.short_name,
    u.name as funder_name,
    u.kind,
    coalesce(s.fictitious, 0) as fictitious
from placed as p
join centres as c on c.id = p.centre
join funders as u on u.id = p.funder
left join sources as s on s.id = p.source
),
centre_overview as (
with support as (
    select centre, year, amount_cents, fictitious
    from state_support
    where iif(null is null, latest, year = null)
),
evaluated as (
    select e.centre, count(distinct e.mission) as missions, max(coalesce(s.fictitious, 0)) as fictitious
    from known_evaluations as e
    join open_centres as o on o.id = e.centre
    join missions as m on m.id = e.mission and m.core
    left join sources as s on s.id = e.source
    where null is null or e.year = null
    group by e.centre
)
select
    c.*,
    (
        select group_concat(department, ' ')
        from (select department from served where centre = c.id order by length(department), department)
    ) as departments,
    f.amount_cents as state_support_cents,
    f.year as state_support_year,
    -- Without any evaluation of these centres, nothing is known: that is not the same as none evaluated.
    iif(exists (select 1 from evaluated), coalesce(e.missions, 0), null) as missions_evaluated,
    (select count(*) from missions where core) as core_missions,
    coalesce(e.fictitious, 0) as evaluations_fictitious,
    max(coalesce(e.fictitious, 0), coalesce(f.fictitious, 0), coalesce(s.fictitious, 0)) as fictitious
from open_centres as c
left join sources as s on s.id = c.source
left join support as f on f.centre = c.id
left join evaluated as e on e.centre = c.id
),
covered as (
    select * from coverage_totals where geography = (select geography from moment)
),
given as (
    select
        sum(amount_cents) filter (where giver = 'state') as state,
        sum(amount_cents) filter (where giver = 'local') as local,
        sum(amount_cents) filter (where giver = 'other') as other,
        sum(amount_cents) as total,
        coalesce(max(fictitious), 0) as fictitious
    from money_asked
    where year = (select usual from money_known)
),
change as (
    select sum(n.amount_cents) - sum(b.amount_cents) as amount, sum(b.amount_cents) as before, count(*) as centres
    from state_support as n
    join state_support as b on b.centre = n.centre and b.year = n.year - 1
    where n.year = (select usual from money_known)
),
missions_of_centres as (
    select
        n.centre,
        count(*) as expected,
        sum(n.evaluated) as evaluated,
        sum(n.overdue) as overdue,
        sum(t.trend = 'improving') as improving,
        sum(t.trend = 'stable') as stable,
        sum(t.trend = 'slipping') as slipping
    from mission_states as n
    left join evaluation_trends as t on t.centre = n.centre and t.mission = n.mission and t.latest
    group by n.centre
),
evaluated as (
    select
        coalesce(sum(expected), 0) as expected,
        sum(evaluated) as evaluated,
        sum(evaluated = expected) as complete,
        sum(overdue) as overdue,
        count(*) as centres,
        iif(sum(evaluated) is null, null, coalesce(sum(improving), 0)) as improving,
        iif(sum(evaluated) is null, null, coalesce(sum(stable), 0)) as stable,
        iif(sum(evaluated) is null, null, coalesce(sum(slipping), 0)) as slipping,
        coalesce((select max(fictitious) from standing_evaluations), 0) as fictitious
    from missions_of_centres
),
done as (
    select
        max(year) as year,
        sum(half_days) as half_days,
        sum(actions) as actions,
        sum(participants) as participants,
        sum(reported) as reported,
        nullif(count(*), 0) as centres,
        coalesce(max(fictitious), 0) as fictitious
    from activity_years
    where year = (select usual from activity_known)
),
agreed as (
    select
        sum(runs) as running,
        sum(status = 'ending') as ending,
        sum(status = 'future') as future,
        sum(status in ('ended', 'ended-without-successor')) as ended,
        sum(status = 'ended-without-successor') as ended_without_successor,
        sum(amount_cents) filter (where runs) as running_amount,
        coalesce(max(fictitious), 0) as fictitious
    from agreement_states
)
select
    date('now', 'localtime') as as_of,
    (select geography from moment) as geography,
    (select count(*) from centre_overview) as centres,
    (select count(*) from centre_overview where ' ' || departments glob '* 9[78]*') as centres_overseas,
    (select nullif(total, 0) from covered where measure = 'neighbourhoods') as neighbourhoods,
    (select iif(total > 0, covered, null) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods,
    (select nullif(total, 0) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods_total,
    (select iif(total > 0, round(covered * 1.0 / total, 6), null) from covered where measure = 'neighbourhoods')
        as coverage_neighbourhoods_share,
    (select iif(total > 0, covered, null) from covered where measure = 'contracts') as coverage_contracts,
    (select nullif(total, 0) from covered where measure = 'contracts') as coverage_contracts_total,
    (select iif(total > 0, round(covered * 1.0 / total, 6), null) from covered where measure = 'contracts')
        as coverage_contracts_share,
    (select iif(total > 0, covered, null) from covered where measure = 'inhabitants') as coverage_inhabitants,
    (select nullif(total, 0) from covered where measure = 'inhabitants') as coverage_inhabitants_total,
    (select iif(total > 0, round(covered * 1.0 / total, 6), null) from covered where measure = 'inhabitants')
        as coverage_inhabitants_share,
    (select iif(total > 0, covered, null) from covered where measure = 'departments') as coverage_departments,
    (select nullif(total, 0) from covered where measure = 'departments') as coverage_departments_total,
    (select iif(total > 0, round(covered * 1.0 / total, 6), null) from covered where measure = 'departments')
        as coverage_departments_share,
    (select usual from money_known) as funding_year,
    m.state / 100.0 as state_support,
    m.local / 100.0 as local_support,
    m.other / 100.0 as other_support,
    m.total / 100.0 as total_support,
    iif(h.before > 0, round(h.amount * 1.0 / h.before, 6), null) as state_support_change,
    h.centres as state_support_change_centres,
    e.evaluated as missions_evaluated,
    e.expected as missions_evaluated_total,
    round(e.evaluated * 1.0 / e.expected, 6) as missions_evaluated_share,
    e.complete as centres_complete,
    e.centres as centres_complete_total,
    e.overdue as missions_overdue,
    e.improving as missions_improving,
    e.stable as missions_stable,
    e.slipping as missions_slipping,
    d.year as activity_year,
    d.half_days,
    d.actions,
    d.participants,
    d.reported as activity_reported,
    d.centres as activity_centres,
    g.running as agreements_running,
    g.ending as agreements_ending,
    g.future as agreements_future,
    g.ended as agreements_ended,
    g.ended_without_successor as agreements_ended_without_successor,
    g.running_amount / 100.0 as agreements_running_amount,
    max(
        coalesce((select max(fictitious) from covered), 0),
        m.fictitious, e.fictitious, d.fictitious, g.fictitious
    ) as fictitious
from given as m
cross join change as h
cross join evaluated as e
cross join done as d
cross join agreed as g;
COMMIT;
