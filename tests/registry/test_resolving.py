"""What a foreign file is matched with: the ids of the registry, by number and by name."""

from __future__ import annotations

from crpv_cli.registry.connection import open_reading
from crpv_cli.registry.resolving import lookups
from tests.registry.bench import Bench


def test_ids_are_found_by_number_and_by_name_unless_two_share_it(world: Bench) -> None:
    report = world.load(
        (
            "funders.csv",
            "id,name,kind,siren\nregion,Région Grand-Est,region,233500016\ntown,Ville,commune,216704825\n"
            "again,Région  Grand Est,other,\ncaf,CAF,caf,\nother-caf,Autre,caf,380369124\nsame,Même,caf,380369124\n",
        ),
        ("centres.csv", "id,name,short_name,legal_form,co_funded,siren\nlabo,Labo Cités,Labo,gip,yes,415021377\n"),
        (
            "centre_states.csv",
            "centre,valid_to,name,short_name,legal_form,siren\n"
            "labo,2015-12-31,CR-DSU,Labo,gip,494414709\noriv,2015-12-31,Paris,ORIV,gip,\n",
        ),
    )
    assert report.errors == 0
    with open_reading(world.registry) as connection:
        found = lookups(connection)
    assert found == {
        "centres": {"labo": "labo", "oriv": "oriv", "paris": "paris"},
        "departments": {"2A": "2A", "67": "67", "68": "68"},
        "funders": {name: name for name in ("again", "caf", "etat", "other-caf", "region", "same", "town", "ville")},
        "sources": {"list": "list", "report": "report"},
        "centre-of-siren": {"415021377": "labo", "494414709": "labo"},
        "centre-of-name": {
            "labo": "labo",
            "labo cites": "labo",
            "cr dsu": "labo",  # what it was called before
            "oriv": "oriv",
            "observatoire": "oriv",
            "paris": "paris",  # though another was called so before
            "centre de paris": "paris",
        },
        "funder-of-siren": {"233500016": "region", "216704825": "town"},
        # Two are called “Ville” (the id of one, the name of the other), and two “Région Grand Est”.
        "funder-of-name": {
            "region": "region",
            "town": "town",
            "again": "again",
            "caf": "caf",
            "etat": "etat",
            "other caf": "other-caf",
            "autre": "other-caf",
            "same": "same",
            "meme": "same",
        },
        "funder-without-siren": {
            "etat": "etat",
            "ville": "ville",
            "again": "again",
            "region grand est": "again",
            "caf": "caf",
        },
    }
