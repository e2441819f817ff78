from django.urls import reverse

from recouvrement.socle.pages.liens import lien


def test_un_lien_est_l_adresse_que_donne_django():
    for nom in ("factures:detail", "factures:droit", "accueil:client", "relances:relance"):
        for code, pk in (("kerbrat", 7), ("0", 7), ("quai-9", 1234567)):
            assert lien(nom, code, pk) == reverse(nom, args=[code, pk])
