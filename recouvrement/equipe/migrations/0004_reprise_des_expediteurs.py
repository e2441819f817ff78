from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone


def reprendre(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Une adresse d'où des relances sont parties reste bonne ; celles de la démonstration aussi."""
    creanciers = apps.get_model("comptes", "Creancier").objects
    envois = apps.get_model("courriel", "Envoi").objects
    verifications = apps.get_model("equipe", "VerificationExpediteur").objects
    maintenant = timezone.now()
    for creancier in creanciers.exclude(courriel_expediteur="").only("courriel_expediteur", "est_demonstration"):
        adresse = creancier.courriel_expediteur
        parties = envois.filter(
            creancier=creancier, nature="relance", etat="envoye", expediteur=adresse
        )
        if creancier.est_demonstration or parties.exists():
            creanciers.filter(pk=creancier.pk).update(
                courriel_verifie=adresse, courriel_verifie_le=maintenant
            )
            verifications.create(
                creancier=creancier,
                adresse=adresse,
                demandee_le=maintenant,
                expire_le=maintenant,
                confirmee_le=maintenant,
            )


class Migration(migrations.Migration):
    dependencies = [
        ("equipe", "0003_verification_expediteur"),
        ("courriel", "0006_transmis_par_jour"),
    ]

    operations = [migrations.RunPython(reprendre, migrations.RunPython.noop)]
