"""Toute adresse × toute personne × le sien, celui d'un autre, rien × GET et POST.

La liste vient du projet même : une adresse nouvelle y entre seule, et échoue si personne n'a dit
ce que ses paramètres désignent.
"""

from collections import Counter
from email import message_from_bytes, policy

import pytest
import time_machine

from recouvrement.comptes.enums import Role
from recouvrement.courriel.models import Envoi
from tests.fabriques.comptes import un_utilisateur
from tests.matrice.adresses import PEUT_MANQUER, adresses, disparues, non_declarees
from tests.matrice.monde import MAINTENANT, un_monde
from tests.matrice.roles import les_gens
from tests.matrice.sondes import ALEAS, champs_de, empreinte_de, visiter

pytestmark = pytest.mark.django_db
ICI, AILLEURS = "CANARIICI", "CANARILABAS"
# Une personne qui entre voit une page, un renvoi, ou une phrase qui dit pourquoi c'est non.
ENTRE = {200, 204, 302, 400, 403, 404, 405, 409, 410, 413, 422, 429}
CODES = {"refus": {403, 405}, "absent": {404, 405}}
NULLE_PART = 987_654_321
METHODES = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE")


def test_toute_adresse_a_parametres_dit_ce_qu_ils_designent():
    assert non_declarees() == []
    assert disparues() == set()


@pytest.fixture
def mondes():
    with time_machine.travel(MAINTENANT, tick=False):
        ici, ailleurs = un_monde(ICI), un_monde(AILLEURS)
        compte = un_utilisateur()
        message = Envoi.objects.create(
            nature="compte",
            cle="c",
            message_id="<c@x>",
            destinataire="x@y.example",
            octets=b"",
            pas_avant=MAINTENANT,
        )
        for monde in (ici, ailleurs):
            monde.cles |= {"compte": compte.pk, "message": message.pk}
        yield ici, ailleurs


@pytest.mark.mise_en_page
def test_nul_ne_voit_ni_ne_change_ce_qui_n_est_pas_a_lui(mondes):
    ici, ailleurs = mondes
    fautes, comptes = sonder(ici, ailleurs, les_gens(ici, ailleurs), a_fond=False)
    assert fautes == [], "\n".join(fautes)
    assert comptes["sondes"] > 3_000
    # La marque est bien partout où elle doit être : son absence ailleurs prouve quelque chose.
    assert comptes["pages marquées"] > 80


def sonder(ici, ailleurs, gens, *, a_fond: bool) -> tuple[list[str], Counter]:
    """`a_fond` : chacun visite aussi tout ce qui est à lui ; sinon, les rôles qui suffisent."""
    fautes: list[str] = []
    comptes: Counter[str] = Counter()
    avant = empreinte_de(ailleurs.creancier)
    for adresse in adresses():
        for personne in gens:
            attendu = personne.attendu(adresse)
            for methode in METHODES if a_fond else METHODES[:2]:
                if attendu != "entre" or a_fond or personne.role in (None, Role.GESTIONNAIRE):
                    _le_sien(adresse, personne, attendu, methode, ici, fautes, comptes)
                if adresse.est_d_un_creancier:
                    _celui_d_un_autre(adresse, personne, methode, ici, ailleurs, fautes, comptes)
    if empreinte_de(ailleurs.creancier) != avant:
        fautes.append("une ligne de l'autre créancier a changé")
    return fautes, comptes


def _le_sien(adresse, personne, attendu, methode, ici, fautes, comptes) -> None:
    chemin = adresse.vers(ici.creancier.code, ici.cles)
    reponse = visiter(personne.navigateur, methode, chemin)
    comptes["sondes"] += 1
    comptes[f"{methode} {reponse.code}"] += 1
    ou = f"{personne.nom} {methode} {adresse.nom} : {reponse.code}"
    if attendu == "porte":
        renvoyee = reponse.code == 302 and "/compte/login/" in reponse.entetes
        if not renvoyee and reponse.code != 405:
            fautes.append(f"{ou}, au lieu de la page de connexion")
    elif attendu != "entre":
        if reponse.code not in CODES[attendu]:
            fautes.append(f"{ou}, au lieu de {attendu}")
    elif reponse.code not in ENTRE:
        fautes.append(ou)
    elif reponse.code in (403, 404) and methode == "GET" and adresse.nom not in PEUT_MANQUER:
        fautes.append(f"{ou} : le monde n'a pas ce qu'il faut")
    texte = reponse.texte
    if attendu == "entre" and personne.role and ICI.lower() in texte.lower():
        comptes["pages marquées"] += 1
    if attendu in ("porte", "refus", "absent") and ICI.lower() in texte.lower():
        fautes.append(f"{ou} : montre ce qui n'est pas à lui")
    if personne.role and AILLEURS.lower() in texte.lower():
        fautes.append(f"{ou} : montre ce qui est à un autre créancier")


def _celui_d_un_autre(adresse, personne, methode, ici, ailleurs, fautes, comptes) -> None:
    """L'objet d'un autre, sous mon adresse ; il ne se distingue pas d'un objet qui n'existe pas."""
    if personne.role is None or personne.attendu(adresse) != "entre":
        return
    voisin = visiter(
        personne.navigateur, methode, adresse.vers(ailleurs.creancier.code, ailleurs.cles)
    )
    comptes["sondes"] += 1
    if voisin.code not in (404, 405):
        fautes.append(f"{personne.nom} {methode} {adresse.nom} chez l'autre : {voisin.code}")
    for parametre, sorte in adresse.objets.items():
        etranger = adresse.vers(ici.creancier.code, ici.cles | {sorte: ailleurs.cles[sorte]})
        absent = adresse.vers(ici.creancier.code, ici.cles | {sorte: NULLE_PART})
        vu = visiter(personne.navigateur, methode, etranger)
        rien = visiter(personne.navigateur, methode, absent)
        comptes["sondes"] += 2
        ou = f"{personne.nom} {methode} {adresse.nom} ({parametre} d'un autre) : {vu.code}"
        # 403 : le rôle ne peut écrire nulle part, que l'objet existe ou non.
        if vu.code not in (403, 404, 405):
            fautes.append(ou)
        if AILLEURS.lower() in vu.texte.lower():
            fautes.append(f"{ou}, montre la marque")
        if (vu.code, vu.sans_aleas(etranger)) != (rien.code, rien.sans_aleas(absent)):
            fautes.append(f"{ou}, se distingue d'un objet absent ({rien.code})")


