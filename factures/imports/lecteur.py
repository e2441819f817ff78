"""Des octets déposés à ce qu'on y lit : un seul point d'entrée, pur, pour tous les genres."""

from factures.imports.controles import completer, controler
from factures.imports.fichiers import Genre, genre_verifie
from factures.imports.pdf import lire_pdf
from factures.imports.reconnaissance import noter_entetes
from factures.imports.sens import redresser
from factures.imports.types import Refus, ResultatLecture
from factures.imports.xml import lire_xml
from recouvrement.socle.tableur.lecture import (
    EncodageDouteux,
    FichierIllisible,
    lire_classeur,
    lire_csv,
)


def faire(demande: tuple[str, bytes, str]) -> ResultatLecture:
    """Le travail du processus enfant, qui lit à la place de l'application."""
    return lire_fichier(*demande)


def lire_fichier(nom: str, octets: bytes, encodage: str = "") -> ResultatLecture:
    """Ne lève jamais pour un fichier mauvais : le refus est dans le résultat.

    Les fichiers venus d'ailleurs passent par `isolement.lire_au_fil`, qui borne la mémoire.
    """
    try:
        genre = genre_verifie(nom, octets)
        if genre == Genre.CSV:
            return ResultatLecture(
                nom, feuille=lire_csv(octets, noter=noter_entetes, encodage=encodage)
            )
        if genre in (Genre.XLSX, Genre.ODS):
            return ResultatLecture(nom, feuille=lire_classeur(octets, noter=noter_entetes))
        facture, releve = lire_pdf(octets) if genre == Genre.PDF else lire_xml(octets)
    except EncodageDouteux as erreur:
        refus = Refus("encodage", erreur.message, sujet=nom)
        return ResultatLecture(nom, refus=(refus,), lectures=erreur.lectures)
    except FichierIllisible as erreur:
        return ResultatLecture(nom, refus=(Refus("fichier", erreur.message),))
    facture, sens = redresser(facture)
    controle = controler(facture)
    # Un champ déjà refusé à la lecture manque forcément : une seule phrase suffit.
    deja = {refus.champ for refus in releve.refus}
    tous = (*releve.refus, *(r for r in controle.refus if r.champ not in deja))
    alertes = (*releve.alertes, *sens, *controle.alertes)
    # Un défaut de forme laisse la facture lisible : une personne dira si elle passe outre.
    factures = (completer(facture),) if all(r.levable for r in tous) else ()
    return ResultatLecture(
        nom,
        factures=factures,
        refus=tous,
        alertes=alertes,
        pages=releve.pages,
        actif=releve.actif,
    )
