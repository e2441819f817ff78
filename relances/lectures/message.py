"""Le message d'une relance, aux montants du jour : ce que l'aperçu montre est ce qui part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from django.db.models import QuerySet
from django.template.loader import render_to_string

from clients.models import Client, Coordonnee
from factures.enums import NaturePiece
from factures.models import Facture, Piece
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.actions import POLITIQUE
from recouvrement.courriel.adresses import une_adresse
from recouvrement.documents import fichiers
from recouvrement.documents.contextes import partie_du_creancier
from recouvrement.documents.qr import qr_de_virement_png
from recouvrement.socle import formats
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.montants import ZERO
from recouvrement.socle.requetes import RequeteFigee
from recouvrement.socle.temps import jour_de
from relances.enums import CANAUX_ECRITS, Canal, EtatRelance
from relances.models import Etape, Relance
from relances.regles import textes
from relances.regles.information import information_du_debiteur
from relances.regles.langue import Ecriture

# Au-delà, les serveurs refusent : les factures ne se joignent plus, le tableau suffit.
PIECES_JOINTES_MAX = 7 * 1024 * 1024
QR = "virement"


@dataclass(frozen=True, slots=True)
class PieceJointe:
    nom: str
    empreinte: str
    taille: int


@dataclass(frozen=True, slots=True)
class Message:
    """Tout ce qu'il faut pour écrire les octets, ou pour montrer l'aperçu."""

    de: str
    adresse_de: str
    repondre_a: str
    a: str
    adresse_a: str
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
    relance: Relance, *, factures: Iterable[Facture], au: date, avec_pieces: bool = True
) -> Message:
    """`relance` vient avec son créancier, son client et son étape."""
    etape, anglais = relance.etape, relance.langue == "en"
    sujet, texte = relance.sujet, relance.texte
    if etape is not None:
        sujet = sujet or (anglais and etape.sujet_en) or etape.sujet
        texte = texte or (anglais and etape.texte_en) or etape.texte
    joindre = avec_pieces and (etape is None or etape.joindre_factures)
    return rediger(
        relance.creancier,
        relance.client,
        sujet=sujet,
        texte=texte,
        langue=relance.langue,
        destinataire=relance.destinataire,
        factures=factures,
        au=au,
        joindre=joindre,
        precedente=_precedente(relance) if textes.mentionne(texte, "precedente") else None,
        premier_contact=est_un_premier_contact(relance.client, sauf=relance),
    )


def apercu_d_une_etape(
    etape: Etape, client: Client, *, factures: Iterable[Facture], au: date, destinataire: str
) -> Message:
    """Le message qu'écrirait cette étape à ce client : rien n'est enregistré."""
    anglais = client.langue == "en"
    return rediger(
        client.creancier,
        client,
        sujet=(anglais and etape.sujet_en) or etape.sujet,
        texte=(anglais and etape.texte_en) or etape.texte,
        langue=client.langue,
        destinataire=destinataire,
        factures=factures,
        au=au,
        joindre=False,
        premier_contact=est_un_premier_contact(client),
    )


def rediger(
    creancier: Creancier,
    client: Client,
    *,
    sujet: str,
    texte: str,
    langue: str,
    destinataire: str,
    factures: Iterable[Facture],
    au: date,
    joindre: bool,
    premier_contact: bool,
    precedente: date | None = None,
) -> Message:
    factures = tuple(sorted(factures, key=lambda f: (f.date_echeance, f.pk)))
    somme = sum((f.solde for f in factures), ZERO)
    contact = _contact(client, destinataire)
    ecrire = Ecriture(langue)
    valeurs = _valeurs(creancier, client, contact, factures, somme, au, precedente, ecrire)
    information = ""
    if premier_contact:
        information = _informer(creancier, texte, valeurs, langue)
    for bloc in ("factures", "paiement", *(["information"] if information else [])):
        if not textes.mentionne(texte, bloc):
            texte = f"{texte.rstrip()}\n\n{{{{ {bloc} }}}}\n"
    reference = valeurs["reference"]
    qr = qr_de_virement_png(
        nom=creancier.nom,
        iban=creancier.iban,
        bic=creancier.bic,
        montant=somme,
        reference=reference,
    )
    contexte = {
        "creancier": creancier,
        "lignes": [
            (f.numero, f.libelle, ecrire.jour(f.date_echeance), ecrire.euros(f.solde))
            for f in factures
        ],
        "total": ecrire.euros(somme),
        "reference": reference,
        "iban": _iban(creancier),
        "mentions": _mentions(creancier),
        "qr": bool(qr),
        "langue": langue,
        "mots": ecrire.mots,
    }
    blocs = {
        "factures": render_to_string("relances/courriels/factures.html", contexte),
        "paiement": render_to_string("relances/courriels/paiement.html", contexte)
        if creancier.iban
        else "",
        "information": render_to_string(
            "relances/courriels/information.html", {"information": information}
        )
        if information
        else "",
    }
    corps = textes.en_html(texte, valeurs, blocs)
    return Message(
        de=creancier.nom_expediteur or creancier.nom,
        adresse_de=adresse_d_expedition(creancier),
        repondre_a=creancier.courriel_reponse or creancier.courriel_expediteur,
        a=contact or client.nom,
        adresse_a=destinataire,
        sujet=textes.en_ligne(sujet, valeurs)[:250],
        texte=textes.en_texte(texte, valeurs),
        html=render_to_string("relances/courriels/relance.html", contexte | {"corps": corps}),
        somme=somme,
        factures=factures,
        pieces=_pieces(creancier, factures) if joindre else (),
        qr=qr,
        langue=langue,
        manques=() if creancier.iban else ("L'IBAN du créancier manque : pas de bloc de paiement",),
    )


def adresse_d_expedition(creancier: Creancier) -> str:
    """L'en-tête From et l'enveloppe : la même, pour que les refus reviennent à qui écrit."""
    return creancier.courriel_expediteur


def corps_de_lettre(
    creancier: Creancier,
    client: Client,
    *,
    sujet: str,
    texte: str,
    langue: str,
    factures: Iterable[Facture],
    au: date,
    premier_contact: bool,
) -> tuple[str, str, str]:
    """L'objet, le texte et l'information d'une lettre : ses blocs s'impriment à part."""
    factures = tuple(sorted(factures, key=lambda f: (f.date_echeance, f.pk)))
    somme = sum((f.solde for f in factures), ZERO)
    valeurs = _valeurs(creancier, client, "", factures, somme, au, None, Ecriture(langue))
    information = _informer(creancier, texte, valeurs, langue) if premier_contact else ""
    valeurs |= dict.fromkeys(textes.BLOCS, "")
    return textes.en_ligne(sujet, valeurs)[:250], textes.en_texte(texte, valeurs), information


def en_courriel(message: Message, *, maintenant: datetime) -> EmailMessage:
    """Les parties et les en-têtes ; l'identifiant est posé par la boîte de départ."""
    courriel = EmailMessage(policy=POLITIQUE)
    courriel["From"] = _adresse(message.de, message.adresse_de)
    courriel["To"] = _adresse(message.a, message.adresse_a)
    courriel["Subject"] = message.sujet
    if message.repondre_a:
        courriel["Reply-To"] = _adresse("", message.repondre_a)
    courriel["Date"] = format_datetime(maintenant)
    # RFC 3834 : un répondeur automatique ne répond pas à un message automatique.
    courriel["Auto-Submitted"] = "auto-generated"
    courriel["Content-Language"] = message.langue
    courriel.set_content(message.texte)
    courriel.add_alternative(message.html, subtype="html")
    if message.qr:
        _, html = courriel.iter_parts()
        html.add_related(message.qr, "image", "png", cid=f"<{QR}>", filename="virement.png")
    for piece in message.pieces:
        courriel.add_attachment(
            fichiers.lire(piece.empreinte),
            maintype="application",
            subtype="pdf",
            filename=piece.nom,
        )
    return courriel


