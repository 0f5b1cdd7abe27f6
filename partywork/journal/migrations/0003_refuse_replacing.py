"""On SQLite a row could still be replaced by INSERT OR REPLACE."""

from django.db import migrations

from partywork.journal import triggers


def refuse(apps, schema_editor):
    triggers.refuse_changes(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_refuse_changes")]
    operations = [migrations.RunPython(refuse, migrations.RunPython.noop)]
