from hashlib import sha256
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

from relances.regles.scenario_initial import ETAPES_INITIALES

# Les textes proposés jusqu'ici, par l'empreinte de leurs mots.
D_ORIGINE = {
    "8a31e68dc00bc66b": ("courtoisie", "sujet"),
    "90b7454d2dba083d": ("courtoisie", "texte"),
    "aad5c3ee3005dc55": ("courtoisie", "sujet_en"),
    "1c81271f1fc2a129": ("courtoisie", "texte_en"),
    "d106765aac4b217a": ("rappel", "sujet"),
    "805325858e194fe3": ("rappel", "texte"),
    "4eb657f22a141329": ("rappel", "sujet_en"),
    "51a2624f2c8cc62b": ("rappel", "texte_en"),
    "bd8de58a5a5d091a": ("appel", "texte"),
    "c23819612c997aa9": ("relance-ferme", "sujet"),
    "c26b7feac2cfd46f": ("relance-ferme", "texte"),
    "ba8dcfaeadfd1a2b": ("relance-ferme", "sujet_en"),
    "3bbcf275ba6b0f0d": ("relance-ferme", "texte_en"),
    "b83db5ea5bf63744": ("second-appel", "texte"),
    "5c5af5a541a0c405": ("lettre", "sujet"),
    "f7a778871e8ae9a4": ("lettre", "texte"),
    "daa54e79f72cd111": ("lettre", "sujet_en"),
    "d843c2191efe20ff": ("lettre", "texte_en"),
    "6c400f0526e3ac7c": ("recommande", "sujet"),
    "37f5fa2853232d80": ("recommande", "texte"),
    "027de66759ff9497": ("recommande", "sujet_en"),
    "a087a4ec15149ecc": ("recommande", "texte_en"),
}
TEXTES = ("sujet", "texte", "sujet_en", "texte_en")
PAS_PARTIES = ("a_valider", "planifiee", "a_faire", "echec")


def proposer_les_nouveaux(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Une version de plus à qui gardait les textes d'origine ; ceux d'une personne ne changent pas.

    Ce qui attend de partir prend les nouveaux mots : les anciens pouvaient nier un règlement.
    """
    scenarios = apps.get_model("relances", "Scenario").objects
    etapes = apps.get_model("relances", "Etape").objects
    relances = apps.get_model("relances", "Relance").objects
    lignes = apps.get_model("relances", "RelanceFacture").objects
    nouveaux = {(e.cle, champ): getattr(e, champ) for e in ETAPES_INITIALES for champ in TEXTES}
    for scenario in scenarios.filter(remplace_le=None):
        siennes = list(etapes.filter(scenario=scenario).order_by("rang"))
        changes = {etape.pk: _repris(etape, nouveaux) for etape in siennes}
        if not any(changes.values()):
            continue
        scenarios.filter(pk=scenario.pk).update(remplace_le=timezone.now())
        derniere = scenarios.filter(creancier=scenario.creancier).order_by("-version").first()
        publie = scenarios.create(
            creancier=scenario.creancier, nom=scenario.nom, version=derniere.version + 1
        )
        for etape in siennes:
            ancienne = etape.pk
            etape.pk, etape.scenario = None, publie
            for champ, texte in changes[ancienne].items():
                setattr(etape, champ, texte)
            etape._state.adding = True
            etape.save()
            en_attente = relances.filter(etape=ancienne, etat__in=PAS_PARTIES)
            lignes.filter(etape=ancienne, relance__in=en_attente.values("pk")).update(etape=etape)
            en_attente.update(etape=etape)


def _repris(etape: Any, nouveaux: dict[tuple[str, str], str]) -> dict[str, str]:
    """Les champs de cette étape qui sont encore ceux d'origine, et leur nouveau texte."""
    repris = {}
    for champ in TEXTES:
        mots = getattr(etape, champ).replace("\r\n", "\n").strip()
        origine = D_ORIGINE.get(sha256(mots.encode()).hexdigest()[:16])
        if origine in nouveaux:
            repris[champ] = nouveaux[origine]
    return repris


class Migration(migrations.Migration):
    dependencies = [("relances", "0005_gestes")]

    operations = [migrations.RunPython(proposer_les_nouveaux, migrations.RunPython.noop)]
