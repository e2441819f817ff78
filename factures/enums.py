from collections.abc import Callable, Mapping
from typing import cast

from django.db import models

from recouvrement.droit.mentions import MENTIONS_FACTURE
from recouvrement.droit.paiement import Situation
from recouvrement.droit.prescription import Acte, Duree, Effet
from recouvrement.droit.titre import Nature


class NatureFacture(models.TextChoices):
    FACTURE = "facture", "Facture"
    ACOMPTE = "acompte", "Facture d'acompte"
    AVOIR = "avoir", "Avoir"


class Moyen(models.TextChoices):
    VIREMENT = "virement", "Virement"
    CHEQUE = "cheque", "Chèque"
    CARTE = "carte", "Carte"
    PRELEVEMENT = "prelevement", "Prélèvement"
    ESPECES = "especes", "Espèces"
    COMPENSATION = "compensation", "Compensation"
    AVOIR = "avoir", "Avoir imputé"
    DEJA_VERSE = "deja_verse", "Déjà versé à l'émission"
    REMPLACEMENT = "remplacement", "Remplacée par une rectificative"


# Ce qui éteint une facture sans que rien n'entre.
MOYENS_SANS_ARGENT = (Moyen.AVOIR, Moyen.COMPENSATION, Moyen.REMPLACEMENT)
# Ce qui retire la dette au lieu de la payer : un avoir, ou la rectificative qui remplace.
MOYENS_QUI_RETIRENT = (Moyen.AVOIR, Moyen.REMPLACEMENT)
# Ce que le produit écrit lui-même : cela ne se saisit pas comme un règlement.
MOYENS_RESERVES = (Moyen.AVOIR, Moyen.DEJA_VERSE, Moyen.REMPLACEMENT)


class IssueReference(models.TextChoices):
    """Ce qu'est devenue la facture visée par un avoir ou une rectificative."""

    APPLIQUEE = "appliquee", "Appliquée"
    ECARTEE = "ecartee", "Écartée"


class NaturePiece(models.TextChoices):
    FACTURE = "facture", "Facture"
    CONTRAT = "contrat", "Contrat"
    DEVIS = "devis", "Devis signé"
    COMMANDE = "commande", "Bon de commande"
    LIVRAISON = "livraison", "Bon de livraison"
    CGV = "cgv", "Conditions générales"
    ECHANGE = "echange", "Échange"
    AVIS = "avis", "Avis de réception"
    PREUVE_DEPOT = "preuve_depot", "Preuve de dépôt"
    AUTRE = "autre", "Autre"


class MotifLitige(models.TextChoices):
    QUALITE = "qualite", "Qualité ou malfaçon"
    LIVRAISON = "livraison", "Livraison absente ou incomplète"
    PRIX = "prix", "Prix ou quantité"
    DEJA_PAYE = "deja_paye", "Dit avoir payé"
    ADMINISTRATIF = "administratif", "Facture erronée ou non reçue"
    AUTRE = "autre", "Autre"


class IssueLitige(models.TextChoices):
    FONDE = "fonde", "Fondé : avoir ou remise"
    INFONDE = "infonde", "Infondé : la facture est due"
    ACCORD = "accord", "Accord trouvé"
    # L'ouverture est annulée : personne n'a tranché.
    ANNULE = "annule", "Ouvert par erreur"


ISSUES_A_CHOISIR = tuple(choix for choix in IssueLitige.choices if choix[0] != IssueLitige.ANNULE)


class EtatImport(models.TextChoices):
    APERCU = "apercu", "À vérifier"
    VALIDE = "valide", "Importé"
    ABANDONNE = "abandonne", "Abandonné"
    DEFAIT = "defait", "Défait"


class SortLigne(models.TextChoices):
    """Ce que l'import fera, ou a fait, d'une ligne."""

    CREEE = "creee", "Créée"
    MISE_A_JOUR = "maj", "Mise à jour"
    INCHANGEE = "inchangee", "Inchangée"
    REFUSEE = "refusee", "Refusée"


