"""Presque toutes les valeurs hostiles, dans presque tous les champs : combien, et aucune panne."""

import os
from collections import Counter

import pytest

from tests.appuis.saisies import VALEURS, choisir, essayer, les_essais, moissonner, parametres_lus
from tests.fabriques.maison import une_maison

SAISIES = int(os.environ.get("SAISIES", "12000"))
GRAINE = int(os.environ.get("GRAINE", "1"))


@pytest.mark.campagne
@pytest.mark.django_db
def test_aucune_saisie_ne_fait_de_panne(client, settings):
    settings.QUOTA_EXPORTS = settings.QUOTA_DEPOTS = 10**6
    creancier, acteur = une_maison()
    client.force_login(acteur)
    pages, formulaires = moissonner(client, creancier, formes=4)
    essais = list(les_essais(creancier, pages, formulaires))
    choisis = choisir(essais, SAISIES, GRAINE)
    statuts: Counter[int] = Counter()
    pannes = []
    for essai in choisis:
        statut, panne = essayer(client, essai)
        statuts[statut] += 1
        if statut == 500:
            pannes.append(f"{essai} : {panne}")
    champs = sum(len(f.champs) + len(f.fichiers) for f in formulaires)
    print(
        f"\n{len(choisis)} saisies sur {len(essais)} possibles : {len(pages)} pages, "
        f"{len(parametres_lus())} paramètres, {len(formulaires)} formulaires de {champs} champs, "
        f"{len(VALEURS)} valeurs. Réponses : {dict(sorted(statuts.items()))}. "
        f"Pannes : {len(pannes)}."
    )
    for panne in sorted(set(pannes))[:60]:
        print("  ", panne)
    assert pannes == []
