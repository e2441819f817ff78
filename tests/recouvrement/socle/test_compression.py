import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from recouvrement.comptes.enums import Role
from recouvrement.socle.middlewares.compression import CompresserLeTexte
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture


@pytest.mark.django_db
def test_une_liste_de_cinquante_voyage_en_moins_de_quinze_ko(client):
    creancier = un_creancier()
    for n in range(50):
        une_facture(creancier=creancier, libelle=f"Fourniture et pose {n}")
    client.force_login(un_utilisateur(chez=creancier, role=Role.GESTIONNAIRE))
    adresse = reverse("factures:liste", args=[creancier.code])

    compressee = client.get(adresse, headers={"accept-encoding": "gzip"})
    nue = client.get(adresse)

    assert compressee["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in compressee["Vary"]
    assert b"Fourniture" not in compressee.content
    assert len(compressee.content) < 15_000 < len(nue.content)
    assert gzip.decompress(compressee.content).count(b"<tr") == nue.content.count(b"<tr")


@pytest.mark.parametrize(
    ("nature", "compresse"),
    [("text/html", True), ("text/csv", True), ("application/pdf", False), ("image/png", False)],
)
def test_ne_se_compresse_que_ce_qui_se_lit(nature, compresse):
    request = RequestFactory(headers={"accept-encoding": "gzip"}).get("/")
    rendre = CompresserLeTexte(lambda _: HttpResponse(b"a" * 5000, content_type=nature))

    assert ("Content-Encoding" in rendre(request)) is compresse
