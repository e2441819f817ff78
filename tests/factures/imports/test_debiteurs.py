"""À qui est une facture importée : ce qui décide, ce qui se demande, ce qui se retient."""

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from clients.actions import fusionner
from clients.models import Client, Coordonnee
from factures.actions.importation import (
    defaire_import,
    preparer_import,
    repondre,
    valider_import,
)
from factures.imports.identites import Homonymes, cle_de
from factures.imports.types import PartieLue
from factures.lectures.importation import en_vue, lignes_du_rapport
from factures.lectures.questions import debiteurs_a_reconnaitre
from factures.models import DebiteurReconnu, Facture, LigneImport
from recouvrement.journal.models import Entree
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 6, 10, 10, tzinfo=UTC)
CAS = Path(__file__).parent.parent / "cas"
ENTETES = "Numéro;Client;Code client;SIREN;N° TVA;Ville;Courriel;Date facture;Montant TTC"


def ligne(numero, client, *, code="", siren="", tva="", ville="", courriel="", montant="100,00"):
    return ";".join((numero, client, code, siren, tva, ville, courriel, "01/05/2026", montant))


def preparer(creancier, *lignes, **options):
    octets = "\n".join([ENTETES, *lignes]).encode()
    return preparer_import(
        creancier, [("v.csv", octets)], acteur=None, maintenant=MAINTENANT, **options
    )


def preparer_le_cas(creancier, *chemins):
    fichiers = [(Path(c).name, (CAS / c).read_bytes()) for c in chemins]
    return preparer_import(creancier, fichiers, acteur=None, maintenant=MAINTENANT)


def valider(importation):
    return valider_import(importation, acteur=None, maintenant=MAINTENANT)


def les_lignes(importation):
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    return list(lignes.order_by("rang"))


def sorts(importation):
    return [ligne.sort for ligne in les_lignes(importation)]


def phrases(importation, genre="alertes"):
    return [p["phrase"] for ligne in les_lignes(importation) for p in getattr(ligne, genre)]


def test_une_boite_commune_ne_dit_pas_qui_doit():
    creancier = un_creancier()
    importation = preparer_le_cas(creancier, "courriel-commun/a.csv")
    assert (
        "Client nouveau, qui partage le courriel de « Alpha Bâtiment SARL »."
        in les_lignes(importation)[1].alertes[0]["phrase"]
    )
    valider(importation)
    dus = Facture.objects.pour(creancier).order_by("numero").values_list("client__nom", "solde")
    assert list(dus) == [
        ("Alpha Bâtiment SARL", Decimal("100.00")),
        ("Zeta Transports SAS", Decimal("200.00")),
    ]
    assert Coordonnee.objects.pour(creancier).count() == 2


def test_un_courriel_deja_connu_ne_rattache_pas_davantage():
    creancier = un_creancier()
    connu = un_client(creancier=creancier, nom="Gamma", courriel=None)
    une_coordonnee(connu, valeur="compta@gamma.example")
    valider(preparer(creancier, ligne("F1", "Delta", courriel="compta@gamma.example")))
    assert Facture.objects.pour(creancier).get().client.nom == "Delta"


def test_un_siren_sous_un_autre_nom_rattache_et_alerte():
    creancier = un_creancier()
    valider(preparer_le_cas(creancier, "meme-siren-autre-nom/1.csv"))
    importation = preparer_le_cas(creancier, "meme-siren-autre-nom/2.csv")
    assert phrases(importation) == [
        "Le fichier dit « Garage Moderne », la fiche « Boulangerie Le Fournil », reconnue "
        "par son SIREN : les deux noms diffèrent."
    ]
    vue = en_vue(les_lignes(importation)[0])
    assert vue.cellules[1].sous_titre == ("Garage Moderne → Boulangerie Le Fournil, par son SIREN")
    assert next(iter(lignes_du_rapport(importation)))[2] == (
        "Garage Moderne → Boulangerie Le Fournil"
    )
    valider(importation)
    assert Client.objects.pour(creancier).count() == 1


