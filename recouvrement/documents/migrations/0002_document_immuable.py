from django.db import migrations

from recouvrement.journal.immuable import interdire_de_reecrire


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [
        interdire_de_reecrire("documents_document", "Un document scellé ne se modifie pas"),
    ]
