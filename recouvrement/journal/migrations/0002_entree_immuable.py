from django.db import migrations

from recouvrement.journal.immuable import interdire_de_reecrire


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        interdire_de_reecrire("journal_entree", "Le journal ne se modifie pas"),
    ]
