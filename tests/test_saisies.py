"""Quoi que l'on mette dans une adresse ou un formulaire : une page, une phrase, pas une panne."""

import pytest

from recouvrement.socle.saisies.lisible import phrase_illisible
from tests.appuis.saisies import (
    choisir,
    essayer,
    les_essais,
    moissonner,
    parametres_lus,
)
from tests.fabriques.maison import une_maison

GRAINE, NOMBRE = 20261128, 160


@pytest.mark.django_db
def test_aucune_valeur_ne_fait_de_panne(client, settings):
    """Un échantillon tiré au sort ; la campagne « saisies » les essaie presque toutes."""
    settings.QUOTA_EXPORTS = settings.QUOTA_DEPOTS = 10**6
    creancier, acteur = une_maison()
    client.force_login(acteur)
    pages, formulaires = moissonner(client, creancier)
    essais = list(les_essais(creancier, pages, formulaires))
    pannes = []
    for essai in choisir(essais, NOMBRE, GRAINE):
        statut, panne = essayer(client, essai)
        if statut == 500:
            pannes.append(f"{essai} : {panne}")

    assert pannes == []
    assert len(pages) > 60
    assert len(formulaires) > 40
    assert {"client", "facture", "apres", "suivant"} <= set(parametres_lus())


@pytest.mark.parametrize(
    "signe", ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\x00", "\x1b"]
)
def test_un_nom_ne_porte_rien_d_invisible(signe):
    assert f"U+{ord(signe):04X}" in phrase_illisible(f"Durand{signe}fdp.exe")


@pytest.mark.parametrize("nom", ["Société É. & Cie", "O’Brien–Dupont", "Łódź", "林 商店", "n° 3 ²"])
def test_un_nom_ordinaire_se_lit(nom):
    assert phrase_illisible(nom) == ""
