"""Files in the shapes in which official ones circulate. The names, numbers and amounts are made up."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal

_NEIGHBOURHOODS = "code_qp;lib_qp;insee_reg;lib_reg;insee_dep;lib_dep;insee_com;lib_com;siren_epci;lib_epci;;"
_PAYMENTS = "siren,nom,annee,montant_eur,echelon,financeur,programme,objet,measure,granularity,source_id,source_label"


def _as_published(lines: Iterable[str]) -> bytes:
    """The list of neighbourhoods is UTF-8 with a byte order mark and Windows line ends."""
    return "".join(f"{line}\r\n" for line in (_NEIGHBOURHOODS, *lines)).encode("utf-8-sig")


# Zeros lost in front, “œ” dropped, several communes in a cell, a quoted cell with quotes in it, no intercommunality.
NEIGHBOURHOODS = _as_published(
    """\
QN00191M;Le Pré Inventé;84;Auvergne-Rhône-Alpes;1;Ain;1901;Ville-Imaginaire;900000019;CA de Ville-Imaginaire;;
QN00192M;Cur De Ville - L'Exemple;84;Auvergne-Rhône-Alpes;1;Ain;1901;Ville-Imaginaire;900000019;CA de Ville-Imaginaire;;
QN00193I;Quartier d'Essai;84;Auvergne-Rhône-Alpes;1;Ain;1902, 1903;Bourg-Exemple, Sur-Feinte;900000019;CA;;
QN00291M;Champ De Manuvre;32;Hauts-de-France;2;Aisne;2901;Saint-Exemple;900000027;CC du Saint-Exemple;;
QN00692M;Joliot Curie;93;Provence-Alpes-Côte d'Azur;6;Alpes-Maritimes;6901, 6902, 6903;A, B, C;900000035;CA;;
QN01791M;Bellevue;75;Nouvelle-Aquitaine;17;Charente-Maritime;17901;Bourg;900000043;"CA ""Bourg - L'Agglo\""";;
QN02A91M;La Fiction;94;Corse;2A;Corse-du-Sud;2A901;Porto-Exemple;900000050;CC du Porto-Exemple;;
QN06791M;Les Murs De Papier;44;Grand Est;67;Bas-Rhin;67901;Exemplheim;900000068;Eurométropole d'Exemplheim;;
QN09391M;Coeur De Papier;11;Île-de-France;93;Seine-Saint-Denis;93901;Exemple-sur-Seine;900000076;Métropole;;
QN97191I;Cur d'agglo - Le Modèle;1;Guadeloupe;971;Guadeloupe;97191, 97192;Pointe-à-Feinte, Les Faux;900000084;CA;;
QN97891M;Sand Bay;978;Saint-Martin;978;Saint-Martin;97891;Saint-Martin;900000019;COM de Saint-Martin;;
QN98791M;Motu Faux;987;Polynésie française;987;Polynésie française;98791;Papexemple;;;;""".splitlines()
)

# One grantor that is none of the registry's; no beneficiary is a centre. Spaces after names, missing numbers,
# quoted cells, a period that ends before it begins, aid in kind beside money, parts of an amount.
SUBSIDIES = """\
nomAttribuant,idAttribuant,dateConvention,referenceDecision,nomBeneficiaire,idBeneficiaire,rnaBeneficiaire,objet,\
montant,nature,conditionsVersement,datesPeriodeVersement,idRAE,notificationUE,pourcentageSubvention,dispositifAide
EXEMPLE,21999001700010,2015-07-07,CONV N° 1-15 2015-06-19,CLUB DU PERSONNEL D'EXEMPLE ,90000001900019,W999000001,\
Fonctionnement,1234.56,aide en numéraire,échelonné,2017-03-30/2017-05-24,,non,0.05,
EXEMPLE,21999001700010,2013-10-04,CONV N° 2-13,EXEMPLE RALLYE,,W999000002,Fonctionnement,100,aide en numéraire,unique,\
2017-03-09/2017-07-31,,non,0.1,
EXEMPLE,21999001700010,2016-06-17,CONV N° 3-4  et DELIB N°4-15 du 2014-12-19,SPORTS - ASE,90000002700012,,\
Fonctionnement,200,aide en numéraire,unique,2017-01-13/2017-03-02,,non,0.15,
EXEMPLE,21999001700010,2011-06-17,CONV N° 5-11,"HANDISPORTS, EXEMPLE ET ALENTOURS",90000003500015,,Fonctionnement,300,\
aide en numéraire,unique,2017-03-09/2017-07-11,,oui,1,
EXEMPLE,21999001700010,2013-10-04,CONV N° 6-13,REGATES D EXEMPLE    ,90000004300019,,Fonctionnement,400.7,\
aide en numéraire;aide en nature,unique,2017-03-09/2017-07-07,,oui,0.2,
EXEMPLE,21999001700010,2016-05-26,CONV N° 7-15,COMEDIE D'EXEMPLE,90000005000014,,Fonctionnement,500,aide en numéraire,\
échelonné,2017-03-02/2017-30-05,,oui,0.7,
EXEMPLE,21999001700010,2017-12-14,CONV N° 8-17,LES VOILES D'EXEMPLE,90000006800016,,Fonctionnement,600,aide en nature,\
unique,2017-12-20/2017-03-09,,oui,0.5,
"""


def list_of_neighbourhoods(counts: Mapping[str, int]) -> bytes:
    """The list that has so many neighbourhoods in each department, given by its code."""
    return _as_published(
        f"QN{code.zfill(3)}{number:02}{'M' if code < '97' else 'I'};Quartier {number};;;{code.lstrip('0')};;"
        f"{code.lstrip('0')}{number:0{5 - len(code)}};Commune;;;;"
        for code, count in counts.items()
        for number in range(1, count + 1)
    )


def collected_grants(grants: Iterable[tuple[str, int, str, str]]) -> str:
    """Grants as they are collected from open data, given as SIREN, year, amount and object.

    Each is a row of the agency's file, and the annex of two years later gives one sum for each body and year.
    """
    stream = io.StringIO()
    stream.write(f"{_PAYMENTS}\n")
    writer = csv.writer(stream, lineterminator="\n")
    sums: dict[tuple[str, int], Decimal] = {}
    for siren, year, amount, words in grants:
        agency = ["etat", "ANCT (État)", "P147 - Politique de la ville", words, "attribue", "individual"]
        writer.writerow([siren, "Corps", year, amount, *agency, "anct-politique-ville", "ANCT (État)"])
        sums[siren, year] = sums.get((siren, year), Decimal()) + Decimal(amount)
    for (siren, year), total in sums.items():
        annex = ["etat", "État — 147", "147", "Animation", "attribue", "individual", f"plf-jaune-{year + 2}", "Annexe"]
        writer.writerow([siren, "Corps", year, total, *annex])
    return stream.getvalue()


def collected_payments(grants: Iterable[tuple[str, int, str]]) -> str:
    """Payments as they are collected from open data, for grants given as SIREN, year and amount.

    Each is there as two parts from the agency's file, and once more from the budget annex of two years later, which
    has the same money, with a stray control character; in between stands what counts for neither.
    """
    stream = io.StringIO()
    stream.write(f"{_PAYMENTS}\n")
    writer = csv.writer(stream, lineterminator="\n")

    def payment(siren: str, year: object, amount: object, source: str, measure: str = "attribue") -> None:
        annex = source.startswith("plf")
        payer, programme = ("État — 147", "147") if annex else ("ANCT (État)", "P147 - Politique de la ville")
        label = "Annexe d\x92un projet, « Effort financier »" if annex else "ANCT (État)"
        purpose = 'Centre de "ressources", réseau'
        writer.writerow(
            [siren, "Corps", year, amount, "etat", payer, programme, purpose, measure, "individual", source, label]
        )

    for siren, year, amount in grants:
        whole = Decimal(amount)
        part = (whole / 3).quantize(Decimal("0.01"))
        payment(siren, year, f"{part}", "anct-politique-ville")
        payment(siren, year, f"{(whole - part).normalize():f}", "anct-politique-ville-2")
        payment(siren, year, f"{whole:.1f}", f"plf-jaune-{year + 2}")
        payment(siren, year, f"{whole:.1f}", "anct-politique-ville", measure="verse")
        payment(siren, "", "5", "anct-politique-ville")
        payment(siren, year, "", "anct-politique-ville")
        payment(siren, year, "7.0", "ods-0123456789ab")
    payment("900000019", 2016, "999.0", "anct-politique-ville")
    return stream.getvalue()