@pytest.mark.parametrize(
    ("fiche", "lu", "par"),
    [
        ({"code": "C9"}, {"code": "c9"}, "par son code"),
        ({"siren": "404833048"}, {"siren": "404 833 048"}, "par son SIREN"),
        ({"siret": "40483304800022"}, {"siren": "404833048"}, "par son SIREN"),
        ({"siren": "404833048"}, {"tva": "FR83404833048"}, "par son SIREN"),
        ({"tva": "BE0403019261"}, {"tva": "BE 0403.019.261"}, "par son numéro de TVA"),
    ],
)
def test_un_identifiant_rattache_sans_question(fiche, lu, par):
    creancier = un_creancier()
    connu = un_client(creancier=creancier, nom="Société Élagage", courriel=None, **fiche)
    importation = preparer(creancier, ligne("F1", "ELAGAGE SARL", **lu))
    assert les_lignes(importation)[0].lu["par"] == par
    valider(importation)
    assert Facture.objects.pour(creancier).get().client == connu


def test_un_nom_seul_se_demande_une_fois_pour_toutes_ses_lignes_et_se_retient():
    creancier = un_creancier()
    connu = un_client(creancier=creancier, nom="Société Élagage", courriel=None)
    importation = preparer(
        creancier, ligne("F1", "SOCIETE ELAGAGE"), ligne("F2", "SOCIETE ELAGAGE", montant="50,00")
    )
    assert sorts(importation) == ["refusee", "refusee"]
    (question,) = debiteurs_a_reconnaitre(importation)
    assert (question.nombre, question.total) == (2, Decimal("150.00"))
    assert question.candidats == ((str(connu.pk), "« Société Élagage » (Rennes)"),)
    assert question.proposee == str(connu.pk)
    repondre(importation, {question.sujet: str(connu.pk)})
    assert sorts(importation) == ["creee", "creee"]
    valider(importation)
    assert Client.objects.pour(creancier).get() == connu
    entree = Entree.objects.pour(creancier).get(evenement="debiteur_reconnu")
    assert (entree.cible_id, entree.donnees["nom"]) == (connu.pk, "SOCIETE ELAGAGE")
    suivant = valider(preparer(creancier, ligne("F3", "Societe elagage")))
    assert sorts(suivant) == ["creee"]
    assert Facture.objects.pour(creancier).filter(client=connu).count() == 3


def test_un_autre_debiteur_du_meme_nom_se_retient_aussi():
    creancier = un_creancier()
    connu = un_client(creancier=creancier, nom="Duval", courriel=None)
    importation = preparer(creancier, ligne("F1", "Duval"))
    (question,) = debiteurs_a_reconnaitre(importation)
    valider(repondre(importation, {question.sujet: "neuf"}))
    autre = Client.objects.pour(creancier).exclude(pk=connu.pk).get()
    valider(preparer(creancier, ligne("F2", "Duval")))
    assert set(autre.factures.values_list("numero", flat=True)) == {"F1", "F2"}


def test_sans_reponse_la_ligne_reste_dehors():
    creancier = un_creancier()
    un_client(creancier=creancier, nom="Duval", courriel=None)
    valider(preparer(creancier, ligne("F1", "Duval"), ligne("F2", "Autre")))
    assert [f.numero for f in Facture.objects.pour(creancier)] == ["F2"]


def test_une_autre_ville_ne_se_propose_pas():
    creancier = un_creancier()
    un_client(creancier=creancier, nom="Duval", ville="Rennes", courriel=None)
    (question,) = debiteurs_a_reconnaitre(
        preparer(creancier, ligne("F1", "Duval", ville="Marseille"))
    )
    assert question.proposee == ""
    (question,) = debiteurs_a_reconnaitre(
        preparer(creancier, ligne("F1", "Duval", ville="RENNES CEDEX 7"))
    )
    assert question.proposee


