"""Ce que la base garde d'un secret ne se lit qu'avec sa clé ; les anciens secrets y passent."""

from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps

from recouvrement.socle.chiffrement import SecretIllisible, chiffrer, dechiffrer, rechiffrer
from tests.fabriques.comptes import un_utilisateur

MIGRATION = import_module("recouvrement.comptes.migrations.0004_secrets_chiffres")


def test_un_secret_chiffre_se_relit_et_ne_se_ressemble_jamais():
    assert dechiffrer(chiffrer("mot de passe é")) == "mot de passe é"
    assert chiffrer("x") != chiffrer("x")
    assert "mot" not in chiffrer("mot")


@pytest.mark.parametrize("faux", ["", "JBSWY3DPEHPK3PXP", "chiffre:", "chiffre:abc", "chiffre:é"])
def test_ce_qui_n_est_pas_de_nous_est_refuse(faux):
    with pytest.raises(SecretIllisible):
        dechiffrer(faux)


def test_un_octet_change_se_voit():
    chiffre = chiffrer("secret")
    with pytest.raises(SecretIllisible):
        dechiffrer(chiffre[:-10] + ("A" if chiffre[-10] != "A" else "B") + chiffre[-9:])


def test_la_premiere_cle_chiffre_et_toutes_relisent(settings):
    sans_reglage = chiffrer("secret")
    settings.CLES_CHIFFREMENT = ["a" * 40]
    # SECRET_KEY relit encore : régler la clé ne demande aucune manœuvre.
    assert dechiffrer(sans_reglage) == "secret"
    passe = rechiffrer(sans_reglage)
    settings.SECRET_KEY = "z" * 50
    assert dechiffrer(passe) == "secret"
    with pytest.raises(SecretIllisible):
        dechiffrer(sans_reglage)


@pytest.mark.django_db
def test_la_migration_chiffre_ce_qui_etait_en_clair_et_sait_revenir():
    personne = un_utilisateur()
    Authenticator.objects.create(user=personne, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    Authenticator.objects.create(
        user=personne,
        type="recovery_codes",
        data={"seed": "graine", "used_mask": 3, "migrated_codes": ["123"]},
    )

    MIGRATION.chiffrer_tout(apps, None)
    MIGRATION.chiffrer_tout(apps, None)

    gardes = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert not any(clair in gardes for clair in ("JBSWY3DPEHPK3PXP", "graine", "'123'"))
    secours = Authenticator.objects.get(type="recovery_codes")
    assert (dechiffrer(secours.data["seed"]), secours.data["used_mask"]) == ("graine", 3)
    MIGRATION.dechiffrer_tout(apps, None)
    assert Authenticator.objects.get(type="totp").data == {"secret": "JBSWY3DPEHPK3PXP"}
