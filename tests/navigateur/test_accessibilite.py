"""axe-core ne trouve rien de sérieux, à 1280 et à 390 px ; rien ne déborde en largeur."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from contentieux.actions import ouvrir_dossier
from contentieux.enums import Voie
from recouvrement.comptes.enums import Role
from relances.actions.battement import battre
from relances.actions.mises_en_demeure import preparer_mise_en_demeure
from relances.models import Relance
from relances.regles.calendrier import Fenetre, prochaine_ouverture
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.navigateur,
    pytest.mark.mise_en_page,
]


def les_pages(creancier, client, facture, dossier, courrier, relance) -> list[str]:
    chez = [creancier.code]
    seules = [
        *("accueil:journee_creancier", "accueil:tableau_creancier", "clients:liste"),
        *("clients:nouveau", "clients:doublons", "factures:liste", "factures:nouvelle"),
        *("factures:importer", "factures:reglement", "relances:liste"),
        *("relances:a_valider", "relances:envois", "relances:scenario", "relances:courriers"),
        *("relances:scenario_modifier", "contentieux:liste", "equipe:parametres"),
        *("factures:reglements", "relances:promesses"),
    ]
    du_client = [
        *("accueil:client", "clients:modifier", "clients:contacts", "clients:suspendre"),
        *("clients:noter", "accueil:appel", "relances:ecrire", "relances:ecrire_lettre"),
        *("relances:mise_en_demeure", "contentieux:ouvrir", "factures:deposer_piece"),
        "factures:decompte",
    ]
    return [
        reverse("accueil:journee"),
        reverse("accueil:tableau"),
        reverse("equipe:compte"),
        *(reverse(nom, args=chez) for nom in seules),
        *(reverse(nom, args=[*chez, client.pk]) for nom in du_client),
        reverse("factures:detail", args=[*chez, facture.pk]),
        reverse("relances:etape", args=[*chez, 0]),
        reverse("factures:liste", args=chez) + "?etat=avoirs",
        reverse("relances:liste", args=chez) + "?vue=a_faire",
        reverse("factures:reglement", args=chez) + f"?client={client.pk}",
        reverse("contentieux:dossier", args=[*chez, dossier.pk]),
        reverse("relances:courrier", args=[*chez, courrier.pk]),
        reverse("relances:relance", args=[*chez, relance.pk]),
        *(
            client.get_absolute_url() + f"?onglet={onglet}"
            for onglet in ("factures", "promesses", "pieces", "contacts", "contentieux")
        ),
    ]


def test_aucune_page_n_a_de_defaut_serieux(page, client, live_server):
    creancier = un_creancier()
    acteur = un_utilisateur(chez=creancier, role=Role.GESTIONNAIRE)
    aujourdhui = timezone.localdate()
    maintenant = prochaine_ouverture(timezone.now(), Fenetre())
    dates = {
        "date_emission": aujourdhui - timedelta(days=60),
        "date_echeance": aujourdhui - timedelta(days=20),
    }
    debiteur = un_client(creancier=creancier, nom="Établissements Kerguistel-Le Guennec & associés")
    une_coordonnee(debiteur, genre="telephone", valeur="+33199001234")
    facture = une_facture(client=debiteur, **dates)
    autre = un_client(creancier=creancier)
    au_contentieux = une_facture(client=autre, **dates)
    battre(maintenant)
    relance = Relance.objects.pour(creancier).filter(client=debiteur).first()
    courrier = preparer_mise_en_demeure(
        debiteur, factures=[facture], maintenant=maintenant, acteur=acteur
    ).courrier
    dossier = ouvrir_dossier(
        autre, factures=[au_contentieux], voie=Voie.INJONCTION_TC, le=aujourdhui, acteur=acteur
    )
    client.force_login(acteur)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    defauts = []
    for adresse in les_pages(creancier, debiteur, facture, dossier, courrier, relance):
        for largeur in (1280, 390):
            page.set_viewport_size({"width": largeur, "height": 900})
            reponse = page.goto(adresse)
            assert reponse.status == 200, (adresse, reponse.status)
            depasse = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if depasse > 1:
                defauts.append(f"{adresse} à {largeur} : déborde de {depasse} px")
            if largeur == 1280:
                defauts += [
                    f"{adresse} : {faute['id']} {[n['target'] for n in faute['nodes'][:3]]}"
                    for faute in Axe().run(page).response["violations"]
                    if faute["impact"] in ("serious", "critical")
                ]
    assert defauts == []
