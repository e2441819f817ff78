"""Les textes écrits par les utilisateurs : `{{ champ }}` et `{{#si champ}}…{{/si}}`, rien d'autre.

Une expression régulière, un dictionnaire de valeurs déjà écrites, aucun appel, aucun point, aucune
seconde lecture : une valeur qui contiendrait « {{ total }} » s'affiche telle quelle.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from html import escape

from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.formats import de

TAILLE_MAX = 20_000
BALISE = re.compile(
    r"\{\{[ \t]*(?:#si[ \t]+(?P<si>[a-z_]{1,40})|(?P<fin>/si)|(?P<champ>[a-z_]{1,40}))[ \t]*\}\}"
)
# Ce que l'on peut écrire dans un texte de relance, et ce que l'on y lira.
CHAMPS: dict[str, str] = {
    "client": "Nom du client",
    "contact": "Nom de la personne à qui l'on écrit",
    "creancier": "Nom du créancier",
    "telephone": "Téléphone du créancier",
    "signature": "Signature du créancier",
    "date": "Date du jour, en toutes lettres",
    "numero": "Numéro de la facture, ou « 3 factures »",
    "nombre": "Nombre de factures",
    "plusieurs": "Condition : il y a plusieurs factures",
    "seule": "Condition : il n'y a qu'une facture",
    "total": "Net à régler : restes dus, moins ce qui est contesté ou à déduire",
    "brut": "Somme des restes dus, avant déduction",
    "avoir_a_deduire": "Avoirs et règlements à déduire, s'il y en a",
    "conteste": "Somme contestée, s'il y en a une",
    "echeance": "Échéance de la plus ancienne",
    "retard": "Nombre de jours de retard de la plus ancienne",
    "precedente": "Date du dernier rappel écrit de toutes ces factures, depuis leur échéance",
    "deja_relancee": "Condition : chacune de ces factures a déjà été rappelée par écrit",
    "paiement_recu": "Ce que le client a payé depuis le dernier rappel, et quand",
    "echange": "Date du dernier appel abouti, promesse ou contestation depuis le dernier rappel",
    "silence": "Condition : rappelée, et depuis ni règlement ni échange enregistré",
    "accessoires": "Phrase : pénalités et 40 €, quand la loi les fait courir sans rappel",
    "penalites": "Pénalités de retard à ce jour, si la loi en fait courir",
    "indemnite": "Indemnités forfaitaires de 40 € dues à ce jour",
    "a_echoir": "Ses factures à échoir, une par ligne",
    "premier_contact": "Condition : rien ne lui a encore été écrit",
    "information": "Ses droits sur ses données, au premier message seulement",
    "factures": "Tableau des factures",
    "paiement": "IBAN, référence et code QR de virement",
    "reference": "Référence à rappeler dans le virement",
}
# Ceux-là s'écrivent seuls sur leur ligne : un tableau, un bloc de paiement, une notice.
BLOCS = frozenset({"factures", "paiement", "information"})


# Des noms propres : « de {{ creancier }} » s'écrit « d'Imprimerie Morvan ».
DES_NOMS = frozenset({"creancier", "client", "contact", "debiteur"})
DE_A_LA_FIN = re.compile(r"(?:^|[\s(«])de $")


class TexteRefuse(ErreurMetier):
    """Le texte ne s'enregistre pas ; le message dit quoi corriger."""


@dataclass(frozen=True, slots=True)
class _Champ:
    nom: str


@dataclass(frozen=True, slots=True)
class _Si:
    nom: str
    corps: tuple["Noeud", ...]


Noeud = str | _Champ | _Si


def verifier(texte: str, champs: Collection[str] = tuple(CHAMPS), *, blocs: bool = True) -> None:
    """Refuse, avec la liste des champs, ce que `composer` ne saurait écrire.

    >>> verifier("Bonjour {{ contct }}", ["contact"])
    Traceback (most recent call last):
    ...
    relances.regles.textes.TexteRefuse: « contct » n'existe pas. Champs possibles : contact.
    """
    if len(texte) > TAILLE_MAX:
        raise TexteRefuse(f"Ce texte dépasse {TAILLE_MAX} caractères.")
    for nom in _noms(lire(texte)):
        if nom not in champs:
            possibles = ", ".join(champs)
            raise TexteRefuse(f"« {nom} » n'existe pas. Champs possibles : {possibles}.")
        if not blocs and nom in BLOCS:
            raise TexteRefuse(f"« {nom} » ne s'écrit pas dans un objet, qui tient sur une ligne.")


