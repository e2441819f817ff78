"""Toutes les adresses du projet, et ce que désigne chacun de leurs paramètres.

Une adresse à paramètres qui n'est pas déclarée ici fait échouer la matrice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views.generic import RedirectView

CLIENT, FACTURE, DOSSIER = {"pk": "client"}, {"pk": "facture"}, {"pk": "dossier"}
CHANGEMENT, COMPTE = {"pk": "changement"}, {"pk": "compte"}
IMPORT, RELANCE, COURRIER = {"pk": "import"}, {"pk": "relance"}, {"pk": "courrier"}
CLASSEUR = {"genre": "=xlsx"}

# Nom d'adresse → paramètre → sorte d'objet du monde ; « = » : une valeur, pas un objet.
PARAMETRES: dict[str, dict[str, str]] = {
    "equipe:changement_lien": {"jeton": "jeton_changement"},
    "equipe:changement_approuver": CHANGEMENT,
    "equipe:changement_refuser": CHANGEMENT,
    "equipe:changement_retirer": CHANGEMENT,
    "equipe:changement_defaire": CHANGEMENT,
    "equipe:image": {"nom": "=logo"},
    "equipe:invitation": {"jeton": "jeton"},
    "equipe:expediteur": {"jeton": "jeton_expediteur"},
    "equipe:quota": {"pk": "numero"},
    "equipe:invitation_revoquer": {"pk": "invitation"},
    "equipe:role": {"pk": "habilitation"},
    "equipe:retirer": {"pk": "habilitation"},
    "accueil:oublier_vue": {"pk": "vue"},
    "accueil:client": CLIENT,
    "clients:modifier": CLIENT,
    "clients:confirmer_adresse": CLIENT,
    "clients:suspendre": CLIENT,
    "clients:reprendre": CLIENT,
    "clients:noter": CLIENT,
    "clients:ranger_note": CLIENT | {"note": "note"},
    "clients:fusionner": CLIENT,
    "clients:contacts": CLIENT,
    "clients:contact_ajouter": CLIENT,
    "clients:contact": CLIENT | {"contact": "contact"},
    "clients:contact_retirer": CLIENT | {"contact": "contact"},
    "clients:coordonnee_ajouter": CLIENT | {"contact": "contact"},
    "clients:coordonnee": CLIENT | {"coordonnee": "coordonnee"},
    "clients:coordonnee_retirer": CLIENT | {"coordonnee": "coordonnee"},
    "factures:exporter": CLASSEUR,
    "factures:detail": FACTURE,
    "factures:modifier": FACTURE,
    "factures:avoir": {"pk": "avoir"},
    "factures:litige": FACTURE,
    "factures:clore_litige": {"pk": "litige"},
    "factures:exporter_reglements": CLASSEUR,
    "factures:annuler_reglement": {"pk": "encaissement"},
    "factures:defaire_reglement": {"pk": "encaissement"},
    "factures:imputer": {"pk": "encaissement"},
    "factures:piece": {"pk": "piece"},
    "factures:deposer_piece": CLIENT,
    "factures:droit": FACTURE,
    "factures:acte": FACTURE,
    "factures:duree": FACTURE,
    "factures:verifier": FACTURE,
    "factures:non_avenu": {"pk": "acte"},
    "factures:procedure": {"pk": "insolvable"},
    "factures:declaration_preparer": {"pk": "insolvable"},
    "factures:declaration_faite": {"pk": "insolvable"},
    "factures:declaration": {"pk": "insolvable"},
    "factures:conventions": CLIENT,
    "factures:decisions": CLIENT,
    "factures:retirer_decision": {"pk": "decision"},
    "factures:decompte": {"pk": "debiteur"},
    "factures:decompte_sceller": {"pk": "debiteur"},
    "factures:decompte_document": {"pk": "debiteur", "document": "decompte"},
    "factures:import": IMPORT,
    "factures:valider_import": IMPORT,
    "factures:abandonner_import": IMPORT,
    "factures:defaire_import": IMPORT,
    "factures:corriger_import": IMPORT,
    "factures:admettre_import": IMPORT,
    "factures:reprendre_import": IMPORT,
    "factures:rapport_import": IMPORT,
    "relances:exporter": CLASSEUR,
    "relances:etape": {"palier": "=1"},
    "relances:exporter_etape": {"palier": "=1"},
    "relances:relance": RELANCE,
    "relances:message_html": RELANCE,
    "relances:octets": RELANCE,
    "relances:valider": RELANCE,
    "relances:retoucher": RELANCE,
    "relances:reporter": RELANCE,
    "relances:annuler": RELANCE,
    "relances:liberer": RELANCE,
    "relances:renvoyer": RELANCE,
    "relances:trancher": RELANCE,
    "relances:apercu": {"pk": "etape"},
    "relances:appel": CLIENT,
    "relances:annuler_appel": {"pk": "appel"},
    "relances:exporter_promesses": CLASSEUR,
    "relances:promesse": {"pk": "promesse"},
    "relances:courrier": COURRIER,
    "relances:courrier_pdf": COURRIER,
    "relances:poster": COURRIER,
    "relances:suivre": COURRIER,
    "relances:annuler_courrier": COURRIER,
    "relances:lettre": {"pk": "lettre"},
    "relances:ecrire": CLIENT,
    "relances:ecrire_lettre": CLIENT,
    "relances:mise_en_demeure": {"pk": "debiteur"},
    "contentieux:exporter": CLASSEUR,
    "contentieux:ouvrir": {"pk": "debiteur"},
    "contentieux:dossier": DOSSIER,
    "contentieux:requete": DOSSIER,
    "contentieux:documents": DOSSIER,
    "contentieux:pieces": DOSSIER,
    "contentieux:avancer": DOSSIER,
    "contentieux:noter": DOSSIER,
    "contentieux:frais": DOSSIER,
    "contentieux:clore": DOSSIER,
    "contentieux:document": {"pk": "document"},
    "vie_privee:client": CLIENT,
    "vie_privee:exporter": CLIENT,
    "vie_privee:effacer": CLIENT,
    "vie_privee:demander": CLIENT,
    "vie_privee:repondre": CLIENT | {"demande": "demande"},
    "equipe:journal_exporter": CLASSEUR,
    "equipe:compte_detail": COMPTE,
    "equipe:administrateur_nommer": COMPTE,
    "equipe:administrateur_retirer": COMPTE,
    "equipe:double_retirer": COMPTE,
    "equipe:compte_desactiver": COMPTE,
    "equipe:compte_reactiver": COMPTE,
    "equipe:compte_lien": COMPTE,
    "equipe:message": {"pk": "message"},
}
# Celles d'allauth ont leurs propres essais (tests/recouvrement/equipe/test_connexion.py).
A_ALLAUTH = re.compile(r"^(account|mfa|usersessions)_")
# Le paramètre d'une adresse peut ne rien désigner chez celui qui la visite (aucun logo déposé).
PEUT_MANQUER = {"equipe:image", "relances:message_html", "relances:octets", "factures:declaration"}


@dataclass(frozen=True)
class Adresse:
    nom: str
    chemin: str
    vue: object
    parametres: tuple[str, ...]

    @property
    def est_d_un_creancier(self) -> bool:
        return "creancier" in self.parametres

    @property
    def objets(self) -> dict[str, str]:
        """Les paramètres qui désignent une ligne du créancier."""
        declares = PARAMETRES.get(self.nom, {})
        return {nom: sorte for nom, sorte in declares.items() if not sorte.startswith("=")}

    def vers(self, creancier: str, cles: dict) -> str:
        valeurs = {"creancier": creancier} if self.est_d_un_creancier else {}
        for nom, sorte in PARAMETRES.get(self.nom, {}).items():
            valeurs[nom] = sorte[1:] if sorte.startswith("=") else cles[sorte]
        return reverse(self.nom, kwargs=valeurs)


def adresses() -> list[Adresse]:
    return [
        Adresse(nom, chemin, vue, tuple(re.findall(r"<(?:\w+:)?(\w+)>", chemin)))
        for chemin, nom, vue in _parcourir(get_resolver())
        if not A_ALLAUTH.match(nom) and getattr(vue, "view_class", None) is not RedirectView
    ]


def non_declarees() -> list[str]:
    return [
        f"{a.nom} : {a.chemin}"
        for a in adresses()
        if set(a.parametres) - {"creancier"} != set(PARAMETRES.get(a.nom, {}))
    ]


def disparues() -> set[str]:
    return set(PARAMETRES) - {a.nom for a in adresses()}


def _parcourir(resolveur: URLResolver, prefixe: str = "", espace: str = "") -> Iterator[tuple]:
    for motif in resolveur.url_patterns:
        chemin = prefixe + str(motif.pattern)
        if isinstance(motif, URLPattern):
            yield chemin, f"{espace}{motif.name or ''}", motif.callback
        else:
            dedans = f"{espace}{motif.namespace}:" if motif.namespace else espace
            yield from _parcourir(motif, chemin, dedans)
