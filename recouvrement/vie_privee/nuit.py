"""Ce que la nuit effacera : la purge et son aperçu suivent la même liste."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import batched
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from clients.models import Client, Contact, Note
from contentieux.models import Dossier
from factures.enums import EtatImport
from factures.models import Encaissement, Facture, Importation, LigneImport, Litige, Piece
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents import fichiers
from recouvrement.documents.models import Depot, Document, Export
from recouvrement.droit.conservation import COMPTES, CONNEXIONS, EXPORTS, limite
from recouvrement.equipe.evenements import Evenement as EvenementEquipe
from recouvrement.equipe.models import Invitation
from recouvrement.journal.actions import effacer_donnees
from recouvrement.journal.models import Entree
from recouvrement.socle.temps import instant_de, jour_de
from recouvrement.vie_privee.lectures.durees import durees_de
from recouvrement.vie_privee.lots import Compte, Lot, Ordre, compter, lots_des_personnes
from recouvrement.vie_privee.models import Demande
from recouvrement.vie_privee.regles import est_une_personne
from relances.models import Appel, Courrier, Promesse, Relance

PAR_LOT = 500
PASSAGES = (
    EvenementEquipe.CONNEXION,
    EvenementEquipe.CONNEXION_REFUSEE,
    EvenementEquipe.DECONNEXION,
)
DOMAINE_EFFACE = "@efface.invalid"


def travaux(creancier: Creancier | None, *, maintenant: datetime) -> Iterator[list[Lot]]:
    """Chaque liste est une transaction ; `creancier` None : ce qui est à l'instance."""
    au = jour_de(maintenant)
    if creancier is None:
        yield from _de_l_instance(au)
        return
    mois = durees_de(creancier)
    yield _imports(creancier, instant_de(limite(au, mois["imports"])))
    yield [
        Lot(
            "Invitations",
            Invitation.objects.pour(creancier).filter(
                acceptee_le=None, expire_le__lt=instant_de(limite(au, mois["invitations"]))
            ),
            _supprimer,
        ),
        Lot(
            "Demandes et réponses",
            Demande.objects.pour(creancier).filter(repondue_le__lt=limite(au, mois["demandes"])),
            _supprimer,
        ),
    ]
    for lot in batched(_clients_oublies(creancier, limite(au, mois["personnes"])), PAR_LOT):
        yield lots_des_personnes(
            creancier,
            [pk for pk, _ in lot],
            particuliers=[pk for pk, est_personne in lot if est_personne],
        )


def apercu_de_la_nuit(creancier: Creancier | None, *, maintenant: datetime) -> list[Compte]:
    return reunir(compter(lots) for lots in travaux(creancier, maintenant=maintenant))


def reunir(comptes: Iterable[list[Compte]]) -> list[Compte]:
    sommes: dict[tuple[str, str], int] = {}
    for liste in comptes:
        for quoi, nombre, comment in liste:
            sommes[quoi, comment] = sommes.get((quoi, comment), 0) + nombre
    return [Compte(quoi, nombre, comment) for (quoi, comment), nombre in sommes.items()]


def _clients_oublies(creancier: Creancier, jour: date) -> list[tuple[int, bool]]:
    """Ceux qui ne doivent rien, dont rien n'est en cours, et à qui rien n'est arrivé depuis."""
    instant = instant_de(jour)

    def chez(
        modele: type[ModeleCloisonne], condition: Q, chemin: str = "client"
    ) -> QuerySet[Any, Any]:
        lignes: QuerySet[Any] = modele.objects.pour(creancier).filter(condition)
        return lignes.values(chemin)

    en_vie = (
        chez(Facture, Q(solde__gt=0) | Q(date_emission__gte=jour) | Q(soldee_le__gte=jour)),
        chez(Encaissement, Q(disponible__gt=0) | Q(recu_le__gte=jour)),
        chez(Relance, Q(faite_le__gte=instant) | Q(creee_le__gte=instant)),
        chez(Appel, Q(appele_le__gte=instant)),
        chez(Promesse, Q(faite_le__gte=jour) | Q(close_le=None)),
        chez(Courrier, Q(prepare_le__gte=instant)),
        chez(Note, Q(ecrite_le__gte=instant)),
        chez(Dossier, Q(clos_le=None) | Q(clos_le__gte=jour)),
        chez(Litige, Q(clos_le=None) | Q(clos_le__gte=jour), "facture__client"),
        chez(Demande, Q(repondue_le=None)),
    )
    clients = Client.objects.pour(creancier).actifs().filter(cree_le__lt=instant, efface_le=None)
    for vivants in en_vie:
        clients = clients.exclude(pk__in=vivants)
    # Une société déjà muette n'a plus rien à effacer : inutile d'y revenir chaque nuit.
    dits = [
        Exists(modele.objects.filter(creancier=OuterRef("creancier"), client=OuterRef("pk")))
        for modele in (Contact, Note)
    ]
    mots = Appel.objects.filter(creancier=OuterRef("creancier"), client=OuterRef("pk"))
    trouves = [
        (pk, est_une_personne(nature, forme), a_dire)
        for pk, nature, forme, a_dire in clients.annotate(
            a_dire=dits[0] | dits[1] | Exists(mots.exclude(note="", numero=""))
        )
        .order_by("pk")
        .values_list("pk", "nature", "forme_juridique", "a_dire")
    ]
    gardes = [(pk, personne) for pk, personne, a_dire in trouves if personne or a_dire]
    reunies = (
        Client.objects.pour(creancier)
        .filter(fusionne_dans__in=[pk for pk, _ in gardes], efface_le=None)
        .order_by("pk")
        .values_list("pk", "nature", "forme_juridique")
    )
    return gardes + [(pk, est_une_personne(nature, forme)) for pk, nature, forme in reunies]


