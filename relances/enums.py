from django.db import models


class Canal(models.TextChoices):
    COURRIEL = "courriel", "Courriel"
    TELEPHONE = "telephone", "Téléphone"
    COURRIER = "courrier", "Courrier"
    RECOMMANDE = "recommande", "Recommandé"
    MISE_EN_DEMEURE = "mise_en_demeure", "Mise en demeure"
    CONTENTIEUX = "contentieux", "Contentieux"


CANAUX_POSTAUX = (Canal.COURRIER, Canal.RECOMMANDE, Canal.MISE_EN_DEMEURE)
CANAUX_ECRITS = (Canal.COURRIEL, *CANAUX_POSTAUX)


class Ton(models.TextChoices):
    PREVENANT = "prevenant", "Prévenant"
    COURTOIS = "courtois", "Courtois"
    FERME = "ferme", "Ferme"
    DERNIER = "dernier", "Dernier rappel amiable"


class Palier(models.IntegerChoices):
    """Jusqu'où la créance est allée : les six traits du palier à l'écran."""

    A_ECHOIR = 0, "À échoir"
    RAPPEL = 1, "Rappel"
    RELANCE = 2, "Relance"
    COURRIER = 3, "Courrier"
    MISE_EN_DEMEURE = 4, "Mise en demeure"
    CONTENTIEUX = 5, "Contentieux"
    EXECUTION = 6, "Exécution"


class Declenchement(models.TextChoices):
    AUTOMATIQUE = "automatique", "Part seul"
    VALIDATION = "validation", "Attend une validation"
    MANUEL = "manuel", "Fait par une personne"


class EtatRelance(models.TextChoices):
    A_VALIDER = "a_valider", "À valider"
    PLANIFIEE = "planifiee", "Prévue"
    A_FAIRE = "a_faire", "À faire"
    FAITE = "faite", "Faite"
    ANNULEE = "annulee", "Annulée"
    ECHEC = "echec", "Non partie"
    INCERTAINE = "incertaine", "Incertaine"


ETATS_EN_ATTENTE = (EtatRelance.A_VALIDER, EtatRelance.PLANIFIEE, EtatRelance.A_FAIRE)
# Tant qu'une relance est dans l'un de ces états, ses factures n'avancent pas.
ETATS_QUI_RETIENNENT = (*ETATS_EN_ATTENTE, EtatRelance.ECHEC, EtatRelance.INCERTAINE)


class Issue(models.TextChoices):
    """L'issue d'un appel. Les trois dernières : la personne n'a pas été jointe."""

    PROMET = "promet", "Promet de payer"
    CONTESTE = "conteste", "Conteste"
    DELAI = "delai", "Demande un délai"
    PAYE = "paye", "Dit avoir payé"
    RAPPELER = "rappeler", "Demande à être rappelé"
    MESSAGERIE = "messagerie", "Messagerie"
    SANS_REPONSE = "sans_reponse", "Ne répond pas"
    MAUVAIS_NUMERO = "mauvais_numero", "Mauvais numéro"


class IssuePromesse(models.TextChoices):
    """Ce qu'une promesse est devenue, d'après les règlements reçus et leur date."""

    EN_COURS = "en_cours", "En cours"
    TENUE = "tenue", "Tenue"
    EN_RETARD = "en_retard", "Tenue en retard"
    NON_TENUE = "non_tenue", "Non tenue"
    REMPLACEE = "remplacee", "Remplacée"
    ANNULEE = "annulee", "Annulée"


ISSUES_NON_JOINT = (Issue.MESSAGERIE, Issue.SANS_REPONSE, Issue.MAUVAIS_NUMERO)


class EtatCourrier(models.TextChoices):
    A_POSTER = "a_poster", "À poster"
    POSTE = "poste", "Posté"
    PRESENTE = "presente", "Présenté"
    AVISE = "avise", "Avisé"
    DISTRIBUE = "distribue", "Distribué"
    REFUSE = "refuse", "Refusé"
    NON_RECLAME = "non_reclame", "Non réclamé"
    NPAI = "npai", "N'habite pas à l'adresse"
    ANNULE = "annule", "Annulé"


class CodeBlocage(models.TextChoices):
    """Pourquoi ça ne part pas : un code stable ; la table des règles en fait une phrase."""

    AVOIR = "avoir", "Avoir"
    SOLDEE = "soldee", "Soldée"
    REFERENCE = "reference", "En question"
    COUVERTE = "couverte", "Avoir ou règlement à employer"
    PROMESSE = "promesse", "Promesse en cours"
    LITIGE = "litige", "Litige ouvert"
    SUSPENDU = "suspendu", "Client suspendu"
    PROCEDURE_COLLECTIVE = "procedure_collective", "Procédure collective"
    CONTENTIEUX = "contentieux", "Au contentieux"
    QUALITE = "qualite", "Qualité à établir"
    EFFACE = "efface", "Données effacées"
    ARCHIVE = "archive", "Créancier archivé"
    MANDAT = "mandat", "Mandat absent ou terminé"
    SOLDES_PERIMES = "soldes_perimes", "Règlements non à jour"
    ECART = "ecart", "Écart minimal"
    ADRESSE = "adresse", "Adresse manquante ou invalide"
    HORAIRES = "horaires", "Hors horaires"
    A_VALIDER = "a_valider", "À valider"
    DEJA_FAITE = "deja_faite", "Déjà faite"
    PAS_ENCORE = "pas_encore", "Pas encore due"
    GEL = "gel", "Envois gelés"
    EXPEDITEUR_A_REGLER = "expediteur_a_regler", "Expéditeur à régler"
    EXPEDITEUR = "expediteur", "Expéditeur à vérifier"
    OUVERTURE = "ouverture", "Envois pas encore ouverts"
    QUOTA = "quota", "Quota du jour atteint"
    DEVANCEE = "devancee", "Une autre étape d'abord"
    FIN = "fin", "Scénario terminé"
