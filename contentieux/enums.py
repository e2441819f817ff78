from django.db import models


class Voie(models.TextChoices):
    INJONCTION_TC = "injonction_tc", "Injonction de payer, tribunal de commerce"
    INJONCTION_TJ = "injonction_tj", "Injonction de payer, tribunal judiciaire"
    AUTRE = "autre", "Autre voie"


class EtatDossier(models.TextChoices):
    PREPARATION = "preparation", "En préparation"
    DEPOSE = "depose", "Requête déposée"
    ORDONNANCE = "ordonnance", "Ordonnance rendue"
    SIGNIFIE = "signifie", "Ordonnance signifiée"
    OPPOSITION = "opposition", "Opposition formée"
    EXECUTOIRE = "executoire", "Exécutoire"
    EXECUTION = "execution", "En exécution"
    CLOS = "clos", "Clos"


class IssueDossier(models.TextChoices):
    PAYE = "paye", "Payé"
    ABANDONNE = "abandonne", "Abandonné"
    PERDU = "perdu", "Perdu"


class Suite(models.TextChoices):
    """Ce que devient l'amiable de ce qui reste dû."""

    REPRENDRE = "reprendre", "Reprendre les relances là où elles en étaient"
    ARRETER = "arreter", "Plus aucune relance automatique"


class NatureFrais(models.TextChoices):
    GREFFE = "greffe", "Greffe"
    COMMISSAIRE = "commissaire", "Commissaire de justice"
    AVOCAT = "avocat", "Avocat"
    POSTE = "poste", "Affranchissement"
    AUTRE = "autre", "Autre"
