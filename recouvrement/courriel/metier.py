"""Ce que la boîte de départ attend de l'app qui a déposé un message."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi


@dataclass(frozen=True, slots=True)
class Composition:
    """Les octets prêts, et la somme qu'ils disent devoir."""

    octets: bytes
    sujet: str
    somme: Decimal | None = None
    # Les adresses que le message porte en Cc.
    copies: tuple[str, ...] = ()
    # Ce que le métier veut relire à la vérification finale (factures et soldes dits).
    dit: tuple[tuple[int, Decimal], ...] = ()
    # À quel titre il le dit : qui doit, ce qui s'y ajoute.
    titre: str = ""


@dataclass(frozen=True, slots=True)
class Arret:
    """Le message ne part pas : annulé, ou remis à `pas_avant`."""

    motif: str
    pas_avant: datetime | None = None


class Recomposer:
    """Ce qu'il dit a changé depuis la composition : on refait le message, rien n'est parti."""


class Metier(Protocol):
    """Ce que sait de son message l'app qui l'a déposé.

    `verifier`, `verrouiller`, `parti`, `non_parti`, `confirme` et `sauver` tournent en transaction.
    """

    # Un message qui porte un lien personnel ne se copie nulle part.
    se_copie_au_temoin: bool

    def composer(self, envoi: Envoi, *, maintenant: datetime) -> Composition | Arret: ...

    def verifier(
        self, envoi: Envoi, composition: Composition, *, maintenant: datetime
    ) -> Arret | Recomposer | None: ...

    def adresse_refusee(
        self, envoi: Envoi, adresse: str, refus: str, *, maintenant: datetime
    ) -> None: ...

    def verrouiller(self, envoi: Envoi) -> None: ...

    def parti(
        self, envoi: Envoi, composition: Composition | None, *, maintenant: datetime
    ) -> None: ...

    def non_parti(
        self, envoi: Envoi, etat: EtatEnvoi, motif: str, *, maintenant: datetime
    ) -> None: ...

    def confirme(self, envoi: Envoi, motif: str, *, maintenant: datetime) -> None:
        """Incertain, il est bien parti : sa copie témoin est arrivée."""

    def sauver(self, envoi: Envoi, etat: EtatEnvoi, motif: str, *, maintenant: datetime) -> None:
        """Le moins qui se puisse quand `non_parti` échoue : qu'une personne voie ce message."""


class DejaCompose:
    """Un message déposé avec ses octets : rien à vérifier de plus."""

    se_copie_au_temoin = False

    def composer(self, envoi: Envoi, *, maintenant: datetime) -> Composition | Arret:
        if envoi.octets is None:
            return Arret("Message sans contenu")
        return Composition(bytes(envoi.octets), envoi.sujet, envoi.somme)

    def verifier(
        self, envoi: Envoi, composition: Composition, *, maintenant: datetime
    ) -> Arret | Recomposer | None:
        return None

    def adresse_refusee(
        self, envoi: Envoi, adresse: str, refus: str, *, maintenant: datetime
    ) -> None:
        return None

    def verrouiller(self, envoi: Envoi) -> None:
        return None

    def parti(self, envoi: Envoi, composition: Composition | None, *, maintenant: datetime) -> None:
        # Un lien personnel (invitation, mot de passe) ne reste lisible que chez son destinataire.
        Envoi.objects.systeme().filter(pk=envoi.pk).update(octets=b"")

    def non_parti(self, envoi: Envoi, etat: EtatEnvoi, motif: str, *, maintenant: datetime) -> None:
        return None

    def confirme(self, envoi: Envoi, motif: str, *, maintenant: datetime) -> None:
        return None

    def sauver(self, envoi: Envoi, etat: EtatEnvoi, motif: str, *, maintenant: datetime) -> None:
        return None


DEJA_COMPOSE: Metier = DejaCompose()