def _imports(creancier: Creancier, instant: datetime) -> list[Lot]:
    vieux = Importation.objects.pour(creancier).filter(depose_le__lt=instant)
    return [
        Lot(
            "Lignes d'import",
            LigneImport.objects.pour(creancier)
            .filter(importation__depose_le__lt=instant)
            .exclude(lu={}),
            lambda lignes, _: lignes.update(lu={}, refus=[], alertes=[]),
            "vidé",
        ),
        Lot("Fichiers importés", vieux.exclude(fichiers=[]), _retirer_les_fichiers),
    ]


def _de_l_instance(au: date) -> Iterator[list[Lot]]:
    connexions = (
        Entree.objects.systeme()
        .filter(
            creancier=None,
            evenement__in=PASSAGES,
            effacees_le=None,
            a__lt=instant_de(limite(au, CONNEXIONS.mois)),
        )
        .exclude(donnees={})
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for pks in batched(list(connexions), PAR_LOT):
        yield [
            Lot(
                "Connexions",
                Entree.objects.systeme().filter(pk__in=pks),
                lambda entrees, ordre: effacer_donnees(
                    entrees,
                    motif=ordre.motif,
                    acteur=ordre.acteur,
                    maintenant=ordre.maintenant,
                ),
                "effacé, la chaîne reste prouvée",
            )
        ]
    yield [
        Lot(
            "Traces d'exports",
            Export.objects.filter(le__lt=instant_de(limite(au, EXPORTS.mois))),
            _supprimer,
        ),
        Lot("Comptes désactivés", _comptes_clos(limite(au, COMPTES.mois)), _oublier, "remplacé"),
    ]


def _comptes_clos(jour: date) -> QuerySet[Utilisateur]:
    fermetures = Entree.objects.systeme().filter(
        evenement=EvenementEquipe.COMPTE_DESACTIVE,
        cible_type=Utilisateur._meta.label_lower,
        cible_id=OuterRef("pk"),
    )
    return (
        Utilisateur.objects.filter(is_active=False)
        .exclude(email__endswith=DOMAINE_EFFACE)
        .filter(Exists(fermetures), ~Exists(fermetures.filter(a__gte=instant_de(jour))))
    )


def _oublier(comptes: QuerySet[Utilisateur], _: Ordre) -> None:
    """Qui a fait quoi reste au journal, sous un numéro."""
    pks = list(comptes.values_list("pk", flat=True))
    EmailAddress.objects.filter(user__in=pks).delete()
    Authenticator.objects.filter(user__in=pks).delete()
    numero = Cast("pk", CharField())
    Utilisateur.objects.filter(pk__in=pks).update(
        email=Concat(Value("compte-"), numero, Value(DOMAINE_EFFACE)),
        nom_complet=Concat(Value("Ancien membre n° "), numero),
    )


def _retirer_les_fichiers(imports: QuerySet[Importation], ordre: Ordre) -> None:
    """Une facture importée dont le PDF sert de pièce garde son fichier : il y est nommé."""
    lus = list(imports.values_list("pk", "creancier", "fichiers"))
    Importation.objects.systeme().filter(pk__in=[pk for pk, *_ in lus]).update(
        fichiers=[], correspondance={}
    )
    Importation.objects.systeme().filter(
        pk__in=[pk for pk, *_ in lus], etat=EtatImport.APERCU
    ).update(etat=EtatImport.ABANDONNE)
    empreintes = {(c, f["empreinte"]) for _, c, liste in lus for f in liste}
    nommees = _encore_nommees({empreinte for _, empreinte in empreintes})
    for creancier, empreinte in empreintes:
        if (creancier, empreinte) not in nommees:
            Depot.objects.filter(creancier=creancier, empreinte=empreinte).delete()
    orphelines = {e for _, e in empreintes} - {e for _, e in nommees}
    la_veille = instant_de(jour_de(ordre.maintenant))
    transaction.on_commit(lambda: [fichiers.retirer(e, avant=la_veille) for e in orphelines])


def _encore_nommees(empreintes: set[str]) -> set[tuple[int, str]]:
    nommees: set[tuple[int, str]] = set()
    for modele in (Piece, Document):
        for lot in batched(sorted(empreintes), PAR_LOT):
            lignes = modele.objects.systeme().filter(empreinte__in=lot)
            nommees |= set(lignes.values_list("creancier_id", "empreinte"))
    restants = Importation.objects.systeme().exclude(fichiers=[])
    for creancier, liste in restants.values_list(F("creancier_id"), "fichiers").iterator():
        nommees |= {(creancier, f["empreinte"]) for f in liste if f["empreinte"] in empreintes}
    return nommees


def _supprimer(lignes: QuerySet[Any], _: Ordre) -> None:
    lignes.delete()