# Un champ qui désigne une ligne, et la sorte qu'un intrus y mettrait.
RELATIONS = {
    "client": "client", "facture": "facture", "factures": "facture", "contact": "contact",
    "piece": "piece", "pieces": "piece", "relance": "relance", "relances": "relance",
    "garde": "client", "portee": "facture", "choix": "client", "etape": "etape",
    "avec": "client", "courrier": "courrier", "autre": "autre_client",
}  # fmt: skip
PREFIXES = {"impute_": "facture", "rang_": "piece", "intitule_": "piece", "montant_": "facture"}


@pytest.mark.mise_en_page
def test_une_cle_etrangere_dans_un_formulaire_ne_lie_rien(mondes):
    """Chaque formulaire comme la page le propose, ses clés remplacées par celles d'un autre."""
    ici, ailleurs = mondes
    (gestionnaire,) = [g for g in les_gens(ici, ailleurs) if g.role == Role.GESTIONNAIRE]
    avant = empreinte_de(ailleurs.creancier)
    fautes, substitutions = [], 0
    for adresse in adresses():
        if gestionnaire.attendu(adresse) != "entre" or not adresse.est_d_un_creancier:
            continue
        chemin = adresse.vers(ici.creancier.code, ici.cles)
        page = visiter(gestionnaire.navigateur, "GET", chemin)
        champs = champs_de(page.texte) if page.code == 200 else {}
        donnees = {nom: valeurs[:1] for nom, valeurs in champs.items()}
        for sorte in sorted(set(RELATIONS.values())):
            intruses = intrusions(champs, sorte, ici, ailleurs)
            if not intruses:
                continue
            substitutions += len(intruses)
            for methode in ("POST", "GET"):
                reponse = visiter(gestionnaire.navigateur, methode, chemin, donnees | intruses)
                ou = f"{methode} {adresse.nom} {sorted(intruses)} = {sorte} d'un autre"
                if reponse.code >= 500:
                    fautes.append(f"{ou} : {reponse.code}")
                if AILLEURS.lower() in reponse.texte.lower():
                    fautes.append(f"{ou} : montre la marque")
    assert fautes == []
    assert empreinte_de(ailleurs.creancier) == avant
    assert substitutions > 100


def intrusions(champs, sorte, ici, ailleurs) -> dict[str, list]:
    """Les champs qui proposent la ligne de cette sorte, avec celle de l'autre créancier."""
    cle = str(ici.cles[sorte])
    intruses = {
        nom: [str(ailleurs.cles[sorte])]
        for nom, valeurs in champs.items()
        if RELATIONS.get(nom) == sorte or cle in valeurs
    }
    for prefixe, designee in PREFIXES.items():
        if designee == sorte and any(nom.startswith(prefixe) for nom in champs):
            intruses[f"{prefixe}{ailleurs.cles[sorte]}"] = ["10"]
    return intruses


@pytest.mark.mise_en_page
def test_un_filtre_ne_fait_pas_voir_chez_un_autre(mondes):
    ici, ailleurs = mondes
    (gestionnaire,) = [g for g in les_gens(ici, ailleurs) if g.role == Role.GESTIONNAIRE]
    fautes = []
    for adresse in adresses():
        if gestionnaire.attendu(adresse) != "entre":
            continue
        chemin = adresse.vers(ici.creancier.code, ici.cles)
        for filtre in filtres(ailleurs):
            reponse = visiter(gestionnaire.navigateur, "GET", chemin, filtre)
            # La page peut redire ce qu'on lui a demandé, pas en trouver davantage.
            if reponse.code >= 500 or AILLEURS.lower() in reponse.texte.lower():
                fautes.append(f"{adresse.nom} {filtre} : {reponse.code}")
    assert fautes == []


def filtres(ailleurs):
    cles = {nom: cle for nom, cle in ailleurs.cles.items() if nom != "jeton"}
    return (
        cles | {"creancier": ailleurs.creancier.code, "vers": "/", "onglet": "factures"},
        {"q": "Rabot", "onglet": "argent", "format": "xlsx"},
        {"creancier": str(ailleurs.creancier.pk), "action": f"relance-{ailleurs.cles['relance']}"},
        {"action": f"{ailleurs.creancier.code}-appel-{ailleurs.cles['client']}"},
    )


def test_un_message_ne_porte_que_la_marque_de_son_creancier(mondes):
    ici, _ = mondes
    messages = [
        message_from_bytes(bytes(envoi.octets), policy=policy.default)
        for envoi in Envoi.objects.pour(ici.creancier).exclude(octets=None)
    ]
    textes = [
        f"{message.items()} {partie.get_payload(decode=True)}"
        for message in messages
        for partie in message.walk()
    ]
    assert any(ICI.lower() in texte.lower() for texte in textes)
    assert not any(AILLEURS.lower() in texte.lower() for texte in textes)


def test_les_aleas_effaces_ne_cachent_pas_une_marque():
    assert ALEAS.sub(b"", ICI.encode()) == ICI.encode()
