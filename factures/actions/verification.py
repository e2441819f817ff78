"""Ce que l'on a vérifié d'une facture : ses mentions, son délai, la mise en demeure reçue."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db import transaction

from factures.actions.verrous import verrouiller_factures
from factures.enums import MentionFacture, SituationDelai
from factures.erreurs import FactureIncoherente
from factures.evenements import Evenement
from factures.models import Facture
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire, inscrire_lot


@transaction.atomic
def verifier_facture(
    facture: Facture, *, situation: str, mentions: Collection[str], acteur: Utilisateur
) -> Facture:
    """Garde ce qu'une personne a lu sur la facture ; le droit dit ensuite ce qui manque."""
    if situation and situation not in SituationDelai.values:
        raise FactureIncoherente("Cette situation de délai n'existe pas.")
    if inconnues := set(mentions) - set(MentionFacture.values):
        raise FactureIncoherente(f"Mentions inconnues : {', '.join(sorted(inconnues))}.")
    facture = verrouiller_factures(facture.creancier, [facture.pk])[facture.pk]
    facture.situation_delai, facture.mentions_vues = situation, sorted(mentions)
    facture.save(update_fields=["situation_delai", "mentions_vues"])
    inscrire(
        Evenement.FACTURE_VERIFIEE,
        cible=facture,
        acteur=acteur,
        situation=situation,
        mentions=facture.mentions_vues,
    )
    return facture


@transaction.atomic
def constater_mise_en_demeure(
    factures: Iterable[Facture], *, recue_le: date, acteur: Utilisateur | None
) -> list[Facture]:
    """La première reçue fixe le départ des intérêts légaux ; une seconde n'y change rien."""
    factures = list(factures)
    if not factures:
        return []
    creancier = factures[0].creancier
    relues = verrouiller_factures(creancier, [f.pk for f in factures]).values()
    changees = [
        f
        for f in relues
        if f.mise_en_demeure_recue_le is None or recue_le < f.mise_en_demeure_recue_le
    ]
    for facture in changees:
        facture.mise_en_demeure_recue_le = recue_le
        facture.save(update_fields=["mise_en_demeure_recue_le"])
    inscrire_lot(
        Evenement.MISE_EN_DEMEURE_RECUE,
        cibles=[(f, {"recue_le": recue_le}) for f in changees],
        acteur=acteur,
    )
    return changees