def _adresse(nom: str, adresse: str) -> Address:
    try:
        propre = " ".join("".join(c if c.isprintable() else " " for c in nom).split())
        return Address(propre, addr_spec=une_adresse(adresse))
    except (ValueError, IndexError) as refus:
        raise ErreurMetier("L'adresse d'expédition du créancier n'est pas valable.") from refus


def _valeurs(
    creancier: Creancier,
    client: Client,
    contact: str,
    factures: Sequence[Facture],
    somme: Decimal,
    au: date,
    precedente: date | None,
    ecrire: Ecriture,
) -> dict[str, str]:
    mots, p = ecrire.mots, ecrire.mots["deux_points"]
    premiere = factures[0] if factures else None
    seule = len(factures) == 1
    nombre = str(len(factures))
    if premiere is not None and seule:
        numero, reference = premiere.numero, premiere.numero
    else:
        numero = f"{nombre} invoices" if ecrire.anglais else f"{nombre} factures"
        reference = client.code or f"CLIENT-{client.pk}"
    lignes = [
        f"- {mots['facture']} {f.numero}{f' ({f.libelle})' if f.libelle else ''}, "
        f"{mots['echeance'].lower()} {ecrire.jour(f.date_echeance)}{p} {ecrire.euros(f.solde)}"
        for f in factures
    ]
    if not seule:
        lignes.append(f"{mots['total']}{p} {ecrire.euros(somme)}")
    paiement = ""
    if creancier.iban:
        bic = f"\nBIC{p} {creancier.bic}" if creancier.bic else ""
        paiement = (
            f"{mots['virement']} {reference}{p}\n"
            f"{mots['beneficiaire']}{p} {creancier.nom}\nIBAN{p} {_iban(creancier)}{bic}"
        )
    return {
        "client": client.nom,
        "contact": contact,
        "creancier": creancier.nom,
        "telephone": formats.telephone(creancier.telephone),
        "signature": creancier.signature or creancier.nom_expediteur or creancier.nom,
        "date": ecrire.long(au),
        "numero": numero,
        "nombre": nombre,
        "plusieurs": "" if seule else nombre,
        "seule": nombre if seule else "",
        "total": ecrire.euros(somme),
        "echeance": ecrire.jour(premiere.date_echeance) if premiere else "",
        "retard": str(max((au - premiere.date_echeance).days, 0)) if premiere else "",
        "precedente": ecrire.jour(precedente) if precedente else "",
        "reference": reference,
        "factures": "\n".join(lignes),
        "paiement": paiement,
        "premier_contact": "",
        "information": "",
    }