@pytest.mark.parametrize(
    ("fiche", "lu"),
    [
        ({"siren": "732829320"}, {"siren": "404833048"}),
        ({"siren": "732829320"}, {"tva": "FR83404833048"}),
        ({"tva": "BE0403019261"}, {"tva": "BE0202239951"}),
        ({"code": "C1"}, {"code": "C2"}),
    ],
)
def test_le_meme_nom_sous_un_autre_identifiant_est_un_autre_debiteur(fiche, lu):
    creancier = un_creancier(siren="900100207")
    connu = un_client(creancier=creancier, nom="Duval", courriel=None, **fiche)
    importation = valider(preparer(creancier, ligne("F1", "Duval", **lu)))
    assert "distinct de son homonyme « Duval »" in " ".join(phrases(importation))
    assert Facture.objects.pour(creancier).get().client != connu


def test_deux_lignes_neuves_du_meme_nom_sont_le_meme_debiteur_sauf_si_la_ville_differe():
    creancier = un_creancier()
    valider(
        preparer(
            creancier,
            ligne("F1", "Alpha"),
            ligne("F2", "ALPHA", siren="404833048", ville="Brest"),
            ligne("F3", "Bêta", ville="Brest"),
            ligne("F4", "Bêta", ville="Lyon"),
        )
    )
    alpha = Client.objects.pour(creancier).get(nom="Alpha")
    assert (alpha.factures.count(), alpha.siren, alpha.ville) == (2, "404833048", "Brest")
    assert Client.objects.pour(creancier).filter(nom="Bêta").count() == 2


def test_un_nom_nu_que_deux_personnes_du_depot_portent_est_retenu_ou_qu_il_soit():
    creancier = un_creancier()
    for nue in (0, 2):
        lignes = [
            ligne("F2", "Bêta", ville="Brest"),
            ligne("F3", "Bêta", ville="Lyon"),
        ]
        lignes.insert(nue, ligne("F1", "Bêta"))
        importation = preparer(creancier, *lignes)
        attendus = ["creee", "creee"]
        attendus.insert(nue, "refusee")
        assert sorts(importation) == attendus
        assert "Plusieurs clients de ce dépôt" in phrases(importation, "refus")[0]


def test_deux_fiches_du_meme_siren_se_demandent():
    creancier = un_creancier()
    un = un_client(creancier=creancier, nom="Duval Nord", siren="404833048", courriel=None)
    autre = un_client(creancier=creancier, nom="Duval Sud", siren="404833048", courriel=None)
    importation = preparer(creancier, ligne("F1", "Duval", siren="404833048"))
    (question,) = debiteurs_a_reconnaitre(importation)
    assert {pk for pk, _ in question.candidats} == {str(un.pk), str(autre.pk)}
    assert question.proposee == ""
    valider(repondre(importation, {question.sujet: str(autre.pk)}))
    assert Facture.objects.pour(creancier).get().client == autre


def test_une_facture_deja_connue_ne_demande_rien():
    creancier = un_creancier()
    connu = un_client(creancier=creancier, nom="Duval", courriel=None)
    facture = une_facture(client=connu, numero="F1")
    importation = preparer(creancier, ligne("F1", "Duval"))
    assert debiteurs_a_reconnaitre(importation) == []
    assert les_lignes(importation)[0].facture == facture


def test_une_reponse_ne_passe_pas_outre_un_identifiant():
    creancier = un_creancier()
    connu = un_client(creancier=creancier, nom="Duval", courriel=None)
    importation = preparer(creancier, ligne("F1", "Duval"))
    (question,) = debiteurs_a_reconnaitre(importation)
    valider(repondre(importation, {question.sujet: str(connu.pk)}))
    Client.objects.pour(creancier).filter(pk=connu.pk).update(siren="404833048")
    valider(preparer(creancier, ligne("F2", "Duval", siren="552081317")))
    assert Facture.objects.pour(creancier).get(numero="F2").client != connu


