"""Le zéro de tête qu'un tableur a ôté : rendu si la clé est juste, demandé sinon."""

import re
from collections.abc import Callable

from stdnum.fr import siren as cle_siren
from stdnum.fr import siret as cle_siret
from stdnum.fr import tva as cle_tva

from factures.imports import entetes as champs
from factures.imports.controles import Controle

# Deux zéros au plus : au-delà, ce n'est pas un zéro qui manque.
PERDUS = 2
CLES: dict[str, tuple[int, Callable[[str], bool]]] = {
    champs.SIREN: (9, cle_siren.is_valid),
    champs.SIRET: (14, cle_siret.is_valid),
}


def rendre_le_zero(champ: str, vu: str, controle: Controle) -> str:
    """Le SIREN ou le SIRET complet ; `vu` n'a déjà plus que ses chiffres."""
    longueur, est_juste = CLES[champ]
    if not (vu.isascii() and vu.isdigit()) or not longueur - PERDUS <= len(vu) < longueur:
        return vu
    complet = vu.zfill(longueur)
    if est_juste(complet):
        _dire(champ, vu, complet, controle)
        return complet
    controle.refuser(
        champ,
        f"« {vu} » n'a que {len(vu)} chiffres, et sa clé reste fausse avec un zéro de tête : "
        f"quel est ce {champ.upper()} ? Vide, la ligne s'importe sans lui.",
    )
    return ""


def rendre_le_zero_de_tva(vu: str, controle: Controle) -> str:
    """Le zéro perdu est celui de la clé, quand « FR » manque, ou celui du SIREN qui la suit."""
    lu = re.fullmatch(r"(FR)?([0-9]{10,11})", vu)
    if lu is None or (lu[1] and len(lu[2]) == 11):
        return vu
    chiffres = lu[2]
    possibles = (
        {chiffres} if len(chiffres) == 11 else {f"0{chiffres}", f"{chiffres[:2]}0{chiffres[2:]}"}
    )
    justes = [possible for possible in possibles if cle_tva.is_valid(possible)]
    if len(justes) == 1:
        complet = f"FR{justes[0]}"
        controle.signaler(
            champs.TVA, f"« {vu} » est incomplet : lu « {complet} », dont la clé est juste."
        )
        return complet
    controle.refuser(
        champs.TVA,
        f"« {vu} » n'est pas un numéro de TVA entier, et sa clé ne dit pas ce qui manque : "
        "quel est-il ? Vide, la ligne s'importe sans lui.",
    )
    return ""


def rendre_le_zero_postal(
    vu: str, *, est_un_nombre: bool, est_francais: bool, controle: Controle
) -> str:
    """Quatre chiffres : un zéro perdu en France, un code entier en Belgique ou en Suisse."""
    if not (vu.isascii() and vu.isdigit() and len(vu) == 4):
        return vu
    if est_un_nombre or est_francais:
        _dire(champs.CODE_POSTAL, vu, f"0{vu}", controle)
        return f"0{vu}"
    controle.signaler(
        champs.CODE_POSTAL,
        f"« {vu} » : code étranger, ou zéro de tête perdu ? Gardé tel quel, à vérifier.",
    )
    return vu


def _dire(champ: str, vu: str, complet: str, controle: Controle) -> None:
    controle.signaler(champ, f"« {vu} » a perdu son zéro de tête : lu « {complet} ».")
