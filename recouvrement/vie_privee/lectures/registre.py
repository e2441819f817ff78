"""Le registre des traitements (RGPD, art. 30), écrit d'après ce que l'application fait vraiment.

Durées, accès, serveurs et mesures sont lus là où ils agissent : le registre ne peut pas les trahir.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import Count

from recouvrement.comptes.enums import ModeIntervention, Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.documents.contextes import partie_du_creancier
from recouvrement.droit.conservation import (
    COMPTABLE,
    COMPTES,
    CONNEXIONS,
    DEMANDES,
    EXPORTS,
    IMPORTS,
    INVITATIONS,
    PERSONNES,
    Conservation,
)
from recouvrement.droit.sources import Confiance
from recouvrement.vie_privee.lectures.durees import durees_de


@dataclass(frozen=True, slots=True)
class DureeDite:
    sorte: Conservation
    mois: int

    @property
    def combien(self) -> str:
        if self.mois % 12:
            return f"{self.mois} mois"
        ans = self.mois // 12
        return "1 an" if ans == 1 else f"{ans} ans"


@dataclass(frozen=True, slots=True)
class Traitement:
    finalite: str
    base: str
    confiance: Confiance
    personnes: str
    donnees: str
    destinataires: tuple[str, ...]
    durees: tuple[DureeDite, ...]


@dataclass(frozen=True, slots=True)
class Registre:
    # Vide : c'est celui de l'instance, sous-traitant de chaque créancier (art. 30, 2).
    responsable: tuple[str, ...]
    sous_traitants: tuple[str, ...]
    responsables: tuple[str, ...]
    traitements: tuple[Traitement, ...]
    mesures: tuple[str, ...]


def registre_du_creancier(creancier: Creancier) -> Registre:
    partie = partie_du_creancier(creancier)
    mois = durees_de(creancier)
    equipe = _equipe(creancier)
    dehors = (*_serveurs(), "Juridiction, commissaire de justice ou avocat, si un dossier s'ouvre")
    return Registre(
        responsable=tuple(
            filter(None, [partie.nom, *partie.adresse, partie.courriel, creancier.representant])
        ),
        sous_traitants=_sous_traitants(creancier),
        responsables=(),
        traitements=(
            Traitement(
                "Suivre les factures, relancer et recouvrer ce qui reste dû",
                "Exécution du contrat et intérêt légitime (RGPD, art. 6, 1, b et f)",
                Confiance.DE_MEMOIRE,
                "Clients débiteurs, et les personnes qui y travaillent",
                "Identité, coordonnées, factures et règlements, échanges, appels, promesses, "
                "litiges, notes, dossiers",
                (equipe, *dehors),
                (_dite(PERSONNES, mois), _dite(DEMANDES, mois)),
            ),
            Traitement(
                "Tenir la preuve de ce qui est dû, payé et envoyé",
                "Obligation légale et défense de droits en justice (RGPD, art. 6, 1, c et f)",
                Confiance.DE_MEMOIRE,
                "Clients débiteurs",
                "Factures, règlements, pièces, messages partis, lettres scellées, journal",
                (equipe,),
                (_dite(COMPTABLE, mois),),
            ),
            Traitement(
                "Importer les factures",
                "Exécution du contrat (RGPD, art. 6, 1, b)",
                Confiance.DE_MEMOIRE,
                "Clients débiteurs",
                "Fichiers déposés et lignes lues",
                (equipe,),
                (_dite(IMPORTS, mois),),
            ),
            Traitement(
                "Ouvrir et retirer les accès de l'équipe",
                "Intérêt légitime : la sécurité (RGPD, art. 6, 1, f, et 32)",
                Confiance.DE_MEMOIRE,
                "Membres de l'équipe et personnes invitées",
                "Nom, courriel, rôle, gestes inscrits au journal",
                (equipe, "Administrateurs de l'instance"),
                (_dite(INVITATIONS, mois),),
            ),
        ),
        mesures=_mesures(),
    )


def registre_de_l_instance() -> Registre:
    creanciers = Creancier.objects.order_by("nom").values_list("nom", flat=True)
    return Registre(
        responsable=(),
        sous_traitants=tuple(_serveurs()),
        responsables=tuple(creanciers),
        traitements=(
            Traitement(
                "Héberger, pour chaque créancier, le suivi et le recouvrement de ses factures",
                "Contrat de sous-traitance (RGPD, art. 28) : sur ses seules instructions",
                Confiance.DE_MEMOIRE,
                "Clients débiteurs des créanciers, membres de leurs équipes",
                "Celles que dit le registre de chaque créancier",
                ("L'équipe de chaque créancier, pour ses seules données", *_serveurs()),
                (),
            ),
            Traitement(
                "Tenir les comptes et la sécurité de l'instance",
                "Intérêt légitime : la sécurité (RGPD, art. 6, 1, f, et 32)",
                Confiance.DE_MEMOIRE,
                f"{Utilisateur.objects.count()} titulaires d'un compte",
                "Nom, courriel, mot de passe haché, connexions, exports",
                ("Administrateurs de l'instance",),
                tuple(DureeDite(s, s.mois) for s in (CONNEXIONS, EXPORTS, COMPTES)),
            ),
        ),
        mesures=_mesures(),
    )


def _dite(sorte: Conservation, mois: dict[str, int]) -> DureeDite:
    return DureeDite(sorte, mois.get(sorte.cle, sorte.mois))


def _equipe(creancier: Creancier) -> str:
    comptes = dict(
        Habilitation.objects.filter(creancier=creancier, utilisateur__is_active=True)
        .values_list("role")
        .annotate(n=Count("pk"))
        .order_by("role")
    )
    dits = ", ".join(f"{comptes[r]} {r.label.lower()}" for r in Role if comptes.get(r))
    return f"L'équipe habilitée ({dits})" if dits else "L'équipe habilitée"


def _sous_traitants(creancier: Creancier) -> tuple[str, ...]:
    dits = ["L'exploitant de cette instance, qui l'héberge (RGPD, art. 28)"]
    if creancier.mode != ModeIntervention.INTERNE:
        dits.append(
            f"L'assistante qui agit pour lui, en mode « {creancier.get_mode_display().lower()} » "
            "(RGPD, art. 28)"
        )
    return (*dits, *_serveurs())


def _serveurs() -> list[str]:
    serveur = settings.SERVEUR_SMTP
    return [f"Serveur d'envoi des courriels : {serveur.hote}"] if serveur else []


def _mesures() -> tuple[str, ...]:
    """Ce qui protège, tel que réglé ici et maintenant."""
    serveur = settings.SERVEUR_SMTP
    chiffrement = {"tls": "TLS", "starttls": "STARTTLS exigé"}.get(
        serveur.chiffrement if serveur else ""
    )
    return tuple(
        filter(
            None,
            [
                "Données de chaque créancier cloisonnées ; accès par rôle, retiré à l'instant",
                "Double authentification due par qui gère ou administre",
                "Mots de passe hachés (Argon2) ; secrets des applications de codes chiffrés",
                "Journal chaîné, vérifié et ancré chaque nuit",
                "Changement sensible décidé à deux ou défaisable ; geste grave après confirmation "
                "d'identité",
                "Pages servies en HTTPS seulement" if settings.SESSION_COOKIE_SECURE else "",
                f"Envois chiffrés : {chiffrement}" if chiffrement else "",
                "Exports comptés, bornés et inscrits au journal",
                "Fichiers déposés examinés dans un processus isolé, jamais exécutés",
                f"Base {connection.display_name} : chiffrement au repos par le disque, à la charge "
                "de l'exploitant (guide de déploiement)",
            ],
        )
    )
