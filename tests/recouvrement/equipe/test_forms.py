import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from recouvrement.comptes.enums import ZoneFeries
from recouvrement.equipe.erreurs import ImageRefusee
from recouvrement.equipe.forms import EnvoisForm, IdentiteForm, NouveauForm
from recouvrement.equipe.regles import type_image
from relances.regles.calendrier import ZONES
from tests.fabriques.comptes import un_creancier

pytestmark = pytest.mark.django_db
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x11\x08\x00\x02\x00\x03\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xd9"
)


def png(largeur=2, hauteur=2):
    def bloc(nom, donnees):
        return (
            struct.pack(">I", len(donnees))
            + nom
            + donnees
            + struct.pack(">I", zlib.crc32(nom + donnees))
        )

    entete = struct.pack(">IIBBBBB", largeur, hauteur, 8, 0, 0, 0, 0)
    lignes = zlib.compress(b"\x00" * (min(hauteur, 9) * 10))
    return b"\x89PNG\r\n\x1a\n" + bloc(b"IHDR", entete) + bloc(b"IDAT", lignes) + bloc(b"IEND", b"")


def saisie(**champs):
    valeurs = {
        "nom": "Menuiserie Kerbrat",
        "est_commercant": "on",
        "couleur": "#0f5c5c",
        "teinte": "2",
        "siren": "732 829 320",
        "siret": "732 829 320 00074",
        "tva": "fr 44 732829320",
        "iban": "FR76 3000 6000 0112 3456 7890 189",
        "bic": "agri fr pp",
        "telephone": "02 61 91 04 17",
    }
    return valeurs | champs


def test_les_identifiants_sont_ramenes_a_leur_forme_normale():
    form = IdentiteForm(saisie(), instance=un_creancier())

    assert form.is_valid(), form.errors
    assert {c: form.champs[c] for c in ("siren", "siret", "tva", "iban", "bic", "telephone")} == {
        "siren": "732829320",
        "siret": "73282932000074",
        "tva": "FR44732829320",
        "iban": "FR7630006000011234567890189",
        "bic": "AGRIFRPP",
        "telephone": "+33261910417",
    }


@pytest.mark.parametrize(
    ("champ", "valeur", "mot"),
    [
        ("siren", "732829321", "clé de contrôle"),
        ("siren", "73282", "neuf chiffres"),
        ("siret", "552100554 00013", "SIRET"),
        ("tva", "FR00732829320", "TVA"),
        ("tva", "732829320", "deux lettres de pays"),
        ("iban", "FR7630006000011234567890188", "RIB"),
        ("bic", "AGRI", "8 ou 11"),
        ("telephone", "12", "longueur"),
        ("couleur", "rouge", "couleur"),
        ("nom", "Deux\r\nlignes", "une seule ligne"),
    ],
)
def test_un_identifiant_faux_est_refuse_avec_sa_raison(champ, valeur, mot):
    form = IdentiteForm(saisie(**{champ: valeur}), instance=un_creancier())

    assert not form.is_valid()
    assert mot in " ".join(form.errors[champ])


def test_le_siren_se_deduit_du_siret():
    form = IdentiteForm(saisie(siren="", tva=""), instance=un_creancier())

    assert form.is_valid(), form.errors
    assert form.champs["siren"] == "732829320"


def test_un_code_vide_se_tire_du_nom_et_un_mot_d_adresse_est_reserve():
    form = NouveauForm(saisie(code="", mode="interne", nom="Menuiserie d’Été"))
    assert form.is_valid(), form.errors
    assert form.champs["code"] == "menuiserie-dete"
    for refuse in ("compte", "sante", "Atelier !"):
        form = NouveauForm(saisie(code=refuse, mode="interne"))
        assert "code" in form.errors


def test_un_code_deja_pris_est_refuse():
    creancier = un_creancier()

    assert "code" in NouveauForm(saisie(code=creancier.code, mode="interne")).errors


def test_une_image_est_jugee_sur_son_contenu():
    assert type_image(png()) == "image/png"
    assert type_image(JPEG) == "image/jpeg"


