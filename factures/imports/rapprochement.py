"""À qui est une facture lue : seuls un code, un SIRET, un SIREN, une TVA ou une réponse le disent.

Un nom se demande. Une boîte aux lettres dit où écrire, jamais qui doit.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from clients.models import Client
from clients.regles import nom_de_recherche
from factures.imports.identites import (
    Homonymes,
    cle_de,
    decrire,
    memes_mots,
    se_contredisent,
    siren_de,
    tva_etrangere,
    voisinage,
)
from factures.imports.reprises import LE_MEME, NEUF, TOUT, Reprises
from factures.imports.types import PartieLue
from factures.models import DebiteurReconnu
from recouvrement.comptes.models import Creancier
from recouvrement.droit import lieux
from recouvrement.droit.qualite import RIEN, Conclusion
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.formats import siren as siren_lisible

# Ce qui décide, dans l'ordre, et comment on le dit.
DECIDENT = {
    "code": "par son code",
    "siret": "par son SIRET",
    "siren": "par son SIREN",
    "tva": "par son numéro de TVA",
}
PAR_REPONSE = "d'après votre réponse"
RETENU = "d'après une réponse déjà donnée"
RIEN_NE_DECIDE = "Ni code, ni SIREN, ni numéro de TVA ne le dit."
PLUSIEURS = "Ces fiches ont le même identifiant."


class ClientAmbigu(ErreurMetier):
    """Plusieurs clients répondent, ou ce que l'on sait d'eux se contredit."""


@dataclass(slots=True, eq=False)
class ClientVise:
    """Un client connu (`pk`), ou un à créer d'après ce qu'on en a lu."""

    nom: str
    pk: int | None = None
    code: str = ""
    siren: str = ""
    siret: str = ""
    tva: str = ""
    ville: str = ""
    lu: PartieLue | None = None
    # Ce que le fichier apprend de sa nature ; vide s'il n'en apprend rien.
    qualite: Conclusion = RIEN

    def decrit(self) -> str:
        return decrire(self.nom, siren=self.siren, code=self.code, ville=self.ville)


class DebiteurDouteux(ErreurMetier):
    """Des fiches connues, et rien qui décide : une personne dit si c'est l'une d'elles."""

    def __init__(self, candidats: Sequence[ClientVise], partie: PartieLue, pourquoi: str) -> None:
        self.cle, self.candidats = cle_de(partie), tuple(candidats)
        # La seule fiche qui réponde, si rien n'en éloigne.
        seule = len(candidats) == 1 and not _ailleurs(candidats[0], partie)
        self.proposee = candidats[0].pk if seule else None
        noms = " ou ".join(vise.decrit() for vise in candidats[:3])
        lieu = f" ({partie.ville})" if partie.ville else ""
        super().__init__(f"« {partie.nom or partie.siren} »{lieu} : est-ce {noms} ? {pourquoi}")


@dataclass(frozen=True, slots=True)
class Rattachement:
    client: ClientVise
    # Comment on l'a reconnu ; vide : il est neuf.
    par: str = ""
    # La réponse qui en a décidé, à retenir.
    cle: str = ""
    remarques: tuple[str, ...] = ()


