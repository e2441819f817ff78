"""Toutes les adresses du projet, et ce que désigne chacun de leurs paramètres.

Une adresse à paramètres qui n'est pas déclarée ici fait échouer la matrice.
"""

import re
from dataclasses import dataclass

from django.urls import reverse
from django.views.generic import RedirectView

from tests.appuis.adresses import parcourir

# Sorte d'objet du monde → les adresses dont `pk` la désigne.
PAR_SORTE = {
    "changement": (
        "equipe:changement_approuver",
        "equipe:changement_refuser",
        "equipe:changement_retirer",
        "equipe:changement_defaire",
    ),
    "numero": ("equipe:quota",),
    "invitation": ("equipe:invitation_revoquer",),
    "habilitation": (
        "equipe:role",
        "equipe:retirer",
    ),
    "vue": ("accueil:oublier_vue",),
    "geste": ("accueil:geste", "accueil:annuler_geste"),
    "client": (
        "accueil:client",
        "accueil:qualite",
        "clients:modifier",
        "clients:confirmer_adresse",
        "clients:suspendre",
        "clients:reprendre",
        "clients:noter",
        "clients:fusionner",
        "clients:contacts",
        "clients:contact_ajouter",
        "factures:deposer_piece",
        "factures:conventions",
        "factures:decisions",
        "factures:suite_decision",
        "accueil:appel",
        "relances:ecrire",
        "relances:ecrire_lettre",
        "relances:fin_decidee",
        "vie_privee:client",
        "vie_privee:exporter",
        "vie_privee:effacer",
        "vie_privee:demander",
    ),
    "facture": (
        "factures:detail",
        "factures:modifier",
        "factures:litige",
        "factures:reference",
        "factures:droit",
        "factures:acte",
        "factures:duree",
        "factures:verifier",
    ),
    "avoir": ("factures:avoir",),
    "litige": ("factures:clore_litige",),
    "encaissement": (
        "factures:annuler_reglement",
        "factures:recu",
        "factures:recu_sceller",
        "factures:imputer",
    ),
    "piece": ("factures:piece",),
    "acte": ("factures:non_avenu",),
    "insolvable": (
        "factures:procedure",
        "factures:declaration_preparer",
        "factures:declaration_faite",
        "factures:declaration",
    ),
    "decision": ("factures:retirer_decision",),
    "suite": ("factures:retirer_suite",),
    "debiteur": (
        "factures:decompte",
        "factures:decompte_sceller",
        "relances:mise_en_demeure",
        "contentieux:ouvrir",
    ),
    "import": (
        "factures:import",
        "factures:valider_import",
        "factures:abandonner_import",
        "factures:defaire_import",
        "factures:corriger_import",
        "factures:decider_import",
        "factures:admettre_import",
        "factures:reconnaitre_import",
        "factures:admettre_vendeur",
        "factures:encoder_import",
        "factures:reprendre_import",
        "factures:rapport_import",
    ),
    "relance": (
        "relances:relance",
        "relances:message_html",
        "relances:octets",
        "relances:valider",
        "relances:retoucher",
        "relances:reporter",
        "relances:annuler",
        "relances:liberer",
        "relances:renvoyer",
        "relances:trancher",
    ),
    "etape": ("relances:apercu",),
    "appel": ("relances:clore_rappel",),
    "promesse": ("relances:promesse",),
    "courrier": (
        "relances:courrier",
        "relances:courrier_pdf",
        "relances:poster",
        "relances:suivre",
        "relances:annuler_courrier",
    ),
    "lettre": ("relances:lettre",),
    "dossier": (
        "contentieux:dossier",
        "contentieux:requete",
        "contentieux:documents",
        "contentieux:pieces",
        "contentieux:avancer",
        "contentieux:noter",
        "contentieux:frais",
        "contentieux:clore",
    ),
    "document": ("contentieux:document",),
    "compte": (
        "equipe:compte_detail",
        "equipe:administrateur_nommer",
        "equipe:administrateur_retirer",
        "equipe:double_retirer",
        "equipe:compte_desactiver",
        "equipe:compte_reactiver",
        "equipe:compte_lien",
    ),
    "message": ("equipe:message",),
}
# Nom d'adresse → paramètre → sorte d'objet ; « = » : une valeur, pas un objet.
PARAMETRES: dict[str, dict[str, str]] = {
    nom: {"pk": sorte} for sorte, noms in PAR_SORTE.items() for nom in noms
} | {
    "equipe:changement_lien": {"jeton": "jeton_changement"},
    "equipe:image": {"nom": "=logo"},
    "equipe:invitation": {"jeton": "jeton"},
    "equipe:expediteur": {"jeton": "jeton_expediteur"},
    "clients:ranger_note": {"pk": "client", "note": "note"},
    "clients:contact": {"pk": "client", "contact": "contact"},
    "clients:contact_retirer": {"pk": "client", "contact": "contact"},
    "clients:coordonnee_ajouter": {"pk": "client", "contact": "contact"},
    "clients:coordonnee": {"pk": "client", "coordonnee": "coordonnee"},
    "clients:coordonnee_retirer": {"pk": "client", "coordonnee": "coordonnee"},
    "factures:exporter": {"genre": "=xlsx"},
    "factures:exporter_reglements": {"genre": "=xlsx"},
    "factures:recu_document": {"pk": "encaissement", "document": "recu"},
    "factures:decompte_document": {"pk": "debiteur", "document": "decompte"},
    "relances:exporter": {"genre": "=xlsx"},
    "relances:etape": {"palier": "=1"},
    "relances:exporter_etape": {"palier": "=1"},
    "relances:exporter_promesses": {"genre": "=xlsx"},
    "contentieux:exporter": {"genre": "=xlsx"},
    "vie_privee:repondre": {"pk": "client", "demande": "demande"},
    "equipe:journal_exporter": {"genre": "=xlsx"},
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
        for chemin, nom, vue in parcourir()
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
