from datetime import date

from factures.lectures import decompte_client
from relances.documents import contexte_de_lettre
from tests.fabriques.clients import un_client
from tests.fabriques.factures import une_facture


def une_lettre(*, combien=1, texte="Bonjour,\n\nMerci de régler.", **client):
    """Le contexte d'une lettre de relance au 3 septembre 2026."""
    debiteur = un_client(**client)
    factures = [
        une_facture(client=debiteur, numero=f"F-{debiteur.pk}-{n:03}") for n in range(combien)
    ]
    return contexte_de_lettre(
        debiteur,
        decompte_client(debiteur, au=date(2026, 9, 3), factures=factures),
        objet="Vos factures",
        texte=texte,
        reference="L1",
        information="",
        recommande=False,
    )
