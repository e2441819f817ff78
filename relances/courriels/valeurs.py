"""Ce qui remplace les mots entre accolades d'un texte de relance."""

from collections.abc import Collection

from recouvrement.comptes.models import Creancier
from recouvrement.socle import formats
from relances.courriels.recit import faits_de
from relances.courriels.reclamation import Demandee, Reclamation
from relances.models import Relance
from relances.regles.langue import Ecriture


def valeurs_de(
    reclamation: Reclamation,
    noms: Collection[str],
    *,
    contact: str = "",
    relance: Relance | None = None,
) -> dict[str, str]:
    """`noms` : ceux que le texte emploie ; `relance` : celle que l'on écrit, s'il y en a une."""
    creancier = reclamation.creancier
    factures = [demandee.facture for demandee in reclamation.demandees]
    ecrire, nombre = reclamation.ecriture, str(len(factures))
    premiere, seule = factures[0] if factures else None, len(factures) == 1
    plusieurs = f"{nombre} invoices" if ecrire.anglais else f"{nombre} factures"
    return {
        "client": reclamation.client.nom,
        "contact": contact,
        "creancier": creancier.nom,
        "telephone": formats.telephone(creancier.telephone),
        "signature": creancier.signature or creancier.nom_expediteur or creancier.nom,
        "date": ecrire.long(reclamation.au),
        "numero": factures[0].reference if seule else plusieurs,
        "nombre": nombre,
        "plusieurs": "" if seule else nombre,
        "seule": nombre if seule else "",
        "total": ecrire.euros(reclamation.somme),
        "brut": ecrire.euros(reclamation.brut),
        "avoir_a_deduire": ", ".join(
            f"{reclamation.nommer(d)} : {ecrire.euros(d.montant)}" for d in reclamation.deduites
        ),
        "conteste": ecrire.euros(reclamation.conteste) if reclamation.conteste else "",
        "echeance": ecrire.jour(premiere.date_echeance) if premiere else "",
        "retard": str(max((reclamation.au - premiere.date_echeance).days, 0)) if premiere else "",
        "reference": reclamation.reference,
        "factures": _lignes(reclamation),
        "paiement": _paiement(reclamation),
        "premier_contact": "",
        "information": "",
        **faits_de(reclamation, noms, sauf=relance),
    }


def iban_lisible(creancier: Creancier) -> str:
    """Par quatre, entre espaces ordinaires : il se copie tel quel dans le site d'une banque."""
    return " ".join(formats.iban(creancier.iban).split())


def _lignes(reclamation: Reclamation) -> str:
    ecrire = reclamation.ecriture
    mots, p = ecrire.mots, ecrire.mots["deux_points"]
    lignes = [f"{mots['debiteur']}{p} {reclamation.debiteur}"]
    lignes += [
        f"- {_ligne(d, ecrire)}{p} {ecrire.euros(d.montant)}{_hors(d, ecrire)}"
        for d in reclamation.demandees
    ]
    for deduite in reclamation.deduites:
        montant = f"{p} {ecrire.euros(-deduite.montant)}" if deduite.montant else ""
        lignes.append(f"{mots['deduire']}{p} {reclamation.nommer(deduite)}{montant}")
    if len(reclamation.demandees) != 1 or reclamation.deduites:
        total = mots["net"] if reclamation.deduites else mots["total"]
        lignes.append(f"{total}{p} {ecrire.euros(reclamation.somme)}")
    lignes += [
        f"- {_ligne(d, ecrire)}{p} {ecrire.euros(d.montant)} ({mots['a_echoir']})"
        for d in reclamation.a_echoir
    ]
    return "\n".join(lignes)


def _ligne(demandee: Demandee, ecrire: Ecriture) -> str:
    facture, mots = demandee.facture, ecrire.mots
    libelle = f" ({facture.libelle})" if facture.libelle else ""
    quand = f"{mots['echeance'].lower()} {ecrire.jour(facture.date_echeance)}"
    return f"{mots['facture']} {facture.reference}{libelle}, {quand}"


def _hors(demandee: Demandee, ecrire: Ecriture) -> str:
    if not demandee.conteste:
        return ""
    return f" ({ecrire.mots['hors'].format(ecrire.euros(demandee.conteste))})"


def _paiement(reclamation: Reclamation) -> str:
    creancier, mots = reclamation.creancier, reclamation.ecriture.mots
    if not creancier.iban:
        return ""
    p = mots["deux_points"]
    bic = f"\nBIC{p} {creancier.bic}" if creancier.bic else ""
    return (
        f"{mots['virement']} {reclamation.reference}{p}\n"
        f"{mots['beneficiaire']}{p} {creancier.nom}\nIBAN{p} {iban_lisible(creancier)}{bic}"
    )
