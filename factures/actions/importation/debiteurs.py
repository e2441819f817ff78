"""Les débiteurs d'un import : ceux qu'il crée, et ce qu'il apprend de la nature des autres."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from clients.actions.nature import qualifier
from clients.enums import GenreCoordonnee, NatureClient, SourceNature
from clients.models import Client, Contact, Coordonnee
from clients.regles import nom_de_recherche
from factures.actions.verrous import verrouiller_clients
from factures.evenements import Evenement
from factures.imports.lignes import LigneApercu
from factures.imports.rapprochement import ClientVise
from factures.imports.types import PartieLue, presente
from recouvrement.comptes.models import Creancier
from recouvrement.droit.qualite import Conclusion, forme_de, forme_du_nom
from recouvrement.journal.actions import inscrire_lot
from recouvrement.journal.models import Geste
from recouvrement.socle.base.lots import inserer_fiches


@dataclass(slots=True)
class NouveauClient:
    fiche: Client
    courriels: tuple[str, ...] = ()
    telephone: str = ""

    @property
    def coordonnees(self) -> list[tuple[GenreCoordonnee, str, int]]:
        """Genre, valeur et rang : la première adresse lue est celle à qui l'on écrit."""
        lues = [(GenreCoordonnee.COURRIEL, vu, rang) for rang, vu in enumerate(self.courriels)]
        if self.telephone:
            lues.append((GenreCoordonnee.TELEPHONE, self.telephone, 0))
        return lues


def client_neuf(creancier: Creancier, vise: ClientVise) -> NouveauClient:
    lu = presente(vise.lu)
    adresse, *suite = [*lu.lignes, ""]
    fiche = Client(
        creancier=creancier,
        nom=vise.nom,
        code=vise.code,
        siren=lu.siren,
        siret=lu.siret,
        tva=lu.tva[:20],
        adresse=adresse[:200],
        complement=" ".join(filter(None, suite))[:120],
        code_postal=lu.code_postal[:12],
        ville=lu.ville[:80],
        pays=lu.pays[:2] or "FR",
        est_a_completer=True,
        nature=vise.qualite.nature or NatureClient.INCONNUE,
        nature_source=vise.qualite.source,
        forme_juridique=_forme(lu),
        est_commercant=_est_commercant(vise),
    )
    courriels = tuple(dict.fromkeys(vu.lower() for vu in lu.courriels))
    return NouveauClient(fiche, courriels, lu.telephone[:40])


def _forme(lu: PartieLue) -> str:
    """Telle qu'écrite ; d'un code de l'INSEE, son nom."""
    forme = forme_de(lu.forme)
    return forme.nom if forme and lu.forme.isdigit() else lu.forme[:60]


def _est_commercant(vise: ClientVise) -> bool | None:
    """Une société commerciale l'est par sa forme (C. com., art. L210-1) ; sinon, se demande."""
    lu = presente(vise.lu)
    forme = forme_de(lu.forme) if lu.forme else forme_du_nom(lu.nom)
    if forme is None or vise.qualite.nature != NatureClient.PROFESSIONNEL:
        return None
    return True if forme.est_commercante else None


def creer_les_clients(
    creancier: Creancier, neufs: Sequence[NouveauClient], geste: Geste, *, le: date
) -> None:
    for neuf in neufs:
        neuf.fiche.nom_recherche = nom_de_recherche(neuf.fiche.nom)
        neuf.fiche.geste = geste
        neuf.fiche.nature_le = le if neuf.fiche.nature_source else None
    inserer_fiches([neuf.fiche for neuf in neufs])
    joignables = [neuf for neuf in neufs if neuf.coordonnees]
    contacts = inserer_fiches(
        [Contact(creancier=creancier, client=neuf.fiche) for neuf in joignables]
    )
    inserer_fiches(
        [
            Coordonnee(
                creancier=creancier,
                client=neuf.fiche,
                contact=contact,
                genre=genre,
                valeur=valeur,
                rang=rang,
            )
            for neuf, contact in zip(joignables, contacts, strict=True)
            for genre, valeur, rang in neuf.coordonnees
        ],
    )
    inscrire_lot(
        Evenement.CLIENT_IMPORTE,
        cibles=[(neuf.fiche, {"nom": neuf.fiche.nom}) for neuf in neufs],
        acteur=geste.auteur,
        geste=geste,
    )


def natures_apprises(apercus: Iterable[LigneApercu]) -> dict[int, Conclusion]:
    """Ce que le fichier dit de fiches connues dont la nature était à établir."""
    vises = (apercu.client for apercu in apercus)
    return {vise.pk: vise.qualite for vise in vises if vise and vise.pk and vise.qualite.nature}


def dire_les_natures(
    creancier: Creancier, natures: Mapping[int, Conclusion], geste: Geste, *, le: date
) -> None:
    par_dit: dict[tuple[str, str], list[int]] = {}
    for pk, conclu in natures.items():
        par_dit.setdefault((conclu.nature, conclu.source), []).append(pk)
    for (nature, source), pks in par_dit.items():
        verrouiller_clients(creancier, pks)
        inconnus = Client.objects.pour(creancier).filter(pk__in=pks, nature=NatureClient.INCONNUE)
        qualifier(
            inconnus.select_related("creancier").order_by("pk"),
            nature=NatureClient(nature),
            source=SourceNature(source),
            le=le,
            geste=geste,
        )
