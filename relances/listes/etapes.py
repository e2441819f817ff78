"""Les factures échues qui en sont à une étape, déclarées."""

from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse

from factures.lectures import liste as factures
from factures.lectures.liste import LigneFacture
from factures.listes.factures import CHAMPS_FACTURES, colonnes_des_factures, en_lignes
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import de
from recouvrement.socle.listes import Fichier, Liste, Mots, Tableau, Vide
from relances.enums import Palier
from relances.lectures.paliers import avec_palier

JAMAIS_RELANCEES = "Pas encore relancées"


def titre_de(niveau: Palier) -> str:
    return JAMAIS_RELANCEES if niveau == Palier.A_ECHOIR else niveau.label


def liste_de_l_etape(
    creancier: Creancier, niveau: Palier, *, au: date
) -> Liste[Facture, LigneFacture]:
    titre, code = titre_de(niveau), creancier.code
    # L'ordre est celui de l'échéance, et rien d'échu ne montre plus que son solde.
    colonnes = tuple(c for c in colonnes_des_factures(code) if c.titre != "Montant")

    def source(_criteres: object) -> QuerySet[Facture]:
        echues = Facture.objects.pour(creancier).ouvertes().echues(au=au)
        return avec_palier(echues).filter(Q(palier_atteint=niveau.value))

    return Liste(
        source=source,
        avec=lambda lignes: factures.lignes_de(creancier, lignes),
        en_lignes=en_lignes(au),
        sommes=factures.sommes,
        mots=Mots("facture"),
        tri_initial="",
        tris={"": ("date_echeance",)},
        tableau=lambda _: Tableau(
            nom=titre,
            legende=f"Factures échues {de(creancier.nom)}, {titre.lower()}",
            classe_de=lambda ligne: "exclue" if ligne.raison else "",
            colonnes=colonnes,
        ),
        vide=lambda _: Vide(
            "Aucune facture n’en est là",
            "Les factures avancent d’étape en étape, au rythme du scénario.",
            reverse("accueil:tableau_creancier", args=[code]),
            "Revenir au tableau de bord",
        ),
        fichier=Fichier(
            f"etape-{niveau.value}-{code}-{au:%Y-%m-%d}",
            "Factures",
            CHAMPS_FACTURES,
            {"xlsx": reverse("relances:exporter_etape", args=[code, niveau.value])},
        ),
    )
