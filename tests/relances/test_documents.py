from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from factures.lectures import decompte_client
from recouvrement.documents.contextes import Paiement
from recouvrement.documents.pdf.rendu import rendre_pdf
from recouvrement.socle.erreurs import ErreurMetier
from relances.documents import (
    GABARIT_DU_MANDATAIRE,
    GABARIT_RECONNAISSANCE,
    contexte_de_mise_en_demeure,
    contexte_de_reconnaissance,
    contexte_du_mandataire,
)
from tests.fabriques.clients import un_client
from tests.fabriques.documents import CABINET
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
AU = date(2026, 9, 3)


def un_decompte():
    """Vecteur V1 : 10 000 € échus le 01/05/2026 font 10 460,55 € au 03/09/2026."""
    client = un_client(forme_juridique="SARL", siren="404833048")
    une_facture(
        client=client,
        montant_ttc=Decimal("10000.00"),
        date_emission=date(2026, 4, 1),
        date_echeance=date(2026, 5, 1),
    )
    return client, decompte_client(client, au=AU)


def texte(gabarit, contexte):
    pages = PdfReader(BytesIO(rendre_pdf(gabarit, contexte)[0])).pages
    dit = " ".join(page.extract_text() for page in pages)
    return " ".join(dit.replace("\u202f", " ").replace("\xa0", " ").split())


def test_l_accord_reconnait_le_decompte_et_ses_versements_le_paient():
    client, decompte = un_decompte()
    versements = [
        (date(2026, 10, 15), Decimal("5460.55")),
        (date(2026, 11, 16), Decimal("5000.00")),
    ]

    contexte = contexte_de_reconnaissance(
        client, decompte, versements=versements, reference="EC-17"
    )

    dit = texte(GABARIT_RECONNAISSANCE, contexte)
    assert "la somme de 10 460,55 € (dix mille quatre cent soixante euros" in dit
    assert "2 lundi 16 novembre 2026 5 000,00 0,00" in dit
    with pytest.raises(ErreurMetier, match="égaler"):
        contexte_de_reconnaissance(client, decompte, versements=versements[:1], reference="EC-17")


def test_le_mandataire_somme_de_payer_le_creancier_sur_son_compte_affecte():
    client, decompte = un_decompte()
    sommation = contexte_de_mise_en_demeure(
        client, decompte, avant_le=date(2026, 9, 18), rappels=[], reference="MD-1", information=""
    )
    compte = Paiement(
        decompte.total, "Le Goff, compte affecté", "FR7630006000011234567890189", "", "LG-387"
    )

    dit = texte(
        GABARIT_DU_MANDATAIRE,
        contexte_du_mandataire(
            sommation,
            cabinet=CABINET,
            compte_affecte=compte,
            creancier=client.creancier,
            convention_du=date(2026, 7, 30),
        ),
    )

    assert f"{client.creancier.nom} nous a confié, par convention écrite du 30 juillet 2026" in dit
    assert "Bénéficiaire Le Goff, compte affecté" in dit
    assert "de lui payer 10 460,55 €" in dit


@pytest.mark.parametrize(
    ("rappels", "dits"),
    [
        ([], ""),
        ([date(2026, 8, 5)], "notre rappel du 05/08/2026"),
        (
            [date(2026, 8, 5), date(2026, 7, 14), date(2026, 8, 5)],
            "nos rappels des 14/07/2026 et 05/08/2026",
        ),
    ],
)
def test_la_mise_en_demeure_compte_ses_rappels(rappels, dits):
    client, decompte = un_decompte()
    contexte = contexte_de_mise_en_demeure(
        client,
        decompte,
        avant_le=date(2026, 9, 28),
        rappels=rappels,
        reference="MD-1",
        information="",
    )
    assert contexte["rappels"] == dits