def test_la_reponse_d_un_import_defait_ne_se_retient_pas_et_une_fusion_la_suit():
    creancier = un_creancier()
    connu = un_client(creancier=creancier, nom="Duval", courriel=None)

    def repondre_que_c_est_lui():
        importation = preparer(creancier, ligne("F1", "Duval"))
        (question,) = debiteurs_a_reconnaitre(importation)
        return valider(repondre(importation, {question.sujet: str(connu.pk)}))

    defaire_import(repondre_que_c_est_lui(), acteur=None)
    assert not DebiteurReconnu.objects.pour(creancier).exists()
    repondre_que_c_est_lui()
    garde = un_client(creancier=creancier, nom="Duval et fils", courriel=None)
    fusionner(garde, connu, le=MAINTENANT.date(), acteur=un_utilisateur(chez=creancier))
    valider(preparer(creancier, ligne("F2", "Duval")))
    assert Facture.objects.pour(creancier).get(numero="F2").client == garde


def test_la_commande_retient_dit_et_rattache_sur_demande(tmp_path):
    creancier = un_creancier()
    connu = un_client(creancier=creancier, nom="Duval", ville="Rennes", courriel=None)
    fichier = tmp_path / "v.csv"
    fichier.write_bytes(
        "\n".join(
            [ENTETES, ligne("F1", "Duval"), ligne("F2", "Duval", ville="Lyon"), ligne("F3", "N")]
        ).encode()
    )
    sortie = StringIO()
    with pytest.raises(CommandError):
        call_command("importer_factures", str(fichier), creancier=creancier.code, stdout=sortie)
    assert "refusée : v.csv, ligne 2 : « Duval » : est-ce « Duval » (Rennes) ?" in sortie.getvalue()
    assert "à voir : v.csv, ligne 4 : Client nouveau, à compléter." in sortie.getvalue()
    with pytest.raises(CommandError):
        call_command(
            "importer_factures", str(fichier), creancier=creancier.code, meme_nom=True,
            stdout=StringIO(),
        )  # fmt: skip
    assert [f.numero for f in connu.factures.all()] == ["F1"]
    assert Facture.objects.pour(creancier).count() == 2


def test_plusieurs_courriels_sont_tous_gardes_et_l_on_ecrit_au_premier():
    creancier = un_creancier()
    valider(preparer_le_cas(creancier, "plusieurs-courriels/a.csv"))
    courriels = Coordonnee.objects.pour(creancier).courriels().order_by("client__nom", "rang")
    assert list(courriels.values_list("client__nom", "valeur", "rang")) == [
        ("Deux SARL", "a@d.example", 0),
        ("Deux SARL", "b@d.example", 1),
        ("Quatre SARL", "compta@z.example", 0),
        ("Trois SARL", "paie@y.example", 0),
        ("Un SARL", "a@u.example", 0),
        ("Un SARL", "b@u.example", 1),
    ]


parties = st.builds(
    PartieLue,
    nom=st.just("Duval"),
    siren=st.sampled_from(["", "404833048", "552081317"]),
    code=st.sampled_from(["", "C1", "C2"]),
    ville=st.sampled_from(["", "Brest", "Lyon"]),
)


@given(st.lists(parties, min_size=1, max_size=6), st.randoms())
def test_l_ordre_des_lignes_ne_change_pas_qui_se_confond(lues, hasard):
    melangees = list(lues)
    hasard.shuffle(melangees)
    avant, apres = Homonymes(lues), Homonymes(melangees)
    assert [avant.se_confondent(p) for p in lues] == [apres.se_confondent(p) for p in lues]


def test_la_cle_d_une_reponse_ne_depend_pas_de_l_ecriture():
    un = PartieLue(nom="Société Élagage", ville="Saint-Malo", tva="FR83404833048")
    autre = PartieLue(nom="SOCIETE ELAGAGE", ville="ST MALO CEDEX", siren="404833048")
    assert cle_de(un) == cle_de(autre) == "societe elagage|saint malo|404833048||"