class Annuaire:
    """Les clients d'un créancier, et ceux que l'import va créer, par tout ce qui les désigne."""

    def __init__(
        self, creancier: Creancier, parties: Iterable[PartieLue], reprises: Reprises
    ) -> None:
        self.par_cle: dict[tuple[str, str], list[ClientVise]] = defaultdict(list)
        self.par_voisinage: dict[str, ClientVise] = {}
        self.par_courriel: dict[str, ClientVise] = {}
        self.par_pk: dict[int, ClientVise] = {}
        self.homonymes = Homonymes(parties)
        self.reponses = reprises.reponses
        fiches = list(
            Client.objects.pour(creancier).values_list(
                *("pk", "nom", "code", "siren", "siret", "tva", "ville", "fusionne_dans")
            )
        )
        for pk, nom, code, siren, siret, tva, ville, dans in fiches:
            if dans is None:
                siren = siren_de(siren, siret, tva)
                self.par_pk[pk] = ClientVise(nom, pk, code, siren, siret, tva, ville)
        # Une fiche réunie à une autre mène encore à celle-ci par ce qui la désignait.
        fusions = {pk: dans for pk, *_, dans in fiches if dans}
        for pk, nom, code, siren, siret, tva, ville, _ in fiches:
            if vise := self.par_pk.get(fusions.get(pk, pk)):
                self._ranger(vise, ClientVise(nom, pk, code, siren, siret, tva, ville))
        reconnus = DebiteurReconnu.objects.pour(creancier).values_list("cle", "client")
        self.retenus = {cle: fusions.get(pk, pk) for cle, pk in reconnus}

    def viser(self, partie: PartieLue) -> Rattachement:
        """Le client de cette partie ; inconnu, il est à créer et servira aux lignes suivantes."""
        for trouve in (self._par_identifiant(partie), self._par_reponse(partie)):
            if trouve is not None:
                return self._avec_les_noms(trouve, partie)
        cle = cle_de(partie)
        homonymes = self.par_cle.get(("nom", nom_de_recherche(partie.nom)), [])
        est_neuf = self.reponses.get(cle) == NEUF
        connus = [vise for vise in homonymes if vise.pk and _compatible(vise, partie)]
        if connus and not est_neuf:
            raise DebiteurDouteux(connus, partie, RIEN_NE_DECIDE)
        if self.homonymes.se_confondent(partie):
            raise ClientAmbigu(
                f"Plusieurs clients de ce dépôt s'appellent « {partie.nom} » : "
                "indiquez le code client ou le SIREN de celui-ci."
            )
        neufs = [
            vise
            for vise in homonymes
            if not vise.pk and _compatible(vise, partie) and not _ailleurs(vise, partie)
        ]
        if neufs:
            _enrichir(neufs[0], partie)
            self._ranger(neufs[0], neufs[0])
            return Rattachement(neufs[0], cle=cle if est_neuf else "")
        return self._neuf(partie, homonymes, cle if est_neuf else "")

    def _par_identifiant(self, partie: PartieLue) -> Rattachement | None:
        siren = siren_de(partie.siren, partie.siret, partie.tva)
        valeurs = {
            "code": partie.code.casefold(),
            "siret": partie.siret,
            "siren": siren,
            "tva": tva_etrangere(partie.tva),
        }
        for genre, par in DECIDENT.items():
            trouves = self.par_cle.get((genre, valeurs[genre]), []) if valeurs[genre] else []
            if genre == "code" and trouves and se_contredisent(trouves[0].siren, siren):
                raise ClientAmbigu(
                    f"Le code {partie.code} est celui de « {trouves[0].nom} » "
                    f"(SIREN {siren_lisible(trouves[0].siren)}), pas du SIREN "
                    f"{siren_lisible(siren)}."
                )
            trouves = [vise for vise in trouves if _compatible(vise, partie)]
            if len(trouves) > 1:
                trouves = _departager(trouves, partie)
            if len(trouves) > 1:
                return self._choisir(trouves, partie)
            if trouves:
                if trouves[0].pk is None:
                    _enrichir(trouves[0], partie)
                    return Rattachement(trouves[0])
                return Rattachement(trouves[0], par)
        return None

    def _choisir(self, trouves: Sequence[ClientVise], partie: PartieLue) -> Rattachement | None:
        """Plusieurs fiches d'un même identifiant : une personne dit laquelle."""
        if self.reponses.get(cle_de(partie)) == NEUF:
            return None
        trouve = self._par_reponse(partie)
        if trouve is None or trouve.client not in trouves:
            raise DebiteurDouteux(trouves, partie, PLUSIEURS)
        return trouve

    def _par_reponse(self, partie: PartieLue) -> Rattachement | None:
        cle = cle_de(partie)
        if reponse := self.reponses.get(cle):
            vise = self.par_pk.get(int(reponse)) if reponse.isdigit() else None
            return Rattachement(vise, PAR_REPONSE, cle) if vise else None
        vise = self.par_pk.get(self.retenus.get(cle, 0))
        if vise and _compatible(vise, partie):
            return Rattachement(vise, RETENU)
        if self.reponses.get(TOUT) == LE_MEME:
            homonymes = self.par_cle.get(("nom", nom_de_recherche(partie.nom)), [])
            seuls = [vise for vise in homonymes if vise.pk and _compatible(vise, partie)]
            if len(seuls) == 1 and not _ailleurs(seuls[0], partie):
                return Rattachement(seuls[0], PAR_REPONSE, cle)
        return None

    def _avec_les_noms(self, trouve: Rattachement, partie: PartieLue) -> Rattachement:
        vise = trouve.client
        if not trouve.par or not partie.nom or memes_mots(partie.nom, vise.nom):
            return trouve
        return replace(
            trouve,
            remarques=(
                f"Le fichier dit « {partie.nom} », la fiche « {vise.nom} », "
                f"reconnue {trouve.par} : les deux noms diffèrent.",
            ),
        )

    def _neuf(
        self, partie: PartieLue, homonymes: Sequence[ClientVise], reponse: str
    ) -> Rattachement:
        siren = siren_de(partie.siren, partie.siret, partie.tva)
        nom = (partie.nom or partie.code or f"SIREN {partie.siren}").strip()[:200]
        proche = next((vise for vise in homonymes), None) or self._proche(nom, siren)
        neuf = ClientVise(nom, None, partie.code[:60], lu=partie)
        _enrichir(neuf, partie)
        remarque = "Client nouveau, à compléter."
        if proche is not None and nom_de_recherche(proche.nom) == nom_de_recherche(nom):
            remarque = f"Client nouveau, distinct de son homonyme {proche.decrit()}."
        elif proche is not None:
            remarque = f"Client nouveau, proche de « {proche.nom} »."
        elif voisin := self.par_courriel.get(partie.courriel.lower()):
            remarque = f"Client nouveau, qui partage le courriel de « {voisin.nom} »."
        self._ranger(neuf, neuf)
        self.par_courriel.setdefault(partie.courriel.lower(), neuf)
        self.par_courriel.pop("", None)
        return Rattachement(neuf, cle=reponse, remarques=(remarque,))

    def _ranger(self, vise: ClientVise, dit: ClientVise) -> None:
        """`dit` : ce qui désigne le client, sa fiche ou une fiche qui lui a été réunie."""
        for genre, valeur in (
            ("code", dit.code.casefold()),
            ("siret", dit.siret),
            ("siren", siren_de(dit.siren, dit.siret, dit.tva)),
            ("tva", tva_etrangere(dit.tva)),
            ("nom", nom_de_recherche(dit.nom)),
        ):
            if valeur and vise not in (rang := self.par_cle[genre, valeur]):
                rang.append(vise)
        for variante in voisinage(dit.nom):
            self.par_voisinage.setdefault(variante, vise)

    def _proche(self, nom: str, siren: str) -> ClientVise | None:
        """Un client qui pourrait bien être le même ; à la personne de trancher."""
        for variante in voisinage(nom):
            vise = self.par_voisinage.get(variante)
            if vise and not se_contredisent(siren, vise.siren):
                return vise
        return None