def information_de(creancier: Creancier, langue: str) -> str:
    """Le responsable est le créancier, quel que soit le mode : qui relance agit pour lui."""
    partie = partie_du_creancier(creancier)
    adresse = ", ".join(partie.adresse)
    return information_du_debiteur(
        creancier.nom, adresse=adresse, courriel=partie.courriel, anglais=langue == "en"
    )


def _informer(creancier: Creancier, texte: str, valeurs: dict[str, str], langue: str) -> str:
    """La notice du premier message, vide si le texte en porte une à lui."""
    information = information_de(creancier, langue)
    valeurs |= {"premier_contact": "1", "information": information}
    propre = textes.mentionne(texte, "premier_contact")
    return "" if propre and not textes.mentionne(texte, "information") else information


def _iban(creancier: Creancier) -> str:
    """Par quatre, entre espaces ordinaires : il se copie tel quel dans le site d'une banque."""
    return " ".join(formats.iban(creancier.iban).split())


def _mentions(creancier: Creancier) -> str:
    """Qui écrit : une lettre d'affaires le dit (C. com., art. R. 123-237)."""
    partie = partie_du_creancier(creancier)
    return "\n".join(filter(None, [partie.mentions, partie.mentions_legales]))


def _contact(client: Client, destinataire: str) -> str:
    trouvees = COORDONNEE(
        creancier=client.creancier_id, client=client.pk, destinataire=destinataire
    )
    return trouvees[0].contact.nom if trouvees else ""


def _requete_de_coordonnee(
    *, creancier: int, client: int, destinataire: str
) -> QuerySet[Coordonnee]:
    return (
        Coordonnee.objects.pour(Creancier(pk=creancier))
        .filter(client=client, valeur=destinataire)
        .select_related("contact")
        .order_by("pk")[:1]
    )


COORDONNEE = RequeteFigee(_requete_de_coordonnee, creancier=int, client=int, destinataire=str)


def _precedente(relance: Relance) -> date | None:
    derniere = (
        Relance.objects.pour(relance.creancier)
        .filter(client=relance.client_id, canal=Canal.COURRIEL, etat=EtatRelance.FAITE)
        .exclude(pk=relance.pk)
        .order_by("-faite_le")
        .values_list("faite_le", flat=True)
        .first()
    )
    return jour_de(derniere) if derniere else None


def est_un_premier_contact(client: Client, *, sauf: Relance | None = None) -> bool:
    """Rien d'écrit n'est encore parti : un envoi incertain ne compte pas, on redira ses droits."""
    deja = ECRITS(creancier=client.creancier_id, client=client.pk, sauf=sauf.pk if sauf else 0)
    return not deja


def _requete_des_ecrits(*, creancier: int, client: int, sauf: int) -> QuerySet[Relance]:
    return (
        Relance.objects.pour(Creancier(pk=creancier))
        .filter(client=client, etat=EtatRelance.FAITE, canal__in=CANAUX_ECRITS)
        .exclude(pk=sauf)
        .order_by()
        .only("pk")[:1]
    )


ECRITS = RequeteFigee(_requete_des_ecrits, creancier=int, client=int, sauf=int)


def _pieces(creancier: Creancier, factures: tuple[Facture, ...]) -> tuple[PieceJointe, ...]:
    """Les PDF des factures réclamées, tant qu'ils tiennent dans un message."""
    pieces, place = [], PIECES_JOINTES_MAX
    for piece in Piece.objects.pour(creancier).filter(
        facture__in=factures, nature=NaturePiece.FACTURE, type_mime="application/pdf"
    ):
        if piece.taille <= place:
            place -= piece.taille
            pieces.append(PieceJointe(piece.nom_fichier, piece.empreinte, piece.taille))
    return tuple(pieces)
