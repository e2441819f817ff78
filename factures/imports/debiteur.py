"""Le client tel que le décrit une ligne de tableur, ce qui cloche étant signalé."""

import re
from collections.abc import Mapping

from factures.imports import entetes as champs
from factures.imports.controles import Controle
from factures.imports.types import PartieLue
from recouvrement.socle.saisies.valeurs import Cellule, lire_texte


def lire_client(lu: Mapping[str, Cellule], controle: Controle) -> PartieLue:
    siren, siret = _chiffres(lu.get(champs.SIREN)), _chiffres(lu.get(champs.SIRET))
    for champ, vu, longueur in ((champs.SIREN, siren, 9), (champs.SIRET, siret, 14)):
        if vu and (not vu.isdigit() or len(vu) != longueur):
            controle.signaler(
                champ, f"« {vu[:30]} » n'a pas les {longueur} chiffres d'un {champ.upper()}."
            )
    if len(siret) == 9 and siret.isdigit() and not siren:
        siren, siret = siret, ""
    if len(siren) == 14 and siren.isdigit() and not siret:
        siren, siret = siren[:9], siren
    siren = siren if re.fullmatch(r"[0-9]{9}", siren) else ""
    siret = siret if re.fullmatch(r"[0-9]{14}", siret) else ""
    adresse = lire_texte(lu.get(champs.ADRESSE))
    return PartieLue(
        nom=lire_texte(lu.get(champs.CLIENT)),
        siren=siren or siret[:9],
        siret=siret,
        tva=re.sub(r"[\s.]", "", lire_texte(lu.get(champs.TVA))).upper(),
        code=lire_texte(lu.get(champs.CODE_CLIENT)),
        lignes=(adresse,) if adresse else (),
        code_postal=_zero_perdu(champs.CODE_POSTAL, lu, 5, controle),
        ville=lire_texte(lu.get(champs.VILLE)),
        courriel=_courriel(lu.get(champs.COURRIEL), controle),
        telephone=_zero_perdu(champs.TELEPHONE, lu, 10, controle),
    )


def _zero_perdu(champ: str, lu: Mapping[str, Cellule], longueur: int, controle: Controle) -> str:
    """Un tableur qui a pris un téléphone ou un code postal pour un nombre en ôte le zéro."""
    cellule = lu.get(champ)
    vu = lire_texte(cellule)
    if isinstance(cellule, int | float) and vu.isdigit() and len(vu) == longueur - 1:
        controle.signaler(champ, f"« {vu} » a perdu son zéro de tête : lu « 0{vu} ».")
        return f"0{vu}"
    return vu


def _courriel(cellule: Cellule, controle: Controle) -> str:
    vu = lire_texte(cellule)
    if vu and not re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s.,;<>\"]+", vu):
        controle.signaler(champs.COURRIEL, f"« {vu[:60]} » n'est pas une adresse : non reprise.")
        return ""
    return vu


def _chiffres(cellule: Cellule) -> str:
    return re.sub(r"[\s.]", "", lire_texte(cellule))
