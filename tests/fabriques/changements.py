from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email import message_from_bytes, policy

from django.db import connection

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.models import Envoi
from recouvrement.equipe import actions
from recouvrement.journal.models import Entree
from recouvrement.socle.erreurs import ErreurMetier
from tests.fabriques.comptes import un_creancier, un_utilisateur

MAINTENANT = datetime(2026, 3, 2, 9, tzinfo=UTC)
AVANT, APRES = "FR7630006000011234567890189", "FR7610107001011234567890129"


def un_couple():
    creancier = un_creancier()
    return creancier, un_utilisateur(chez=creancier), un_utilisateur(chez=creancier)


def demander(creancier, acteur, *, maintenant=MAINTENANT, **champs):
    [changement] = actions.regler(
        creancier, champs=champs or {"iban": APRES}, acteur=acteur, maintenant=maintenant
    )
    return changement


def relu(objet):
    return type(objet).objects.filter(creancier=objet.creancier).get(pk=objet.pk)


def iban(creancier):
    return Creancier.objects.get(pk=creancier.pk).iban


def courriels():
    """(destinataire, corps) de ce qui a été déposé pour des comptes."""
    return [
        (
            envoi.destinataire,
            message_from_bytes(bytes(envoi.octets), policy=policy.default).get_body().get_content(),
        )
        for envoi in Envoi.objects.de_compte().order_by("pk")
    ]


def lien_pour_defaire(personne=None):
    """Celui du courriel d'un gestionnaire seul."""
    corps = [texte for a, texte in courriels() if personne is None or a == personne.email]
    return next(mot for texte in corps for mot in texte.split() if "/changement/" in mot)


def evenements(creancier):
    return list(Entree.objects.pour(creancier).order_by("id").values_list("evenement", flat=True))


def en_parallele(*gestes):
    """Chacun sur sa connexion ; rend ce que chacun a obtenu, True ou le nom du refus."""

    def jouer(geste):
        try:
            geste()
        except ErreurMetier as refus:
            return type(refus).__name__
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(gestes)) as bassin:
        return list(bassin.map(jouer, gestes))
