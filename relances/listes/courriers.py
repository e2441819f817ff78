"""Les courriers et les envois qui attendent une personne, déclarés."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.models import Envoi
from recouvrement.socle.formats import jour, moment
from recouvrement.socle.listes import (
    Colonne,
    Criteres,
    Geste,
    Liste,
    Lot,
    Onglet,
    Onglets,
    Tableau,
    Vide,
)
from relances.models import Courrier, Relance

ETATS = Onglets(
    nom="etat",
    choix=(Onglet(cle="", libelle="Toutes"), Onglet(cle="a_poster", libelle="À poster")),
)


def liste_des_courriers(creancier: Creancier) -> Liste[Courrier, Courrier]:
    code = creancier.code

    def source(criteres: Criteres) -> QuerySet[Courrier]:
        courriers = Courrier.objects.pour(creancier).select_related("client", "document")
        return courriers.a_poster() if criteres.onglet == "a_poster" else courriers

    return Liste(
        source=source,
        onglets=ETATS,
        tri_initial="",
        tris={"": ("-pk",)},
        tableau=lambda _: Tableau(
            nom="Courriers",
            colonnes=(
                Colonne(
                    titre="Client",
                    valeur=lambda courrier: courrier.client.nom,
                    lien=lambda courrier: reverse("relances:courrier", args=[code, courrier.pk]),
                    classe="nom",
                    est_titre=True,
                ),
                Colonne(titre="Courrier", valeur=lambda courrier: courrier.get_canal_display()),
                Colonne(titre="État", valeur=lambda courrier: courrier.get_etat_display()),
                Colonne(
                    titre="Posté le",
                    valeur=lambda courrier: courrier.poste_le,
                    format=jour,
                    classe="cache",
                ),
                Colonne(
                    titre="Suivi", valeur=lambda courrier: courrier.numero_suivi, classe="cache"
                ),
            ),
        ),
        vide=lambda _: Vide(
            "Aucun courrier",
            "Les lettres préparées se retrouvent ici, avec leur numéro de suivi "
            "et ce qu’elles deviennent.",
        ),
    )


def tableau_a_preparer(code: str, *, peut_ecrire: bool) -> Tableau[Relance]:
    lot = Lot[Relance](
        vers=reverse("relances:preparer_lot", args=[code]),
        champ="relance",
        cle=lambda relance: relance.pk,
        nom_de=lambda relance: f"Préparer la lettre à {relance.client.nom}",
        aide="Décochez celles qui peuvent attendre.",
        mots="lettre,lettres",
        gestes=(Geste("Préparer les lettres cochées", est_principal=True),),
        sont_cochees=True,
    )
    return Tableau(
        nom="Lettres à préparer",
        lot=lot if peut_ecrire else None,
        colonnes=(
            Colonne(
                titre="Client",
                valeur=lambda relance: relance.client.nom,
                lien=lambda relance: reverse("relances:lettre", args=[code, relance.pk]),
                classe="nom",
                est_titre=True,
            ),
            Colonne(titre="Lettre", valeur=_etape_ou_canal),
            Colonne(titre="Prévue le", valeur=lambda relance: relance.prevue_le, format=jour),
        ),
    )


def tableau_des_envois(code: str, titre: str) -> Tableau[Any]:
    """Des relances qui ont un envoi."""
    return Tableau(
        nom=titre,
        colonnes=(
            Colonne(
                titre="Client",
                valeur=lambda relance: relance.client.nom,
                lien=lambda relance: reverse("relances:relance", args=[code, relance.pk]),
                est_titre=True,
            ),
            Colonne(titre="Message", gabarit="relances/envois.html#message"),
            Colonne(titre="Réponse du serveur", valeur=lambda relance: _reponse(relance.envoi)),
            Colonne(
                titre="Le",
                valeur=lambda relance: relance.envoi.data_a or relance.envoi.pas_avant,
                format=moment,
            ),
        ),
    )


def _etape_ou_canal(relance: Relance) -> str:
    return relance.etape.nom if relance.etape else relance.get_canal_display()


def _reponse(envoi: Envoi) -> str:
    """Ce que le serveur a dit ; sinon, où en est le message."""
    if envoi.reponse:
        return format_html('<span class="pourquoi">{}</span>', envoi.reponse)
    return str(envoi.get_etat_display())
