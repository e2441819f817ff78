from django.test import RequestFactory

from recouvrement.socle.pages.htmx import est_htmx


def requete(**entetes):
    return RequestFactory().get("/", headers=entetes)


def test_un_fragment_suffit_a_htmx_mais_pas_a_un_retour_en_arriere():
    assert est_htmx(requete(**{"HX-Request": "true"}))
    assert not est_htmx(requete())
    assert not est_htmx(requete(**{"HX-Request": "true", "HX-History-Restore-Request": "true"}))
