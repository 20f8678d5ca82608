-- A registry as crpv 0.2.0 made it, with schema 7, without its views: rows that were changed, removed, brought back and
-- taken back again, by loads, edits, undone undos and mending. What migrations are tried on. Never edited.
pragma application_id = 1129467990;
pragma user_version = 7;
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
CREATE TABLE budgets (
    centre text not null references centres(id),
    year integer not null check (year between 1970 and 2100),
    status text not null check (status in ('provisional', 'approved')),
    resources_cents integer check (resources_cents >= 0),
    expenditure_cents integer check (expenditure_cents >= 0),
    fte real check (fte >= 0),
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    primary key (centre, year, status)
) strict;
CREATE TABLE centre_states (
    centre text not null references centres(id),
    valid_to text not null check (valid_to is date(valid_to, '+0 days')),
    name text not null,
    short_name text not null,
    legal_form text not null check (legal_form in ('association', 'gip', 'carried', 'unknown')),
    carrier text,
    siren text check (siren is null or (length(siren) = 9 and siren not glob '*[^0-9]*')),
    seat text,
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    primary key (centre, valid_to)
) strict;
INSERT INTO "centre_states" VALUES('oriv','2014-12-31','Former one','Old one','carried',NULL,NULL,NULL,NULL,NULL,1);
CREATE TABLE centres (
    id text primary key,
    name text not null,
    short_name text not null,
    legal_form text not null check (legal_form in ('association', 'gip', 'carried', 'unknown')),
    carrier text,
    siren text check (siren is null or (length(siren) = 9 and siren not glob '*[^0-9]*')),
    seat text,
    website text,
    opened text,
    closed text,
    successor text references centres(id),
    co_funded integer not null check (co_funded in (0, 1)),
    exemption_reason text,
    confidence text check (confidence in ('high', 'medium', 'low')),
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    check (co_funded = 1 or exemption_reason is not null),
    check (successor is null or (closed is not null and successor <> id)),
    check (opened is null or closed is null or substr(opened, 1, length(closed)) <= closed)
) strict;
INSERT INTO "centres" VALUES('oriv','Observatoire','ORIV','association',NULL,NULL,'Strasbourg',NULL,'2020-01-01',NULL,NULL,1,NULL,NULL,'report',NULL,1);
INSERT INTO "centres" VALUES('paris','Centre de Paris','Paris','unknown',NULL,NULL,'Paris',NULL,NULL,NULL,NULL,0,'funded by one body',NULL,'report','first note',1);
CREATE TABLE changes (
    id integer primary key,
    load integer not null references loads(id),
    file integer references load_files(id),
    line integer,
    table_name text not null,
    key text not null,
    action text not null check (action in ('insert', 'update', 'delete')),
    before text,
    after text
) strict;
INSERT INTO "changes" VALUES(1,1,1,2,'sources','{"id":"report"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(2,1,1,3,'sources','{"id":"list"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(3,1,2,2,'departments','{"code":"67"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(4,1,2,3,'departments','{"code":"68"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(5,1,2,4,'departments','{"code":"2A"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(6,1,3,2,'territory_counts','{"department":"67","measure":"contracts","valid_from":"2024-01-01"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(7,1,4,2,'centres','{"id":"oriv"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(8,1,4,3,'centres','{"id":"paris"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(9,1,5,2,'centre_states','{"centre":"oriv","valid_to":"2014-12-31"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(10,1,6,2,'labels','{"centre":"oriv","valid_from":"2018-01-01"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(11,1,7,2,'perimeters','{"centre":"oriv","department":"67","valid_from":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(12,1,7,3,'perimeters','{"centre":"oriv","department":"68","valid_from":"2020-01-01"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(13,1,8,2,'funders','{"id":"etat"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(14,1,8,3,'funders','{"id":"ville"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(15,1,9,2,'funding','{"centre":"oriv","funder":"etat","year":2023,"scheme":"P147","stage":"granted","object":null,"reference":null,"locator":null,"source":"report"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(16,1,10,2,'missions','{"id":"skills"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(17,1,10,3,'missions','{"id":"animation"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(18,1,10,4,'missions','{"id":"complementary"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(19,1,11,2,'scales','{"id":"one-to-four"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(20,1,11,3,'scales','{"id":"letters"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(21,1,12,2,'evaluations','{"centre":"oriv","mission":"skills","year":2023,"kind":"joint"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(22,2,13,2,'perimeters','{"centre":"oriv","department":"67","valid_from":null}','update','{"load": 1, "valid_to": null}','{"valid_to": "2025-12-31"}');
INSERT INTO "changes" VALUES(23,2,13,3,'perimeters','{"centre":"paris","department":"2A","valid_from":"2020-01-01"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(24,2,14,2,'funders','{"id":"etat"}','update','{"load": 1, "name": "État"}','{"name": "L''État"}');
INSERT INTO "changes" VALUES(25,2,14,3,'funders','{"id":"caf"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(26,2,14,4,'funders','{"id":"region"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(27,2,14,5,'funders','{"id":"f1"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(28,2,14,6,'funders','{"id":"f2"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(29,3,15,2,'funders','{"id":"f2"}','update','{"load": 2, "name": "F 2"}','{"name": "F two"}');
INSERT INTO "changes" VALUES(30,3,15,3,'funders','{"id":"f3"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(31,3,NULL,NULL,'funders','{"id":"f1"}','delete','{"id": "f1", "name": "F 1", "kind": "other", "siren": null, "source": null, "note": "one", "load": 2}',NULL);
INSERT INTO "changes" VALUES(32,4,NULL,NULL,'funders','{"id":"f1"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(33,4,NULL,NULL,'funders','{"id":"f3"}','delete','{"id": "f3", "name": "F 3", "kind": "other", "siren": null, "source": null, "note": null, "load": 3}',NULL);
INSERT INTO "changes" VALUES(34,4,NULL,NULL,'funders','{"id":"f2"}','update','{"load": 3, "name": "F two"}','{"load": 2, "name": "F 2"}');
INSERT INTO "changes" VALUES(35,5,NULL,NULL,'funders','{"id":"f2"}','update','{"load": 2, "name": "F 2"}','{"load": 3, "name": "F two"}');
INSERT INTO "changes" VALUES(36,5,NULL,NULL,'funders','{"id":"f3"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(37,5,NULL,NULL,'funders','{"id":"f1"}','delete','{"id": "f1", "name": "F 1", "kind": "other", "siren": null, "source": null, "note": "one", "load": 2}',NULL);
INSERT INTO "changes" VALUES(38,6,16,2,'funders','{"id":"f1"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(39,6,16,3,'funders','{"id":"f9"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(40,7,17,2,'funders','{"id":"f9"}','update','{"load": 6, "name": "Nine"}','{"name": "9"}');
INSERT INTO "changes" VALUES(41,7,NULL,NULL,'funders','{"id":"f1"}','delete','{"id": "f1", "name": "F one again", "kind": "other", "siren": null, "source": null, "note": null, "load": 6}',NULL);
INSERT INTO "changes" VALUES(42,8,NULL,NULL,'funders','{"id":"f1"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(43,8,NULL,NULL,'funders','{"id":"f9"}','update','{"load": 7, "name": "9"}','{"load": 6, "name": "Nine"}');
INSERT INTO "changes" VALUES(44,9,18,2,'funders','{"id":"f1"}','update','{"load": 6, "name": "F one again", "note": null}','{"name": "F 1 later", "note": "n"}');
INSERT INTO "changes" VALUES(45,10,19,2,'scales','{"id":"thirds"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(46,10,20,2,'evaluations','{"centre":"oriv","mission":"skills","year":2024,"kind":"joint"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(47,11,21,2,'scales','{"id":"thirds"}','update','{"load": 10, "minimum": 0.1}','{"minimum": 0.30000000000000004}');
INSERT INTO "changes" VALUES(48,12,NULL,NULL,'scales','{"id":"thirds"}','update','{"load": 11, "minimum": 0.30000000000000004}','{"load": 10, "minimum": 0.1}');
INSERT INTO "changes" VALUES(49,13,NULL,NULL,'scales','{"id":"thirds"}','update','{"load": 10, "minimum": 0.1}','{"load": 11, "minimum": 0.30000000000000004}');
INSERT INTO "changes" VALUES(50,14,NULL,NULL,'scales','{"id":"thirds"}','update','{"load": 11, "minimum": 0.30000000000000004}','{"load": 10, "minimum": 0.1}');
INSERT INTO "changes" VALUES(51,15,NULL,NULL,'scales','{"id":"thirds"}','update','{"load": 10, "minimum": 0.1}','{"load": 11, "minimum": 0.30000000000000004}');
INSERT INTO "changes" VALUES(52,16,22,2,'funding','{"centre":"oriv","funder":"etat","year":2024,"scheme":null,"stage":"granted","object":"A study","reference":null,"locator":null,"source":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(53,16,22,3,'funding','{"centre":"paris","funder":"caf","year":2024,"scheme":null,"stage":"granted","object":"Une fête","reference":null,"locator":null,"source":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(54,17,23,2,'funding','{"centre":"oriv","funder":"etat","year":2024,"scheme":null,"stage":"granted","object":"A study","reference":null,"locator":null,"source":null}','update','{"load": 16, "amount_cents": 100050, "note": null}','{"amount_cents": 120000, "note": "more"}');
INSERT INTO "changes" VALUES(55,17,23,3,'funding','{"centre":"oriv","funder":"region","year":2025,"scheme":null,"stage":"granted","object":null,"reference":null,"locator":null,"source":null}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(56,18,NULL,NULL,'funding','{"centre":"oriv","funder":"region","year":2025,"scheme":null,"stage":"granted","object":null,"reference":null,"locator":null,"source":null}','delete','{"centre": "oriv", "funder": "region", "year": 2025, "scheme": null, "stage": "granted", "amount_cents": 700, "object": null, "level": null, "nature": null, "reference": null, "source": null, "locator": null, "note": null, "load": 17}',NULL);
INSERT INTO "changes" VALUES(57,18,NULL,NULL,'funding','{"centre":"oriv","funder":"etat","year":2024,"scheme":null,"stage":"granted","object":"A study","reference":null,"locator":null,"source":null}','update','{"load": 17, "amount_cents": 120000, "note": "more"}','{"load": 16, "amount_cents": 100050, "note": null}');
INSERT INTO "changes" VALUES(58,19,NULL,NULL,'funders','{"id":"f2"}','update','{"load": 3, "name": "F two"}','{"name": "Changed"}');
INSERT INTO "changes" VALUES(59,19,NULL,NULL,'funders','{"id":"own"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(60,20,24,2,'sources','{"id":"list"}','update','{"load": 1, "title": "Official list"}','{"title": "The list"}');
INSERT INTO "changes" VALUES(61,20,24,3,'sources','{"id":"more"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(62,20,25,2,'funders','{"id":"own"}','update','{"load": 19, "name": "Own"}','{"name": "Owned"}');
INSERT INTO "changes" VALUES(63,20,25,3,'funders','{"id":"f2"}','update','{"load": 19, "name": "Changed", "note": null}','{"name": "F deux", "note": "x"}');
INSERT INTO "changes" VALUES(64,21,26,2,'funders','{"id":"z1"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(65,21,26,3,'funders','{"id":"z2"}','insert',NULL,NULL);
INSERT INTO "changes" VALUES(66,22,NULL,NULL,'funders','{"id":"z2"}','delete','{"id": "z2", "name": "Z 2", "kind": "other", "siren": null, "source": null, "note": null, "load": 21}',NULL);
INSERT INTO "changes" VALUES(67,22,NULL,NULL,'funders','{"id":"z1"}','delete','{"id": "z1", "name": "Z 1", "kind": "other", "siren": null, "source": null, "note": null, "load": 21}',NULL);
CREATE TABLE contacts (
    centre text not null references centres(id),
    function text not null,
    email text,
    telephone text,
    person text,
    consent integer check (consent in (0, 1)),
    valid_from text check (valid_from is null or valid_from is date(valid_from, '+0 days')),
    valid_to text check (valid_to is null or valid_to is date(valid_to, '+0 days')),
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    primary key (centre, function),
    check (person is null or (consent = 1 and valid_to is not null)),
    check (valid_from is null or valid_to is null or valid_from <= valid_to)
) strict;
CREATE TABLE contracts (
    code text primary key,
    name text not null,
    holder text,
    holder_siren text check (holder_siren is null or (length(holder_siren) = 9 and holder_siren not glob '*[^0-9]*')),
    department text not null references departments(code),
    signed_on text check (signed_on is null or signed_on is date(signed_on, '+0 days')),
    valid_from text check (valid_from is null or valid_from is date(valid_from, '+0 days')),
    valid_to text check (valid_to is null or valid_to is date(valid_to, '+0 days')),
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    check (valid_from is null or valid_to is null or valid_from <= valid_to)
) strict;
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
) strict;
INSERT INTO "evaluations" VALUES('oriv','skills',2023,'joint','one-to-four','3',NULL,NULL,'Good',NULL,NULL,NULL,1);
INSERT INTO "evaluations" VALUES('oriv','skills',2024,'joint','one-to-four','2',NULL,NULL,NULL,NULL,NULL,NULL,10);
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
CREATE TABLE funders (
    id text primary key,
    name text not null,
    kind text not null check (kind in ('state', 'region', 'department', 'intercommunality', 'commune', 'public_bank', 'caf', 'landlord', 'europe', 'members', 'other')),
    siren text check (siren is null or (length(siren) = 9 and siren not glob '*[^0-9]*')),
    source text references sources(id),
    note text,
    load integer not null references loads(id)
) strict;
INSERT INTO "funders" VALUES('etat','L''État','state',NULL,NULL,NULL,2);
INSERT INTO "funders" VALUES('ville','Ville','commune',NULL,NULL,NULL,1);
INSERT INTO "funders" VALUES('caf','CAF','caf',NULL,NULL,'a note',2);
INSERT INTO "funders" VALUES('region','Région','region',NULL,NULL,NULL,2);
INSERT INTO "funders" VALUES('f2','F deux','other',NULL,NULL,'x',20);
INSERT INTO "funders" VALUES('f3','F 3','other',NULL,NULL,NULL,3);
INSERT INTO "funders" VALUES('f9','Nine','other',NULL,NULL,NULL,6);
INSERT INTO "funders" VALUES('f1','F 1 later','other',NULL,NULL,'n',9);
INSERT INTO "funders" VALUES('own','Owned','other',NULL,NULL,NULL,20);
CREATE TABLE funding (
    centre text not null references centres(id),
    funder text not null references funders(id),
    year integer not null check (year between 1970 and 2100),
    scheme text,
    stage text not null check (stage in ('requested', 'granted', 'paid')),
    amount_cents integer not null,
    object text,
    level text check (level in ('decision', 'yearly-total')),
    nature text check (nature in ('core', 'project', 'post', 'other')),
    reference text,
    source text references sources(id),
    locator text,
    note text,
    load integer not null references loads(id)
) strict;
INSERT INTO "funding" VALUES('oriv','etat',2023,'P147','granted',123450,NULL,NULL,NULL,NULL,'report',NULL,'first',1);
INSERT INTO "funding" VALUES('oriv','etat',2024,NULL,'granted',100050,'A study',NULL,NULL,NULL,NULL,NULL,NULL,16);
INSERT INTO "funding" VALUES('paris','caf',2024,NULL,'granted',2000,'Une fête',NULL,NULL,NULL,NULL,NULL,NULL,16);
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
CREATE TABLE labels (
    centre text not null references centres(id),
    valid_from text check (valid_from is null or valid_from is date(valid_from, '+0 days')),
    valid_to text check (valid_to is null or valid_to is date(valid_to, '+0 days')),
    act text,
    renewal integer check (renewal in (0, 1)),
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    check (valid_from is null or valid_to is null or valid_from <= valid_to)
) strict;
INSERT INTO "labels" VALUES('oriv','2018-01-01',NULL,'Arrêté 12',NULL,NULL,NULL,1);
CREATE TABLE load_files (
    id integer primary key,
    load integer not null references loads(id),
    path text not null,
    sheet text,
    sha256 text not null,
    table_name text not null,
    profile text,
    places text not null,
    rows_read integer not null,
    inserted integer not null,
    updated integer not null,
    unchanged integer not null,
    refused integer not null
) strict;
INSERT INTO "load_files" VALUES(1,1,'/home/someone/sources.csv',NULL,'e719ee5fee993f2614fe6f8029bd08ffd38aa1a2f960e9f665fb8100963ab5f0','sources',NULL,'{"id": "id", "title": "title", "fictitious": "fictitious"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(2,1,'/home/someone/departments.csv',NULL,'a9383ec0249a2316d0ac480d78e4c4eff4534669a335c2a1415fa1f7a9fb3ab9','departments',NULL,'{"code": "code", "name": "name", "region_code": "region_code", "region_name": "region_name", "source": "source"}',3,3,0,0,0);
INSERT INTO "load_files" VALUES(3,1,'/home/someone/territory_counts.csv',NULL,'39ec64333cdef779078f82dd78900bd8c4944dc6267059ba01e4dfe19a637328','territory_counts',NULL,'{"department": "department", "measure": "measure", "geography": "geography", "value": "value", "quality": "quality", "valid_from": "valid_from"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(4,1,'/home/someone/centres.csv',NULL,'7d5f6a5f3bf1150c99a47575b0695c7d3bbca1041996913b8ced027f79339b02','centres',NULL,'{"id": "id", "name": "name", "short_name": "short_name", "legal_form": "legal_form", "seat": "seat", "opened": "opened", "co_funded": "co_funded", "exemption_reason": "exemption_reason", "source": "source", "note": "note"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(5,1,'/home/someone/centre_states.csv',NULL,'5dc702331c69a95a393927f12311a7c7aa3f507d8e7d7942827fb70036e9b318','centre_states',NULL,'{"centre": "centre", "valid_to": "valid_to", "name": "name", "short_name": "short_name", "legal_form": "legal_form"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(6,1,'/home/someone/labels.csv',NULL,'313371822d5838e355c87c08d74f5df384a15cef0ed29b5017f1fceae1172c12','labels',NULL,'{"centre": "centre", "valid_from": "valid_from", "act": "act"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(7,1,'/home/someone/perimeters.csv',NULL,'aceb2aa3840d353fac2f6d088006b8bfaff9586b68002f482d3df706409e9a17','perimeters',NULL,'{"centre": "centre", "department": "department", "valid_from": "valid_from", "source": "source"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(8,1,'/home/someone/funders.csv',NULL,'12ede524d74daa18cb90ed4bb4f3ba6aa1abae541eb7a4ce7cbc9862c253a57e','funders',NULL,'{"id": "id", "name": "name", "kind": "kind"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(9,1,'/home/someone/funding.csv',NULL,'972054af1e445d815e7abc92c460080f501198f2d7f3d339385b521bd7b24bdd','funding',NULL,'{"centre": "centre", "funder": "funder", "year": "year", "scheme": "scheme", "stage": "stage", "amount": "amount", "object": "purpose", "reference": "reference", "source": "source", "note": "note"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(10,1,'/home/someone/missions.csv',NULL,'df53a7d64a5c77603f992d0901e51b6db787d4a82ed7d057364dcfeb9847745f','missions',NULL,'{"id": "id", "name_fr": "name_fr", "name_en": "name_en", "core": "core"}',3,3,0,0,0);
INSERT INTO "load_files" VALUES(11,1,'/home/someone/scales.csv',NULL,'0e3c3e2aafc8a30dfa1c7467053e75d379a01c9ac77a1ed3f3747f4a88d48482','scales',NULL,'{"id": "id", "name": "name", "minimum": "minimum", "maximum": "maximum", "levels": "levels"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(12,1,'/home/someone/evaluations.csv',NULL,'5f96c34427a3e326a9467c212507540dece2b8c4c3afb6b07b1fe5fb0b79e6f7','evaluations',NULL,'{"centre": "centre", "mission": "mission", "year": "year", "kind": "kind", "scale": "scale", "rating": "rating", "summary": "summary"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(13,2,'/home/someone/perimeters.csv',NULL,'ad2185ce0b80677756ac4bb8f4daa8271cf0ddd9240c3e7bb339f69c512a76ed','perimeters',NULL,'{"centre": "centre", "department": "department", "valid_from": "valid_from", "valid_to": "valid_to"}',2,1,1,0,0);
INSERT INTO "load_files" VALUES(14,2,'/home/someone/funders.csv',NULL,'9beb35b165172c96d99862075c6491b4fb8fe884921e5300e4689dccd166c23d','funders',NULL,'{"id": "id", "name": "name", "kind": "kind", "note": "note"}',5,4,1,0,0);
INSERT INTO "load_files" VALUES(15,3,'-',NULL,'77d8ede7908568c50dc24e414a737848741fb59a3d9557c579dfa7e3f567df39','funders',NULL,'{"id": "id", "name": "name", "kind": "kind"}',2,1,1,0,0);
INSERT INTO "load_files" VALUES(16,6,'/home/someone/again.csv',NULL,'8c98aab8d0b10fa2645522bebe5ed5073d29e3745c086eb851e8fb737434e913','funders',NULL,'{"id": "id", "name": "name", "kind": "kind"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(17,7,'-',NULL,'357a79964fbd3adfdae35c36d1ec34f788afe867853d11f37fd4dce936567c68','funders',NULL,'{"id": "id", "name": "name", "kind": "kind"}',1,0,1,0,0);
INSERT INTO "load_files" VALUES(18,9,'/home/someone/later.csv',NULL,'6b483251ea8ac76c932f34f8f2f854a894916949ecceda14192ab238f485e10b','funders',NULL,'{"id": "id", "name": "name", "kind": "kind", "note": "note"}',1,0,1,0,0);
INSERT INTO "load_files" VALUES(19,10,'/home/someone/scales.csv',NULL,'803fd52cfe8c07f00f4fa9dd6e17b18a51ac5704c615208e2c1723568f831e42','scales',NULL,'{"id": "id", "name": "name", "minimum": "minimum", "maximum": "maximum"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(20,10,'/home/someone/evaluations.csv',NULL,'c1982a73b8a62cec94e65411035d66e20f250b50955c555f36c520c257bc74b8','evaluations',NULL,'{"centre": "centre", "mission": "mission", "year": "year", "kind": "kind", "scale": "scale", "rating": "rating", "summary": "summary"}',1,1,0,0,0);
INSERT INTO "load_files" VALUES(21,11,'/home/someone/scales.csv',NULL,'77381e73c427cbee1335d02a74da2b7c11604bae362373ba2a78f07ed7e7e303','scales',NULL,'{"id": "id", "name": "name", "minimum": "minimum", "maximum": "maximum"}',1,0,1,0,0);
INSERT INTO "load_files" VALUES(22,16,'/home/someone/money.xlsx','Subventions','9e8b2a427a56e8112c4187c33703032606a3cc2fcc6761a8d209813af81ceeee','funding',NULL,'{"centre": "A", "funder": "B", "year": "C", "stage": "D", "amount": "E", "object": "F"}',2,2,0,0,0);
INSERT INTO "load_files" VALUES(23,17,'/home/someone/more.csv',NULL,'c5c9f28d2013269bd39ee7e8a924e574ef9042317b5da9466b4f2d057515db03','funding',NULL,'{"centre": "centre", "funder": "funder", "year": "year", "stage": "stage", "amount": "amount", "object": "object", "note": "note"}',2,1,1,0,0);
INSERT INTO "load_files" VALUES(24,20,'/home/someone/sources.csv',NULL,'3abb7528c49a3fd2b609345aee59ff06dac7a08f865869d139ba7624bdd95ae2','sources',NULL,'{"id": "id", "title": "title"}',2,1,1,0,0);
INSERT INTO "load_files" VALUES(25,20,'/home/someone/last.csv',NULL,'424a18562bacc2f727681300afb4e6fa02d0f0af2bf91bd548c6a2ac41f29ca5','funders',NULL,'{"id": "id", "name": "name", "kind": "kind", "note": "note"}',2,0,2,0,0);
INSERT INTO "load_files" VALUES(26,21,'/home/someone/gone.csv',NULL,'414fc489a113ad7d57d7c15099a164965b33818af97e827790c1f465c13ce49b','funders',NULL,'{"id": "id", "name": "name", "kind": "kind"}',2,2,0,0,0);
CREATE TABLE loads (
    id integer primary key,
    at text not null,
    who text not null,
    host text,
    command text not null,
    version text not null,
    undoes integer references loads(id),
    inserted integer not null default 0,
    updated integer not null default 0,
    deleted integer not null default 0,
    digest text
) strict;
INSERT INTO "loads" VALUES(1,'2026-11-27T17:50:57+00:00','someone',NULL,'load','0.2.0',NULL,21,0,0,'51d2775434f97dafb266f66816bb5191cf320ed851b863f9831707577bc90bdb');
INSERT INTO "loads" VALUES(2,'2026-11-27T17:50:57+00:00','someone',NULL,'load','0.2.0',NULL,5,2,0,'ca1c5c3c3e9b723ce0ba12c812cb9c7e8efc8987a6efdc9c50732f08c0de59d4');
INSERT INTO "loads" VALUES(3,'2026-11-27T17:50:57+00:00','someone',NULL,'edit','0.2.0',NULL,1,1,1,'8875a6750a538c2c6d94a3e4ad8db42b55b1f4fc22e59258424898a950b07eef');
INSERT INTO "loads" VALUES(4,'2026-11-27T17:50:57+00:00','someone',NULL,'undo 3','0.2.0',3,0,2,1,'c04f7988a56f570c3a962f8c490b3cbacacac3263f683a72fb5d2037bc6b4899');
INSERT INTO "loads" VALUES(5,'2026-11-27T17:50:57+00:00','someone',NULL,'undo 4','0.2.0',4,0,2,1,'4f431cd5575dcf5d833f77bce532fa8570dfc6a3f76e5ef3c89a247990cde592');
INSERT INTO "loads" VALUES(6,'2026-11-27T17:50:57+00:00','someone','desk','load','0.2.0',NULL,2,0,0,'a8fe1401acdb7a745efaa31362347b46da1490d2f9cbb961b5664565b3051be2');
INSERT INTO "loads" VALUES(7,'2026-11-27T17:50:57+00:00','someone','desk','edit','0.2.0',NULL,0,1,1,'27fb0b1f93af4ce3bf737036f0e38794fe160de3629c363e5e95dd05a4ebec09');
INSERT INTO "loads" VALUES(8,'2026-11-27T17:50:57+00:00','someone','desk','undo 7','0.2.0',7,0,2,0,'acfbb211c56ed928671577fe386287cc7eb7267b1055d2885683332fd1c11d41');
INSERT INTO "loads" VALUES(9,'2026-11-27T17:50:57+00:00','someone','desk','load','0.2.0',NULL,0,1,0,'8e074f1656dd6979dd2f2a539042ada32c406321f82d0ef1a1c36124c3e30ea0');
INSERT INTO "loads" VALUES(10,'2026-11-27T17:50:57+00:00','someone','desk','load','0.2.0',NULL,2,0,0,'a72a16e3955c334040936cd618f00844c82adfe6c313f9e67728bae7ace09a27');
INSERT INTO "loads" VALUES(11,'2026-11-27T17:50:57+00:00','someone','desk','load','0.2.0',NULL,0,1,0,'eeb3959fe5655d55b5771c94fda5af4be9fb596d5c8f8be666d7538c1d242b7a');
INSERT INTO "loads" VALUES(12,'2026-11-27T17:50:57+00:00','someone','desk','undo 11','0.2.0',11,0,1,0,'3b181f3b7e153cad8374e01cba225f5c1b43b495bb286841c10fb804bc350cea');
INSERT INTO "loads" VALUES(13,'2026-11-27T17:50:57+00:00','someone','desk','undo 12','0.2.0',12,0,1,0,'b3a9679a040825c3fd02bdffabb1ddfc91a366cf7ec0075f94c50ef0dfa11646');
INSERT INTO "loads" VALUES(14,'2026-11-27T17:50:57+00:00','someone','desk','undo 13','0.2.0',13,0,1,0,'28c0786361637627bd0aa1f8d5d3f745e999781e3db8688d49416a73fdff98b3');
INSERT INTO "loads" VALUES(15,'2026-11-27T17:50:57+00:00','someone','desk','undo 14','0.2.0',14,0,1,0,'d507f5b4c2c82f3c1b400ceac7c925a810970f5ff22f7304f4da9425d94e2187');
INSERT INTO "loads" VALUES(16,'2026-11-27T17:50:57+00:00','someone','desk','load','0.2.0',NULL,2,0,0,'a2dc7076ec4d3c6ba416941941fe6c75c03cd9c896cf8640f1c0e25214ca58e9');
INSERT INTO "loads" VALUES(17,'2026-11-27T17:50:58+00:00','someone','desk','load','0.2.0',NULL,1,1,0,'8f13ca7eda185db8dd1fb2df63d9afa088b8d2938ce09729a9397217ae1b6fab');
INSERT INTO "loads" VALUES(18,'2026-11-27T17:50:58+00:00','someone','desk','undo 17','0.2.0',17,0,1,1,'2cfce7b67f538554436f641039bccdf157b0b8c30b42edc000edf1f1be4b007e');
INSERT INTO "loads" VALUES(19,'2026-11-27T17:50:58+00:00','someone','desk','check --integrity --mend funders','0.2.0',NULL,1,1,0,'e9d5ad754a7acfeb96a05bb74f7ef89b2017ae4bb1e5b0636cca0f05761b5315');
INSERT INTO "loads" VALUES(20,'2026-11-27T17:50:58+00:00','someone','desk','load','0.2.0',NULL,1,3,0,'0c99861761a8b2b4b3df21d947ac8a8d11d1a8a8b3da4092426a150bdb63b07e');
INSERT INTO "loads" VALUES(21,'2026-11-27T17:50:58+00:00','someone','desk','load','0.2.0',NULL,2,0,0,'63e6d6bddb013e37fc048290dddced83674bcd73d4bf78a951c904ae6e0149bc');
INSERT INTO "loads" VALUES(22,'2026-11-27T17:50:58+00:00','someone','desk','undo 21','0.2.0',21,0,0,2,'6e819d56ea4ca4b5534ca56f00bb3fba7a234399b87144db9556c10a8a5df99e');
CREATE TABLE meetings (
    title text not null,
    rank integer check (rank >= 1),
    starts_on text not null check (starts_on is date(starts_on, '+0 days')),
    ends_on text check (ends_on is null or ends_on is date(ends_on, '+0 days')),
    town text,
    host text references centres(id),
    attendance text,
    participants integer check (participants >= 0),
    confidence text check (confidence in ('high', 'medium', 'low')),
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    primary key (starts_on, title),
    check (ends_on is null or starts_on <= ends_on)
) strict;
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
    valid_from text check (valid_from is null or valid_from is date(valid_from, '+0 days')),
    valid_to text check (valid_to is null or valid_to is date(valid_to, '+0 days')),
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    check (valid_from is null or valid_to is null or valid_from <= valid_to)
) strict;
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
INSERT INTO "perimeters" VALUES('oriv','67',NULL,'2025-12-31',NULL,'list',NULL,2);
INSERT INTO "perimeters" VALUES('oriv','68','2020-01-01',NULL,NULL,'list',NULL,1);
INSERT INTO "perimeters" VALUES('paris','2A','2020-01-01',NULL,NULL,NULL,NULL,2);
CREATE TABLE project_partners (
    project text not null references projects(id),
    centre text references centres(id),
    partner text,
    role text,
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    check ((centre is null) <> (partner is null))
) strict;
CREATE TABLE projects (
    id text primary key,
    title text not null,
    theme text,
    starts_on text check (starts_on is null or starts_on is date(starts_on, '+0 days')),
    ends_on text check (ends_on is null or ends_on is date(ends_on, '+0 days')),
    source text references sources(id),
    note text,
    load integer not null references loads(id),
    check (starts_on is null or ends_on is null or starts_on <= ends_on)
) strict;
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
INSERT INTO "scales" VALUES('one-to-four','1 to 4',1.0,4.0,NULL,NULL,NULL,NULL,1);
INSERT INTO "scales" VALUES('letters','Letters',NULL,NULL,'D | C | B | A',NULL,NULL,NULL,1);
INSERT INTO "scales" VALUES('thirds','Thirds',3.00000000000000044408e-01,3.33333333333333348136e+00,NULL,NULL,NULL,NULL,11);
CREATE TABLE seals (
    table_name text primary key,
    columns text not null,
    digest text not null
) strict;
INSERT INTO "seals" VALUES('sources','consulted_on, fictitious, id, licence, load, place, published_on, publisher, sha256, title, url','ed2fdba94fb2d60a5e67fd9b06a63c85e82b618a500c0c1d291e210f89d822f5');
INSERT INTO "seals" VALUES('departments','code, load, name, region_code, region_name, source','9a397c24d8a444b1f7abba269dd835f3066c38f2565852fd5d1e717dd0b6de1e');
INSERT INTO "seals" VALUES('territory_counts','department, geography, load, measure, note, quality, source, valid_from, valid_to, value','b65b737c8b54e06a19c0bcc87bc0e0d3381ead6817ad1cbf994421cf6d589350');
INSERT INTO "seals" VALUES('neighbourhoods','code, commune_names, communes, department, epci, epci_name, geography, load, name, note, source, valid_from, valid_to','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('contracts','code, department, holder, holder_siren, load, name, note, signed_on, source, valid_from, valid_to','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('centres','carrier, closed, co_funded, confidence, exemption_reason, id, legal_form, load, name, note, opened, seat, short_name, siren, source, successor, website','f7fbcbd9b948f1905f1fafa37c1d95fe6ec8d9e4279bf3092b3d48f83c029242');
INSERT INTO "seals" VALUES('centre_states','carrier, centre, legal_form, load, name, note, seat, short_name, siren, source, valid_to','64b744cea77cf628c721f0052f4f42943fbadcb5c02f076b1c5a90eea7813ea9');
INSERT INTO "seals" VALUES('labels','act, centre, load, note, renewal, source, valid_from, valid_to','bdd71102aa250a9d08cbb933ed21e3fc196417b6cfc161190f478b1854999ec1');
INSERT INTO "seals" VALUES('perimeters','centre, confidence, department, load, note, source, valid_from, valid_to','23980dd75d779888dee3a169f6198c317718f52ba8fc28bf481e86ee3e9a7007');
INSERT INTO "seals" VALUES('contacts','centre, consent, email, function, load, note, person, source, telephone, valid_from, valid_to','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('funders','id, kind, load, name, note, siren, source','539ddd893639abd341f4f7444b72aa64a1222779b1ef72efdd855692c5807d69');
INSERT INTO "seals" VALUES('funding','amount_cents, centre, funder, level, load, locator, nature, note, object, reference, scheme, source, stage, year','5d2802115dfd24490358b245ce14e046c5001930be328bf69326b6ef90412304');
INSERT INTO "seals" VALUES('budgets','centre, expenditure_cents, fte, load, note, resources_cents, source, status, year','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('missions','core, id, load, name_en, name_fr, note, source','667b46d6d06755243942f3e2d9b2dd21daacb65538f499813eaea17d8f41145a');
INSERT INTO "seals" VALUES('scales','id, levels, load, maximum, minimum, name, note, official, source','cb8757815bc9f81c0f95f43dba29f3a52839a2cf2dac9cf3ddb978caaa6a59b6');
INSERT INTO "seals" VALUES('evaluations','centre, evaluated_on, evaluator, kind, load, mission, note, rating, recommendation, scale, source, summary, year','94d8fcb5f9b8f535c67eb32b7d523df0f8e475c39341cbbf04455781c244c08d');
INSERT INTO "seals" VALUES('governance','centre, load, member, member_kind, note, organ, role, source, valid_from, valid_to','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('agreements','amount_cents, centre, ends_on, funder, load, note, reference, signed_on, source, starts_on, title','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('activities','actions, audience, centre, half_days, load, mission, mode, note, participants, source, theme, type, year','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('meetings','attendance, confidence, ends_on, host, load, note, participants, rank, source, starts_on, title, town','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('projects','ends_on, id, load, note, source, starts_on, theme, title','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('project_partners','centre, load, note, partner, project, role, source','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('exceptions','accepted_by, centre, department, load, note, reason, rule, source, valid_from, valid_to','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('published_figures','as_of, id, load, measure, note, source, unit, value','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "seals" VALUES('loads','at, command, deleted, digest, host, id, inserted, undoes, updated, version, who','0b5d1f70d60f2ac07335b9556c563c3c9e6dcf468cbe621a1931ad443e056a42');
INSERT INTO "seals" VALUES('load_files','id, inserted, load, path, places, profile, refused, rows_read, sha256, sheet, table_name, unchanged, updated','969f76ea517f377886a3e3909cc2b2373da36846de375a0ff708e7e9fb41ed8e');
CREATE TABLE sources (
    id text primary key,
    title text not null,
    publisher text,
    published_on text,
    licence text,
    url text,
    consulted_on text check (consulted_on is null or consulted_on is date(consulted_on, '+0 days')),
    place text,
    sha256 text check (sha256 is null or (length(sha256) = 64 and sha256 not glob '*[^0-9a-f]*')),
    fictitious integer check (fictitious in (0, 1)),
    load integer not null references loads(id)
) strict;
INSERT INTO "sources" VALUES('report','Annual report',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1);
INSERT INTO "sources" VALUES('list','The list',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,20);
INSERT INTO "sources" VALUES('more','More',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,20);
CREATE TABLE territory_counts (
    department text not null references departments(code),
    measure text not null check (measure in ('neighbourhoods', 'contracts', 'inhabitants')),
    geography text not null check (geography in ('2015', '2024')),
    value integer not null check (value >= 0),
    quality text not null check (quality in ('exact', 'minimum', 'previous-geography')),
    source text references sources(id),
    valid_from text check (valid_from is null or valid_from is date(valid_from, '+0 days')),
    valid_to text check (valid_to is null or valid_to is date(valid_to, '+0 days')),
    note text,
    load integer not null references loads(id),
    check (valid_from is null or valid_to is null or valid_from <= valid_to)
) strict;
INSERT INTO "territory_counts" VALUES('67','contracts','2024',3,'exact',NULL,'2024-01-01',NULL,NULL,1);
CREATE INDEX changes_by_row on changes (table_name, key);
CREATE INDEX changes_by_load on changes (load);
CREATE UNIQUE INDEX territory_counts_key on territory_counts (department, measure, ifnull(valid_from, ''));
CREATE INDEX neighbourhoods_by_department on neighbourhoods (department);
CREATE INDEX contracts_by_department on contracts (department);
CREATE UNIQUE INDEX labels_key on labels (centre, ifnull(valid_from, ''));
CREATE UNIQUE INDEX perimeters_key on perimeters (centre, department, ifnull(valid_from, ''));
CREATE INDEX perimeters_by_department on perimeters (department);
CREATE UNIQUE INDEX funding_key on funding (centre, funder, year, ifnull(scheme, ''), stage, ifnull(object, ''), ifnull(reference, ''), ifnull(locator, ''), ifnull(source, ''));
CREATE INDEX funding_by_year on funding (year);
CREATE UNIQUE INDEX governance_key on governance (centre, organ, member, role, ifnull(valid_from, ''));
CREATE UNIQUE INDEX agreements_key on agreements (centre, funder, starts_on, ifnull(reference, ''));
CREATE UNIQUE INDEX activities_key on activities (centre, mission, year, type, ifnull(theme, ''), ifnull(mode, ''), ifnull(audience, ''), ifnull(source, ''));
CREATE INDEX activities_by_year on activities (year);
CREATE UNIQUE INDEX project_partners_key on project_partners (project, ifnull(centre, ''), ifnull(partner, ''));
CREATE UNIQUE INDEX exceptions_key on exceptions (rule, ifnull(centre, ''), ifnull(department, ''));
COMMIT;
