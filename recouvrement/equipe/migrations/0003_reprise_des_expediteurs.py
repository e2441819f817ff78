from django.db import migrations
from django.utils import timezone


def reprendre(apps, schema_editor):
    """Une adresse d'où des relances sont déjà parties reste bonne, et l'on garde à quelle date."""
    creanciers = apps.get_model("comptes", "Creancier").objects
    envois = apps.get_model("courriel", "Envoi").objects
    verifications = apps.get_model("equipe", "VerificationExpediteur").objects
    maintenant = timezone.now()
    for creancier in creanciers.exclude(courriel_expediteur="").only("courriel_expediteur"):
        adresse = creancier.courriel_expediteur
        parties = envois.filter(
            creancier=creancier, nature="relance", etat="envoye", expediteur=adresse
        )
        if parties.exists():
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
        ("equipe", "0002_verification_expediteur"),
        ("courriel", "0003_transmis_par_jour"),
    ]

    operations = [migrations.RunPython(reprendre, migrations.RunPython.noop)]
