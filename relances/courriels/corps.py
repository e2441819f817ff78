"""Le corps d'un message, en texte et en HTML : le texte choisi, ses valeurs, ses blocs."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from recouvrement.comptes.models import Creancier
from recouvrement.documents.contextes import partie_du_creancier
from recouvrement.documents.regles.qr import qr_de_virement_png
from relances.courriels.information import informer
from relances.courriels.reclamation import Demandee, Reclamation
from relances.courriels.valeurs import iban_lisible, valeurs_de
from relances.models import Relance
from relances.regles import textes

OBJET_MAX = 250


@dataclass(frozen=True, slots=True)
class Corps:
    sujet: str
    texte: str
    html: str
    # L'image que montre le bloc de paiement, vide s'il n'y en a pas.
    qr: bytes


def corps_de(
    reclamation: Reclamation, valeurs: dict[str, str], *, sujet: str, texte: str, premier: bool
) -> Corps:
    """`premier` : rien d'écrit ne lui est encore parvenu, la notice d'information s'ajoute."""
    creancier = reclamation.creancier
    notice = informer(creancier, texte, valeurs, reclamation.langue) if premier else ""
    texte = _avec_ses_blocs(texte, notice=bool(notice))
    qr = qr_de_virement_png(
        nom=creancier.nom,
        iban=creancier.iban,
        bic=creancier.bic,
        montant=reclamation.somme,
        reference=reclamation.reference,
    )
    contexte = _contexte(reclamation, qr=bool(qr))
    corps = textes.en_html(texte, valeurs, _blocs(contexte, creancier, notice))
    return Corps(
        sujet=textes.en_ligne(sujet, valeurs)[:OBJET_MAX],
        texte=textes.en_texte(texte, valeurs),
        html=render_to_string("relances/courriels/relance.html", contexte | {"corps": corps}),
        qr=qr,
    )


def corps_de_lettre(
    reclamation: Reclamation,
    *,
    sujet: str,
    texte: str,
    premier_contact: bool,
    relance: Relance,
) -> tuple[str, str, str]:
    """L'objet, le texte et l'information d'une lettre : le reste s'imprime à part."""
    creancier, langue = reclamation.creancier, reclamation.langue
    valeurs = valeurs_de(reclamation, textes.noms_de(sujet, texte), relance=relance)
    notice = informer(creancier, texte, valeurs, langue) if premier_contact else ""
    valeurs |= dict.fromkeys([*textes.BLOCS, "accessoires"], "")
    return textes.en_ligne(sujet, valeurs)[:OBJET_MAX], textes.en_texte(texte, valeurs), notice


def _avec_ses_blocs(texte: str, *, notice: bool) -> str:
    """Ceux qu'un texte oublie viennent à sa fin : la somme et le paiement se disent toujours."""
    for bloc in ("factures", "paiement", *(["information"] if notice else [])):
        if not textes.mentionne(texte, bloc):
            texte = f"{texte.rstrip()}\n\n{{{{ {bloc} }}}}\n"
    return texte


def _contexte(reclamation: Reclamation, *, qr: bool) -> dict[str, object]:
    creancier, ecrire = reclamation.creancier, reclamation.ecriture
    return {
        "creancier": creancier,
        "debiteur": reclamation.debiteur,
        "lignes": [_ligne(d, reclamation) for d in reclamation.demandees],
        "deduites": [
            (reclamation.nommer(d), ecrire.euros(-d.montant) if d.montant else "")
            for d in reclamation.deduites
        ],
        "a_echoir": [_ligne(d, reclamation) for d in reclamation.a_echoir],
        "total": ecrire.euros(reclamation.somme),
        "reference": reclamation.reference,
        "iban": iban_lisible(creancier),
        "mentions": _mentions(creancier),
        "qr": qr,
        "langue": reclamation.langue,
        "mots": ecrire.mots,
    }


def _ligne(demandee: Demandee, reclamation: Reclamation) -> tuple[str, str, str, str, str]:
    """Numéro, libellé, échéance, montant ; et ce que le client en conteste."""
    facture, ecrire = demandee.facture, reclamation.ecriture
    conteste = ecrire.euros(demandee.conteste) if demandee.conteste else ""
    return (
        facture.reference,
        facture.libelle,
        ecrire.jour(facture.date_echeance),
        ecrire.euros(demandee.montant),
        ecrire.mots["hors"].format(conteste) if conteste else "",
    )


def _blocs(contexte: dict[str, object], creancier: Creancier, notice: str) -> dict[str, str]:
    return {
        "factures": render_to_string("relances/courriels/factures.html", contexte),
        "paiement": render_to_string("relances/courriels/paiement.html", contexte)
        if creancier.iban
        else "",
        "information": render_to_string(
            "relances/courriels/information.html", {"information": notice}
        )
        if notice
        else "",
    }


def _mentions(creancier: Creancier) -> str:
    """Qui écrit : une lettre d'affaires le dit (C. com., art. R. 123-237)."""
    partie = partie_du_creancier(creancier)
    return "\n".join(filter(None, [partie.mentions, partie.mentions_legales]))
