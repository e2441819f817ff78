"""Ce que l'on remet à une personne : une page lisible, les mêmes données en JSON, ses messages."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.template.loader import render_to_string

from clients.models import Client
from recouvrement.courriel.models import Envoi
from recouvrement.documents import fichiers
from recouvrement.documents.fichiers import FichierAltere, FichierPerdu
from recouvrement.vie_privee.lectures.personne import donnees_de
from recouvrement.vie_privee.lots import ENVOIS_MORTS
from relances.models import Courrier

# Au-delà, les octets restants sont nommés dans la page mais ne sont pas joints.
POIDS_MAX = 40 * 1024 * 1024


def archive_de(client: Client, *, maintenant: datetime) -> bytes:
    rubriques = donnees_de(client)
    sortie = BytesIO()
    manques: list[str] = []
    with ZipFile(sortie, "w", ZIP_DEFLATED) as archive:
        place = POIDS_MAX
        for nom, octets in _fichiers(client, manques):
            if len(octets) > place:
                manques.append(f"{nom} : trop lourd pour cette archive")
                continue
            place -= len(octets)
            archive.writestr(nom, octets)
        contexte = {
            "client": client,
            "creancier": client.creancier,
            "rubriques": rubriques,
            "manques": manques,
            "le": maintenant,
        }
        archive.writestr(
            "donnees.html", render_to_string("vie_privee/documents/export.html", contexte)
        )
        dit = {
            "creancier": client.creancier.nom,
            "client": client.nom,
            "arrete_a": maintenant.isoformat(),
            "rubriques": [asdict(rubrique) for rubrique in rubriques],
        }
        archive.writestr("donnees.json", json.dumps(dit, ensure_ascii=False, indent=1))
    return sortie.getvalue()


def _fichiers(client: Client, manques: list[str]) -> Iterator[tuple[str, bytes]]:
    messages = (
        Envoi.objects.pour(client.creancier)
        .filter(relance__client=client, octets__isnull=False)
        .exclude(etat__in=ENVOIS_MORTS)
        .order_by("pk")
    )
    for pk, octets in messages.values_list("pk", "octets").iterator(chunk_size=20):
        if octets is not None:
            yield f"messages/{pk}.eml", bytes(octets)
    courriers = Courrier.objects.pour(client.creancier).filter(client=client)
    for pk, empreinte in courriers.order_by("pk").values_list("pk", "document__empreinte"):
        try:
            yield f"lettres/{pk}.pdf", fichiers.lire(empreinte)
        except (FichierPerdu, FichierAltere) as perdu:
            manques.append(f"lettres/{pk}.pdf : {perdu}")
