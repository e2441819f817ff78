"""Qui doit : un professionnel, un particulier, une personne publique ? Ce qui le dit, ou non.

Décident : la catégorie juridique de l'INSEE et la forme écrite (SARL, EI, commune…), le SIREN (un
consommateur n'en a pas ; ceux de l'État et des collectivités commencent par 1 ou 2), le numéro de
TVA (il n'est donné qu'à un assujetti), quelques noms (« Commune de … »), ce qu'un fichier dit en
toutes lettres. Deux de ces indices qui se contredisent ne disent rien.

Ne décident pas : une civilité, une association, un syndicat de copropriétaires, un comité social ;
la réponse ne s'en suppose pas, elle se demande, avec la proposition que l'indice fait.

>>> conclure(indices(nom="Durand Bois SARL")).nature
'professionnel'
>>> conclure(indices(nom="Commune de Plouha")).nature
'public'
>>> conclure(indices(nom="Mme Paulette Maréchal"))
Conclusion(nature='', source='', phrase='« Mme » : une personne', proposee='particulier')
>>> conclure(indices(nom="Durand", dite="particulier", siren="732829320")).nature
''
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from stdnum.eu import vat
from stdnum.fr import siren as cle_siren

from recouvrement.droit.sources import lire

PROFESSIONNEL, PARTICULIER, PUBLIC = "professionnel", "particulier", "public"
COLONNE, IDENTIFIANT, NOM = "colonne", "identifiant", "nom"

# Ce qu'une colonne dit en toutes lettres ; le reste se demande.
DITES: dict[str, str] = {
    **dict.fromkeys(
        ("professionnel", "professionnels", "pro", "pros", "b2b", "btob", "b to b", "entreprise",
         "entreprises", "societe", "societes", "company", "business", "client professionnel",
         "client pro", "pme", "pmi", "pme pmi", "tpe", "tpe pme", "eti", "grand compte",
         "grossiste", "revendeur", "commercant", "artisan", "profession liberale", "independant",
         "entrepreneur",
         "micro entrepreneur", "auto entrepreneur", "autoentrepreneur", "entrepreneur individuel",
         "entreprise individuelle", "personne physique professionnelle"),
        PROFESSIONNEL,
    ),
    **dict.fromkeys(
        ("particulier", "particuliers", "part", "b2c", "btoc", "b to c", "consommateur",
         "consommateurs", "client particulier", "consumer", "individual", "non professionnel"),
        PARTICULIER,
    ),
    **dict.fromkeys(
        ("public", "publique", "b2g", "btog", "b to g", "b2a", "personne publique",
         "secteur public", "client public", "collectivite", "collectivites", "administration",
         "administrations", "administration publique", "collectivite publique",
         "collectivite territoriale", "collectivite locale", "etat", "etablissement public",
         "organisme public", "mairie", "commune", "government", "public sector"),
        PUBLIC,
    ),
}  # fmt: skip
REGIONS = (
    "auvergne rhone alpes|bourgogne franche comte|bretagne|centre val de loire|corse|grand est"
    "|hauts de france|ile de france|normandie|nouvelle aquitaine|occitanie|pays de la loire"
    "|provence alpes cote d azur|paca|sud|guadeloupe|martinique|guyane|reunion|mayotte"
)
DE = r"(?:de|du|des|d|la|le|les|l)"
# Un nom qui commence ainsi est celui d'une personne publique.
NOMS_PUBLICS = re.compile(
    rf"(?:commune|ville|mairie|departement|prefecture|sous prefecture|rectorat|ministere"
    rf"|communaute (?:de communes|d agglomeration|urbaine)|universite) {DE}\b"
    rf"|mairie$|(?:sous )?prefecture$|region (?:{REGIONS})$"
    r"|conseil (?:departemental|regional|general)\b|communaute (?:de communes|d agglomeration)\b"
    r"|syndicat (?:intercommunal|mixte|interdepartemental)\b|siv(?:om|os|u)\b|sdis\b|ccas\b"
    r"|centre (?:communal|intercommunal) d action sociale\b|chr?u\b|centre hospitalier\b"
    r"|assistance publique\b|office public de l habitat\b|chambre d agriculture\b"
    r"|chambre de commerce et d industrie\b|chambre de(?:s)? metiers\b|tresor public\b"
    r"|direction departementale des\b|service departemental d incendie\b"
)
# « Université catholique », « centre hospitalier privé » : le nom n'est plus sûr.
NOMS_PRIVES = re.compile(r"\b(?:privee?s?|catholique|populaire|libre|inter ages|du temps libre)\b")
CIVILITES = re.compile(
    r"^(M\.|Mr\.?|Mme|Mlle|Monsieur|Madame|Mademoiselle|M\. (?:et|ou) Mme|M\.? & Mme)\s", re.I
)
EN_UN_MOT = re.compile(r"(?<=\b\w)\.(?=\w\b|$|\s|\))")


@dataclass(frozen=True, slots=True)
class Forme:
    """Une forme juridique : sa catégorie, la nature qu'elle donne, et si elle suffit à la dire."""

    code: str
    nom: str
    categorie: str
    nature: str
    est_sure: bool
    est_commercante: bool
    """Commerçante par sa forme (C. com., art. L210-1)."""

    @property
    def est_une_personne_physique(self) -> bool:
        return self.categorie == "entrepreneur individuel"


