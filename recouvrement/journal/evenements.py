from django.db import models


class Genre(models.TextChoices):
    """Les gestes d'une personne que ses effets désignent."""

    APPEL = "appel", "Appel"
    RAPPEL = "rappel", "Rappel clos"
    PROMESSE = "promesse", "Promesse"
    CONSTAT = "constat", "Constat d'une promesse"
    LITIGE = "litige", "Ouverture d'un litige"
    ISSUE_LITIGE = "issue_litige", "Issue d'un litige"
    REGLEMENT = "reglement", "Règlement"
    IMPUTATION = "imputation", "Emploi d'un règlement"
    CONTRE_ECRITURE = "contre_ecriture", "Contre-écriture"
    IMPORT = "import", "Import"
    MARQUE = "marque", "Coordonnée marquée"
    FUSION = "fusion", "Réunion de deux fiches"
    NATURE = "nature", "Nature d'un client"
    RELANCE = "relance", "Relance écrite par une personne"
    VALIDATION = "validation", "Relance validée"
    RETENUE = "retenue", "Relance retenue"
    DECISION = "decision", "Décision sur une relance"
    LETTRE = "lettre", "Lettre préparée"
    DEPOT = "depot", "Lettre postée"
    SUIVI = "suivi", "Suivi de la poste"
    DOSSIER = "dossier", "Dossier ouvert"
    ETAPE = "etape", "Étape d'un dossier"
    ISSUE_DOSSIER = "issue_dossier", "Dossier clos"
    ANNULATION = "annulation", "Annulation"


class Evenement(models.TextChoices):
    """Ce que le journal dit de lui-même."""

    JOURNAL_ANCRE = "journal_ancre", "Journal ancré"
    DONNEES_EFFACEES = "donnees_effacees", "Données effacées du journal"
    CONSTATS_ACTES = "constats_actes", "Constats du journal pris en acte"