class QuestionImport(models.TextChoices):
    """Ce qu'un fichier peut dire autrement que la base, et qu'une personne décide."""

    EMISSION = "emission", "Date d'émission"
    ECHEANCE = "echeance", "Échéance"
    MONTANT = "montant", "Montants"
    OBJET = "objet", "Objet"
    COMMANDE = "commande", "Référence de commande"
    RESTE = "reste", "Reste dû remonté"
    ABSENTE = "absente", "Absente de la liste"


class BaseJours(models.TextChoices):
    CIVILE = "365", "365 jours"
    REELLE = "reelle", "Année réelle (365 ou 366 jours)"


class OrdreImputation(models.TextChoices):
    """Ce qu'un règlement éteint d'abord (C. civ., art. 1343-1)."""

    INTERETS = "interets_dabord", "Les intérêts"
    PRINCIPAL = "principal_dabord", "Le principal"


class SerieTaux(models.TextChoices):
    BCE = "bce", "Taux de refinancement de la BCE"
    LEGAL_PROFESSIONNEL = "legal_professionnel", "Taux légal, créancier professionnel"
    LEGAL_PARTICULIER = "legal_particulier", "Taux légal, créancier particulier"


def _choix(nom: str, libelles: Mapping[str, str]) -> type[models.TextChoices]:
    """Des cas que le droit définit, et leur libellé."""
    creer = cast("Callable[[str, object], type[models.TextChoices]]", models.TextChoices)
    return creer(nom, {code: (code, vu[0].upper() + vu[1:]) for code, vu in libelles.items()})


# Les seuls actes du droit qui comptent ; une relance n'y est pas, elle ne fait rien.
ActePrescription = _choix(
    "ActePrescription",
    {acte.name: acte.libelle for acte in Acte if acte.effet is not Effet.AUCUN},
)


def actes_a_saisir(*, personne_publique: bool) -> list[tuple[str, str]]:
    """Ni ceux que dit une décision enregistrée, ni ceux qui ne comptent pas contre ce débiteur."""
    return [
        (code, libelle)
        for code, libelle in ActePrescription.choices
        if not Acte[code].vient_d_une_decision
        and (personne_publique or not Acte[code].vise_une_personne_publique)
    ]


class NatureDecision(models.TextChoices):
    JUGEMENT = Nature.JUGEMENT.value, "Jugement ou arrêt"
    REFERE = Nature.REFERE.value, "Ordonnance de référé"
    INJONCTION = Nature.INJONCTION.value, "Ordonnance d'injonction de payer"


class FaitDecision(models.TextChoices):
    """Ce qui suit une décision ; d'elle et de lui se déduisent délais, intérêts, prescription."""

    A_PERSONNE = "a_personne", "Signifiée, remise à personne"
    SIGNIFIEE = "signifiee", "Signifiée autrement (domicile, étude, recherches)"
    ACTE = "acte", "Premier acte remis à personne, ou première saisie"
    OPPOSITION = "opposition", "Opposition formée"
    APPEL = "appel", "Appel formé"
    ETEINT = "eteint", "Recours éteint (désistement, irrecevabilité, rejet)"


SIGNIFICATIONS = (FaitDecision.A_PERSONNE, FaitDecision.SIGNIFIEE)
# Ce qui peut suivre chaque nature de décision.
FAITS_PAR_NATURE = {
    NatureDecision.JUGEMENT: (*SIGNIFICATIONS, FaitDecision.APPEL, FaitDecision.ETEINT),
    NatureDecision.REFERE: (*SIGNIFICATIONS, FaitDecision.APPEL, FaitDecision.ETEINT),
    NatureDecision.INJONCTION: (
        *SIGNIFICATIONS,
        *(FaitDecision.ACTE, FaitDecision.OPPOSITION, FaitDecision.ETEINT),
    ),
}
DureePrescription = _choix(
    "DureePrescription", {duree.name: duree.libelle for duree in Duree if duree.est_au_choix}
)


class NatureProcedure(models.TextChoices):
    SAUVEGARDE = "sauvegarde", "Sauvegarde"
    REDRESSEMENT = "redressement", "Redressement judiciaire"
    LIQUIDATION = "liquidation", "Liquidation judiciaire"


SituationDelai = _choix(
    "SituationDelai", {situation.name: situation.value.libelle for situation in Situation}
)
MentionFacture = _choix(
    "MentionFacture", {mention.code: mention.libelle for mention in MENTIONS_FACTURE}
)
