"""Le message d'une relance, aux montants du jour : ce que l'aperçu montre est ce qui part."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from clients.enums import Langue
from clients.models import Client
from factures.lectures.faveur import Reclamables
from factures.models import Facture
from relances.courriels.adresses import Copie, adresse_d_expedition, destinataires_de
from relances.courriels.corps import corps_de
from relances.courriels.pieces import PieceJointe, pieces_de
from relances.courriels.precedents import est_un_premier_contact
from relances.courriels.reclamation import Reclamation
from relances.courriels.valeurs import valeurs_de
from relances.enums import Canal
from relances.models import Etape, Relance
from relances.regles import textes


@dataclass(frozen=True, slots=True)
class Message:
    """Tout ce qu'il faut pour écrire les octets, ou pour montrer l'aperçu."""

    de: str
    adresse_de: str
    repondre_a: str
    a: str
    adresse_a: str
    copies: tuple[Copie, ...]
    sujet: str
    texte: str
    html: str
    somme: Decimal
    factures: tuple[Facture, ...]
    pieces: tuple[PieceJointe, ...] = ()
    qr: bytes = b""
    langue: str = "fr"
    manques: tuple[str, ...] = field(default=())


def message_de(
    relance: Relance,
    *,
    factures: Iterable[Facture],
    au: date,
    avec_pieces: bool = True,
    lus: Reclamables | None = None,
) -> Message:
    """`relance` vient avec son créancier, son client et son étape ; `lus` : avec ses factures."""
    etape = relance.etape
    sujet, texte = relance.sujet, relance.texte
    if etape is not None:
        sujet_d_etape, texte_d_etape = _ecrits_de(etape, relance.langue)
        sujet, texte = sujet or sujet_d_etape, texte or texte_d_etape
    return _rediger(
        Reclamation.de(
            *(relance.creancier, relance.client, factures),
            au=au,
            langue=relance.langue,
            lus=lus,
        ),
        sujet=sujet,
        texte=texte,
        destinataire=relance.destinataire,
        joindre=avec_pieces and (etape is None or etape.joindre_factures),
        relance=relance,
        premier=est_un_premier_contact(relance.client, sauf=relance),
    )


def script_de(relance: Relance, *, factures: Iterable[Facture], au: date) -> str:
    """Ce que dit l'étape d'un appel, aux montants du jour ; la personne parle français.

    Un texte gardé avant qu'on ne les vérifie se lit tel quel : il ne ferme pas la page.
    """
    if relance.canal != Canal.TELEPHONE or relance.etape is None:
        return ""
    texte = relance.etape.texte
    reclamation = Reclamation.de(
        relance.creancier, relance.client, factures, au=au, langue=Langue.FRANCAIS
    )
    try:
        noms = textes.noms_de(texte)
        return textes.en_texte(texte, valeurs_de(reclamation, noms, relance=relance)).strip()
    except textes.TexteRefuse:
        return texte


def apercu_d_une_etape(
    etape: Etape, client: Client, *, factures: Iterable[Facture], au: date, destinataire: str
) -> Message:
    """Le message qu'écrirait cette étape à ce client : rien n'est enregistré."""
    sujet, texte = _ecrits_de(etape, client.langue)
    return _rediger(
        Reclamation.de(client.creancier, client, factures, au=au, langue=client.langue),
        sujet=sujet,
        texte=texte,
        destinataire=destinataire,
        joindre=False,
        relance=None,
        premier=est_un_premier_contact(client),
    )


def _ecrits_de(etape: Etape, langue: str) -> tuple[str, str]:
    """L'objet et le texte ; sans traduction, le français."""
    if langue == "en":
        return etape.sujet_en or etape.sujet, etape.texte_en or etape.texte
    return etape.sujet, etape.texte


def _rediger(
    reclamation: Reclamation,
    *,
    sujet: str,
    texte: str,
    destinataire: str,
    joindre: bool,
    relance: Relance | None,
    premier: bool,
) -> Message:
    creancier, client = reclamation.creancier, reclamation.client
    a_qui = destinataires_de(client, destinataire)
    valeurs = valeurs_de(
        reclamation, textes.noms_de(sujet, texte), contact=a_qui.nom, relance=relance
    )
    corps = corps_de(reclamation, valeurs, sujet=sujet, texte=texte, premier=premier)
    return Message(
        de=creancier.nom_expediteur or creancier.nom,
        adresse_de=adresse_d_expedition(creancier),
        repondre_a=creancier.courriel_reponse or creancier.courriel_expediteur,
        a=a_qui.nom or client.nom,
        adresse_a=destinataire,
        copies=a_qui.copies,
        sujet=corps.sujet,
        texte=corps.texte,
        html=corps.html,
        somme=reclamation.somme,
        factures=reclamation.factures,
        pieces=pieces_de(creancier, reclamation.factures) if joindre else (),
        qr=corps.qr,
        langue=reclamation.langue,
        manques=() if creancier.iban else ("L'IBAN du créancier manque : pas de bloc de paiement",),
    )
