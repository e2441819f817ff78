"""La liste déclarée : ce que lit l'adresse, ce qu'écrit le tableau, ce que l'on emporte."""

import csv
import io
from datetime import date

import pytest
from django.http import QueryDict
from django.test import Client as Navigateur
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from clients.listes import liste_des_clients
from clients.models import Client
from contentieux.listes import liste_des_dossiers
from factures.listes.factures import liste_des_factures
from factures.listes.reglements import liste_des_reglements
from recouvrement.comptes.models import Creancier
from recouvrement.equipe.listes import journal_de_l_instance
from recouvrement.socle.listes import Colonne, Geste, Lot, Tableau, montrer_tableau
from relances.listes.promesses import liste_des_promesses
from relances.listes.relances import liste_des_relances
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import un_encaissement, une_facture

AU = date(2026, 3, 2)
LISTES = (
    liste_des_clients,
    liste_des_factures,
    liste_des_reglements,
    liste_des_relances,
    liste_des_promesses,
    liste_des_dossiers,
)
PARAMETRES = ("q", "etat", "vue", "tri", "tranche", "client", "du", "au", "min", "max", "moyen")


@given(st.dictionaries(st.sampled_from(PARAMETRES), st.text(alphabet="a9-/,. ²é€x", max_size=30)))
def test_une_adresse_quelconque_se_lit_et_ne_filtre_que_par_ce_qui_se_comprend(parametres):
    lus = QueryDict(mutable=True)
    lus.update(parametres)
    creancier = Creancier(pk=1, code="essai", nom="Essai")
    for declarer in LISTES:
        liste = declarer(creancier, au=AU)
        criteres = liste.lire(lus)
        assert set(criteres.valeurs) <= set(parametres)
        assert None not in criteres.valeurs.values()
        assert criteres.tri in liste.tris
        assert criteres.onglet in {onglet.cle for onglet in liste.onglets.choix}


@pytest.mark.parametrize("texte", ["9" * 30, "²", "-1", "x"])
def test_un_numero_qu_aucune_base_ne_garde_ne_filtre_pas(texte):
    journal = journal_de_l_instance(au=AU, propose=False)
    assert journal.lire(QueryDict(f"personne={texte}")).valeurs == {}


def test_ce_qui_vient_d_un_debiteur_s_ecrit_sans_agir():
    mechant = Client(pk=7, nom='<b>"Duval"</b>')
    tableau = Tableau[Client](
        nom="Essai",
        lot=Lot(
            vers="/",
            champ="client",
            cle=lambda client: client.pk,
            nom_de=lambda client: client.nom,
            aide="",
            mots="client,clients",
            gestes=(Geste("Rien"),),
        ),
        colonnes=(
            Colonne(
                titre="Client",
                valeur=lambda client: client.nom,
                lien=lambda client: '/"onclick="',
                est_titre=True,
            ),
            Colonne(titre="Dû", valeur=lambda client: 0, zero="rien", classe="montant"),
        ),
    )

    [morceau] = montrer_tableau(tableau, [mechant]).corps

    nom = "&lt;b&gt;&quot;Duval&quot;&lt;/b&gt;"
    assert morceau.texte == (
        f'<tr><td><input type="checkbox" name="client" value="7" aria-label="{nom}"></td>'
        f'<th scope="row"><a href="/&quot;onclick=&quot;">{nom}</a></th>'
        '<td class="montant"><span class="discret">rien</span></td></tr>'
    )


@pytest.mark.django_db
@pytest.mark.parametrize("tri", ["recu", "-recu", "client", "-client", "montant", "-montant"])
def test_le_fichier_emporte_est_dans_l_ordre_de_la_page(tri):
    """À égalité de jour, de client ou de montant comprise."""
    client = un_client()
    for rang in range(4):
        facture = une_facture(client=client, numero=f"F-{rang}")
        un_encaissement(facture, reference=f"R-{rang}")
    navigateur = Navigateur()
    navigateur.force_login(un_utilisateur(chez=client.creancier))
    code = client.creancier.code

    page = navigateur.get(reverse("factures:reglements", args=[code]), {"tri": tri})
    fichier = navigateur.get(
        reverse("factures:exporter_reglements", args=[code, "csv"]), {"tri": tri}
    )

    octets = b"".join(fichier.streaming_content).decode("utf-8-sig")
    emportees = [ligne["Référence"] for ligne in csv.DictReader(io.StringIO(octets), delimiter=";")]
    assert emportees == [recu.reference for recu in page.context["liste"].lignes]
    assert len(emportees) == 4