def _compatible(vise: ClientVise, partie: PartieLue) -> bool:
    """Deux codes, deux SIREN ou deux TVA connus et différents font deux clients."""
    siren = siren_de(partie.siren, partie.siret, partie.tva)
    return not (
        se_contredisent(vise.code.casefold(), partie.code.casefold())
        or se_contredisent(vise.siren, siren)
        or se_contredisent(tva_etrangere(vise.tva), tva_etrangere(partie.tva))
    )


def _ailleurs(vise: ClientVise, partie: PartieLue) -> bool:
    """Deux communes connues et différentes, « St-Malo Cedex 2 » valant « Saint-Malo »."""
    return se_contredisent(lieux.normaliser(vise.ville), lieux.normaliser(partie.ville))


def _departager(trouves: Sequence[ClientVise], partie: PartieLue) -> list[ClientVise]:
    """D'un même identifiant, celle qui porte aussi ce nom, puis ce lieu."""
    restent = [vise for vise in trouves if memes_mots(vise.nom, partie.nom)] or list(trouves)
    return [vise for vise in restent if not _ailleurs(vise, partie)] or restent


def _enrichir(neuf: ClientVise, partie: PartieLue) -> None:
    """Une ligne suivante du même débiteur en dit parfois plus ; elle ne contredit jamais."""
    lu = neuf.lu or partie
    complements = {
        champ: getattr(partie, champ)
        for champ in ("siren", "siret", "tva", "code", "telephone", "forme")
        if not getattr(lu, champ) and getattr(partie, champ)
    }
    if not (lu.lignes or lu.code_postal or lu.ville):
        complements |= {
            champ: getattr(partie, champ) for champ in ("lignes", "code_postal", "ville", "pays")
        }
    courriels = dict.fromkeys((*lu.courriels, *partie.courriels))
    neuf.lu = replace(lu, **complements, courriels=tuple(courriels))
    neuf.code, neuf.siret, neuf.tva = neuf.lu.code[:60], neuf.lu.siret, neuf.lu.tva
    neuf.ville = neuf.lu.ville
    neuf.siren = siren_de(neuf.lu.siren, neuf.lu.siret, neuf.lu.tva)