@pytest.mark.parametrize(
    ("octets", "mot"),
    [
        (b"<svg xmlns='x'><script/></svg>", "SVG"),
        (b"<?xml version='1.0'?><svg/>", "SVG"),
        (b"GIF89a", "ni un PNG"),
        (b"%PDF-1.7", "ni un PNG"),
        (png()[:40], "abîmée"),
        (JPEG[:-2], "abîmée"),
        (png(9000, 9000), "trop grande"),
        (png() + b"x" * 300 * 1024, "300 ko"),
    ],
)
def test_une_autre_image_est_refusee_avec_sa_raison(octets, mot):
    with pytest.raises(ImageRefusee, match=mot):
        type_image(octets)


def test_un_svg_nomme_logo_png_est_refuse():
    fichier = SimpleUploadedFile("logo.png", b"<svg/>", content_type="image/png")
    form = IdentiteForm(saisie(), {"logo_nouveau": fichier}, instance=un_creancier())

    assert "SVG" in " ".join(form.errors["logo_nouveau"])


def test_retirer_le_logo():
    creancier = un_creancier(logo=png(), logo_type="image/png")
    form = IdentiteForm(saisie(logo_retirer="on"), instance=creancier)

    assert form.is_valid(), form.errors
    assert (form.champs["logo"], form.champs["logo_type"]) == (None, "")


def envois(**champs):
    return {
        "mode": "interne",
        "heure_debut": "09:00",
        "heure_fin": "18:00",
        "zone_feries": "metropole",
        "ecart_minimal": "5",
        "delai_paiement": "30",
        "genre_terme": "nets",
    } | champs


@pytest.mark.parametrize(
    ("champs", "fautif"),
    [
        ({"heure_fin": "08:00"}, "heure_fin"),
        ({"ecart_minimal": "0"}, "ecart_minimal"),
        ({"zone_feries": "atlantide"}, "zone_feries"),
        ({"delai_paiement": "121"}, "delai_paiement"),
        ({"genre_terme": "lune"}, "genre_terme"),
        ({"jour_terme": "10"}, "jour_terme"),
        ({"genre_terme": "fin_de_mois", "jour_terme": "31"}, "jour_terme"),
        ({"courriel_expediteur": "a@b.example,c@d.example"}, "courriel_expediteur"),
        ({"courriel_reponse": "a@b.example\nBcc: c@d.example"}, "courriel_reponse"),
        ({"nom_expediteur": "Kerbrat\r\nBcc: x@y.example"}, "nom_expediteur"),
    ],
)
def test_un_reglage_d_envoi_impossible_est_refuse(champs, fautif):
    form = EnvoisForm(envois(**champs), instance=un_creancier())

    assert list(form.errors) == [fautif]


def test_les_jours_feries_et_le_delai_de_paiement_se_reglent():
    creancier = un_creancier()
    regles = envois(zone_feries="alsace-moselle", delai_paiement="45", genre_terme="fin_de_mois")
    form = EnvoisForm(regles | {"jour_terme": "10"}, instance=creancier)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["zone_feries"] == "alsace-moselle"
    assert str(form.instance.terme) == "45 jours fin de mois, le 10"


@pytest.mark.parametrize(
    ("code_postal", "zone"),
    [
        ("35000", "metropole"),
        ("67000", "alsace-moselle"),
        ("57000", "alsace-moselle"),
        ("97110", "guadeloupe"),
        ("97133", "saint-barthelemy"),
        ("97490", "reunion"),
        ("", "metropole"),
    ],
)
def test_le_code_postal_dit_les_jours_feries_d_un_nouveau_creancier(code_postal, zone):
    form = NouveauForm(saisie(code="neuf", mode="interne", code_postal=code_postal))

    assert form.is_valid(), form.errors
    assert form.champs["zone_feries"] == zone


def test_chaque_zone_de_jours_feries_a_son_calendrier():
    assert set(ZoneFeries.values) == set(ZONES)