@dataclass(frozen=True, slots=True)
class Indice:
    """Ce qui parle de la nature d'un débiteur ; incertain, il ne fait que la proposer."""

    nature: str
    source: str
    phrase: str
    est_sur: bool = True


@dataclass(frozen=True, slots=True)
class Conclusion:
    """La nature que les indices donnent ; vide, elle est à établir, et `phrase` dit pourquoi."""

    nature: str = ""
    source: str = ""
    phrase: str = ""
    proposee: str = ""


RIEN = Conclusion()


def normaliser(texte: str) -> str:
    """En minuscules, sans accent ni ponctuation ; « S.A.R.L. » s'écrit « sarl »."""
    decompose = unicodedata.normalize("NFKD", EN_UN_MOT.sub("", texte).casefold())
    sans_accent = "".join(c for c in decompose if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", sans_accent))


def dit_la_nature(vu: str) -> bool:
    """Cette valeur, normalisée, parle de la nature ou de la forme d'un client."""
    return vu in DITES or vu in _formes()[1]


def forme_de(texte: str) -> Forme | None:
    """La forme écrite en toutes lettres, en abrégé, ou par son code de l'INSEE.

    >>> forme_de("S.A.R.L.").nom, forme_de("5710").nom, forme_de("SELARL").est_commercante
    ('SARL', 'SAS', False)
    """
    par_code, par_ecriture = _formes()
    vu = normaliser(texte)
    if re.fullmatch(r"[0-9]{2,4}", vu):
        prefixes = (vu[:longueur] for longueur in range(len(vu), 0, -1))
        return next((par_code[p] for p in prefixes if p in par_code), None)
    if forme := par_ecriture.get(vu):
        return forme
    # « SARL au capital de 8 000 € », « SAS à associé unique », « Association loi de 1901 ».
    mots = vu.split()
    debuts = (" ".join(mots[:nombre]) for nombre in range(len(mots) - 1, 0, -1))
    return next((par_ecriture[d] for d in debuts if d in par_ecriture), None)


def forme_du_nom(nom: str) -> Forme | None:
    """Celle que porte le nom, au début, à la fin ou entre parenthèses.

    >>> forme_du_nom("Bâti-Rénov (S.A.R.L.)").nom, forme_du_nom("Jean Sas"), forme_du_nom("Chez Sa")
    ('SARL', None, None)
    """
    _, par_ecriture = _formes()
    mots = [m for m in re.split(r"[\s,;()/]+", EN_UN_MOT.sub("", nom).strip()) if m]
    for mot in (*mots[:1], *mots[-1:]):
        vu = normaliser(mot)
        # Deux ou trois lettres peuvent être un nom propre : seul le sigle en capitales compte.
        if len(vu) <= 3 and not mot.isupper():
            continue
        # « Région », « Commune » en tête d'un nom : `NOMS_PUBLICS` en juge.
        if vu in par_ecriture and par_ecriture[vu].nature != PUBLIC:
            return par_ecriture[vu]
    debut = normaliser(nom)
    for ecriture in ("association", "fondation", "syndicat des coproprietaires", "sdc", "cse",
                     "syndicat de copropriete", "syndicat de coproprietaires", "copropriete",
                     "comite social et economique", "comite d entreprise"):  # fmt: skip
        if debut == ecriture or debut.startswith(f"{ecriture} "):
            return par_ecriture[ecriture]
    return None


def indices(
    *,
    nom: str = "",
    dite: str = "",
    forme: str = "",
    siren: str = "",
    siret: str = "",
    tva: str = "",
) -> tuple[Indice, ...]:
    """Tout ce qui parle, le plus sûr d'abord. `dite` : ce qu'une colonne dit de sa nature."""
    return tuple(
        indice
        for source in (
            _de_la_colonne(dite, forme),
            _de_l_identifiant(siren or siret[:9], tva),
            _du_nom(nom),
        )
        for indice in source
    )


def conclure(trouves: Iterable[Indice]) -> Conclusion:
    """La nature, si ce qui est sûr s'accorde ; sinon ce qu'il faut demander, et pourquoi."""
    trouves = tuple(trouves)
    surs = [indice for indice in trouves if indice.est_sur]
    natures = list(dict.fromkeys(indice.nature for indice in surs))
    if len(natures) > 1:
        dits = ", ".join(dict.fromkeys(indice.phrase for indice in surs))
        return Conclusion(phrase=f"Ces indices se contredisent ({dits})")
    doutes = [indice for indice in trouves if not indice.est_sur and indice.nature != PARTICULIER]
    # Un identifiant ne dit pas qu'une association ou une copropriété agit en professionnel.
    if surs and not (doutes and all(indice.source == IDENTIFIANT for indice in surs)):
        return Conclusion(surs[0].nature, surs[0].source, surs[0].phrase)
    if doutes or trouves:
        doute = (doutes or trouves)[0]
        return Conclusion(phrase=doute.phrase, proposee=doute.nature)
    return Conclusion()


def _de_la_colonne(dite: str, forme: str) -> Iterator[Indice]:
    vu = normaliser(dite)
    if vu in DITES:
        yield Indice(DITES[vu], COLONNE, f"le fichier dit « {dite.strip()} »")
    elif vu:
        lue = forme_de(dite)
        if lue is not None:
            yield _de_la_forme(lue, COLONNE)
        else:
            phrase = f"« {dite.strip()[:40]} » ne dit pas sa nature"
            yield Indice("", COLONNE, phrase, est_sur=False)
    if forme.strip():
        lue = forme_de(forme)
        if lue is not None:
            yield _de_la_forme(lue, COLONNE)


def _de_la_forme(forme: Forme, source: str) -> Indice:
    return Indice(forme.nature, source, f"forme : {forme.nom}", est_sur=forme.est_sure)


def _de_l_identifiant(siren: str, tva: str) -> Iterator[Indice]:
    if siren and cle_siren.is_valid(siren):
        public = siren[0] in "12"
        nature = PUBLIC if public else PROFESSIONNEL
        quoi = "SIREN d'un organisme public" if public else "il a un SIREN"
        yield Indice(nature, IDENTIFIANT, quoi)
    elif tva and vat.is_valid(tva):
        porte = tva[4:] if tva.startswith("FR") else ""
        public = bool(porte) and porte[0] in "12"
        yield Indice(PUBLIC if public else PROFESSIONNEL, IDENTIFIANT, "il a un numéro de TVA")


def _du_nom(nom: str) -> Iterator[Indice]:
    vu = normaliser(nom)
    civilite = CIVILITES.match(nom.strip())
    forme = None if civilite else forme_du_nom(nom)
    if forme is not None:
        yield _de_la_forme(forme, NOM)
    if civilite:
        yield Indice(PARTICULIER, NOM, f"« {civilite[1]} » : une personne", est_sur=False)
    elif NOMS_PUBLICS.match(vu) and not NOMS_PRIVES.search(vu):
        yield Indice(PUBLIC, NOM, f"« {nom.strip()[:60]} » est le nom d'une personne publique")


@cache
def _formes() -> tuple[dict[str, Forme], dict[str, Forme]]:
    """La table des formes, lue au premier usage : par code de l'INSEE et par écriture."""
    par_code: dict[str, Forme] = {}
    par_ecriture: dict[str, Forme] = {}
    for ligne in lire("formes.csv"):
        forme = Forme(
            ligne["code"],
            ligne["nom"],
            ligne["categorie"],
            ligne["nature"],
            ligne["sure"] == "oui",
            ligne["commercante"] == "oui",
        )
        par_code[forme.code] = forme
        for ecriture in filter(None, ligne["ecritures"].split("|")):
            par_ecriture[ecriture] = forme
    return par_code, par_ecriture
