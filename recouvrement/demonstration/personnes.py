"""Qui travaille dans la démonstration, et pour quels créanciers."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from recouvrement.comptes.enums import ModeIntervention, Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.demonstration import numeros
from recouvrement.equipe.actions.comptes import creer_compte
from recouvrement.equipe.actions.creanciers import creer_creancier

MOT_DE_PASSE = "demonstration-2026"

PERSONNES = {
    "administrateur": ("admin@demo.example", "Hugo Marchand"),
    "gestionnaire": ("gestion@demo.example", "Claire Kerbrat"),
    "nadege": ("nadege@demo.example", "Nadège Rousselot"),
    "ines": ("ines@demo.example", "Inès Belkacem"),
    "comptable": ("lecture@demo.example", "Florence Aubry"),
}
COMPTES = (
    ("Assistante", "nadege@demo.example", MOT_DE_PASSE),
    ("Assistante", "ines@demo.example", MOT_DE_PASSE),
    ("Gestionnaire", "gestion@demo.example", MOT_DE_PASSE),
    ("Lecture seule", "lecture@demo.example", MOT_DE_PASSE),
    ("Administrateur", "admin@demo.example", MOT_DE_PASSE),
)

MENUISERIE, IMPRIMERIE, TRANSPORTS = "menuiserie-kerbrat", "vieux-quai", "audigier"
CREANCIERS: dict[str, dict[str, Any]] = {
    MENUISERIE: {
        "nom": "Menuiserie Kerbrat",
        "forme_juridique": "SARL",
        "capital": "20 000 €",
        "rcs": "Rennes",
        "representant": "Claire Kerbrat",
        "qualite_representant": "gérante",
        "adresse": "4 rue du Port",
        "code_postal": "35000",
        "ville": "Rennes",
        "indicatif": "02",
        "teinte": 1,
        "couleur": "#0f5c5c",
        "mode": ModeIntervention.SECRETARIAT,
        "domaine": "kerbrat.example",
        "signature": "Claire Kerbrat\nMenuiserie Kerbrat",
        "assistante": "nadege",
    },
    IMPRIMERIE: {
        "nom": "Imprimerie du Vieux-Quai",
        "forme_juridique": "SAS",
        "capital": "75 000 €",
        "rcs": "Nantes",
        "representant": "Antoine Le Goff",
        "qualite_representant": "président",
        "adresse": "18 quai de la Fosse",
        "code_postal": "44000",
        "ville": "Nantes",
        "indicatif": "02",
        "teinte": 2,
        "couleur": "#6b3f8f",
        "mode": ModeIntervention.INTERNE,
        "domaine": "vieux-quai.example",
        "signature": "Le service comptable\nImprimerie du Vieux-Quai",
        "assistante": "nadege",
    },
    TRANSPORTS: {
        "nom": "Transports Audigier",
        "forme_juridique": "SAS",
        "capital": "150 000 €",
        "rcs": "Clermont-Ferrand",
        "representant": "Paul Audigier",
        "qualite_representant": "président",
        "adresse": "2 rue des Chaudronniers",
        "code_postal": "63100",
        "ville": "Clermont-Ferrand",
        "indicatif": "04",
        "teinte": 3,
        "couleur": "#8a4b12",
        "mode": ModeIntervention.SECRETARIAT,
        "domaine": "audigier.example",
        "signature": "Paul Audigier\nTransports Audigier",
        "assistante": "ines",
    },
}
ACCES = (
    ("nadege", MENUISERIE, Role.ASSISTANTE),
    ("nadege", IMPRIMERIE, Role.ASSISTANTE),
    ("nadege", TRANSPORTS, Role.ASSISTANTE),
    ("ines", IMPRIMERIE, Role.ASSISTANTE),
    ("ines", TRANSPORTS, Role.ASSISTANTE),
    ("comptable", MENUISERIE, Role.LECTURE),
    ("comptable", TRANSPORTS, Role.LECTURE),
)


@dataclass(frozen=True, slots=True)
class Equipe:
    personnes: dict[str, Utilisateur]
    creanciers: dict[str, Creancier]

    def assistante(self, code: str) -> Utilisateur:
        return self.personnes[CREANCIERS[code]["assistante"]]


def embaucher(alea: Random, le: datetime) -> Equipe:
    """Les cinq comptes et les trois créanciers, par les actions de l'équipe."""
    personnes = {
        cle: creer_compte(
            email=email,
            nom=nom,
            mot_de_passe=MOT_DE_PASSE,
            est_administrateur=cle == "administrateur",
            est_demonstration=True,
            acteur=None,
        )
        for cle, (email, nom) in PERSONNES.items()
    }
    creanciers = {
        code: _creer(code, dict(champs), alea, personnes["gestionnaire"], le)
        for code, champs in CREANCIERS.items()
    }
    Habilitation.objects.bulk_create(
        Habilitation(utilisateur=personnes[cle], creancier=creanciers[code], role=role)
        for cle, code, role in ACCES
    )
    return Equipe(personnes, creanciers)


def _creer(
    code: str, champs: dict[str, Any], alea: Random, gestionnaire: Utilisateur, le: datetime
) -> Creancier:
    domaine, indicatif = champs.pop("domaine"), champs.pop("indicatif")
    champs.pop("assistante")
    siren = numeros.siren(alea)
    return creer_creancier(
        acteur=gestionnaire,
        code=code,
        siren=siren,
        siret=numeros.siret(siren),
        tva=numeros.tva(siren),
        iban=numeros.iban(alea),
        telephone=numeros.telephone(alea, indicatif),
        nom_expediteur=champs["nom"],
        courriel_expediteur=f"compta@{domaine}",
        courriel_verifie=f"compta@{domaine}",
        courriel_verifie_le=le,
        courriel_reponse=f"compta@{domaine}",
        envois_ouverts_le=le,
        envois_ouverts_par=gestionnaire,
        est_demonstration=True,
        **champs,
    )