def lire(texte: str) -> tuple[Noeud, ...]:
    """L'arbre du texte, d'un seul niveau ; lève `TexteRefuse` s'il est mal formé."""
    racine: list[Noeud] = []
    corps: list[Noeud] | None = None
    condition, fin = "", 0
    for balise in BALISE.finditer(texte):
        ici = racine if corps is None else corps
        _litteral(texte[fin : balise.start()], ici)
        fin = balise.end()
        if balise["champ"]:
            ici.append(_Champ(balise["champ"]))
        elif balise["si"]:
            if corps is not None:
                raise TexteRefuse("Un « {{#si …}} » ne s'ouvre pas à l'intérieur d'un autre.")
            condition, corps = balise["si"], []
        elif corps is None:
            raise TexteRefuse("Un « {{/si}} » ferme une condition qui n'est pas ouverte.")
        else:
            racine.append(_Si(condition, tuple(corps)))
            corps = None
    if corps is not None:
        raise TexteRefuse(f"Le « {{{{#si {condition}}}}} » n'est pas fermé par « {{{{/si}}}} ».")
    _litteral(texte[fin:], racine)
    return tuple(racine)


def en_texte(texte: str, valeurs: Mapping[str, str]) -> str:
    """La partie texte d'un message. Les lignes laissées vides par une condition se resserrent."""
    ecrit = _ecrire(lire(_unix(texte)), {nom: _propre(v) for nom, v in valeurs.items()})
    return re.sub(r"\n{3,}", "\n\n", ecrit).strip() + "\n"


def en_ligne(texte: str, valeurs: Mapping[str, str]) -> str:
    """Un objet : une seule ligne, quoi que contiennent les valeurs."""
    ecrit = _ecrire(lire(texte), {nom: " ".join(_propre(v).split()) for nom, v in valeurs.items()})
    return " ".join(ecrit.split())


def en_html(texte: str, valeurs: Mapping[str, str], blocs: Mapping[str, str]) -> str:
    """La partie HTML : tout est échappé, sauf `blocs`, que nos gabarits ont déjà écrits."""
    surs = {nom: escape(_propre(valeur)) for nom, valeur in valeurs.items()}
    surs |= {nom: f"\n\n\0{nom}\0\n\n" if blocs.get(nom) else "" for nom in BLOCS}
    ecrit = _ecrire(lire(_unix(texte)), surs, litteral=escape)
    paragraphes = []
    for bloc in re.split(r"\n{2,}", ecrit.strip()):
        nom = bloc.strip().strip("\0")
        if bloc.strip().startswith("\0") and nom in blocs:
            paragraphes.append(blocs[nom])
        elif bloc.strip():
            paragraphes.append(f"<p>{bloc.strip().replace(chr(10), '<br>')}</p>")
    return "\n".join(paragraphes)


def mentionne(texte: str, nom: str) -> bool:
    return nom in _noms(lire(texte))


def noms_de(*textes: str) -> set[str]:
    """Les champs et conditions que ces textes emploient."""
    return {nom for texte in textes for nom in _noms(lire(texte))}


def _ecrire(
    noeuds: Iterable[Noeud],
    valeurs: Mapping[str, str],
    litteral: Callable[[str], str] = lambda texte: texte,
) -> str:
    morceaux = []
    for noeud in noeuds:
        match noeud:
            case str():
                morceaux.append(litteral(noeud))
            case _Champ(nom):
                valeur = valeurs.get(nom, "")
                if nom in DES_NOMS and morceaux and DE_A_LA_FIN.search(morceaux[-1]):
                    morceaux[-1], valeur = morceaux[-1][:-3], de(valeur)
                morceaux.append(valeur)
            case _Si(nom, corps):
                if valeurs.get(nom):
                    morceaux.append(_ecrire(corps, valeurs, litteral))
    return "".join(morceaux)


def _litteral(morceau: str, ou: list[Noeud] | list[str | _Champ]) -> None:
    if "{{" in morceau:
        debut = morceau[morceau.index("{{") :][:40].split("\n")[0]
        raise TexteRefuse(
            f"« {debut} » : écrivez {{{{ champ }}}} ou {{{{#si champ}}}}…{{{{/si}}}}."
        )
    if any(c < " " and c not in "\n\r\t" for c in morceau):
        raise TexteRefuse("Ce texte contient un caractère de commande.")
    if morceau:
        ou.append(morceau)


def _noms(noeuds: Iterable[Noeud]) -> set[str]:
    noms: set[str] = set()
    for noeud in noeuds:
        match noeud:
            case _Champ(nom):
                noms.add(nom)
            case _Si(nom, corps):
                noms |= {nom} | _noms(corps)
    return noms


def _propre(valeur: str) -> str:
    """Une valeur venue d'un fichier ne porte ni NUL ni caractère de commande."""
    return "".join(c for c in _unix(str(valeur)) if c >= " " or c in "\n\t")


def _unix(texte: str) -> str:
    return texte.replace("\r\n", "\n").replace("\r", "\n")
