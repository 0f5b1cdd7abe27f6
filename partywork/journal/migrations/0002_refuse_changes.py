"""The database refuses to change or remove journal entries."""

from django.db import migrations

from partywork.journal import triggers


def refuse(apps, schema_editor):
    triggers.refuse_changes(schema_editor.connection)


def allow(apps, schema_editor):
    triggers.allow_changes(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(refuse, allow)]
