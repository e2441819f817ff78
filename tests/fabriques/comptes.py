from datetime import UTC, datetime
from itertools import count

from django.test import Client
from django.urls import reverse

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur

numeros = count(1)
MOT_DE_PASSE = "trois-chevaux-de-bois"


def un_creancier(**champs) -> Creancier:
    """Une menuiserie rennaise, en secrétariat, qui envoie de 9 h à 18 h les jours ouvrés."""
    n = next(numeros)
    valeurs = {
        "code": f"menuiserie-{n}",
        "nom": f"Menuiserie Kerbrat {n}",
        "forme_juridique": "SARL",
        "siren": "732829320",
        "adresse": "4 rue du Port",
        "code_postal": "35000",
        "ville": "Rennes",
        "rcs": "Rennes",
        "representant": "Yann Kerbrat",
        "qualite_representant": "gérant",
        "iban": "FR7630006000011234567890189",
        "nom_expediteur": "Menuiserie Kerbrat",
        "courriel_expediteur": "compta@kerbrat.example",
        "courriel_reponse": "compta@kerbrat.example",
        "mode": "secretariat",
        "envois_ouverts_le": datetime(2026, 1, 5, 9, tzinfo=UTC),
    }
    valeurs |= champs
    # L'adresse d'expéditeur a déjà été prouvée, sauf à dire le contraire.
    if valeurs["courriel_expediteur"]:
        valeurs.setdefault("courriel_verifie", valeurs["courriel_expediteur"])
    if valeurs.get("courriel_verifie"):
        valeurs.setdefault("courriel_verifie_le", datetime(2026, 1, 5, 9, tzinfo=UTC))
    return Creancier.objects.create(**valeurs)


def un_utilisateur(*, chez: Creancier | None = None, role: Role = Role.GESTIONNAIRE, **champs):
    n = next(numeros)
    mot_de_passe = champs.pop("mot_de_passe", None)
    valeurs = {"email": f"personne{n}@exemple.example", "nom_complet": f"Nadège Rousselot{n}"}
    utilisateur = Utilisateur.objects.create_user(password=mot_de_passe, **valeurs | champs)
    if chez is not None:
        une_habilitation(utilisateur, chez, role)
    return utilisateur


def une_habilitation(utilisateur: Utilisateur, creancier: Creancier, role: Role) -> Habilitation:
    return Habilitation.objects.create(utilisateur=utilisateur, creancier=creancier, role=role)


def connecter_avec_mot_de_passe(client: Client, utilisateur: Utilisateur) -> None:
    """Par la vraie porte : cette session devra confirmer qui elle est avant un geste grave."""
    reponse = client.post(
        reverse("account_login"), {"login": utilisateur.email, "password": MOT_DE_PASSE}
    )
    assert reponse.status_code == 302, reponse.content


def confirmer(client: Client, *, suivant: str = "/"):
    """Retape le mot de passe ; la réponse est celle du geste rejoué."""
    return client.post(
        reverse("account_reauthenticate"), {"password": MOT_DE_PASSE, "next": suivant}
    )
