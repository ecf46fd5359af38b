"""The event log is closed against change and deletion by triggers."""

from django.db import migrations

from tasks_app.append_only import INSTALL, REMOVE, run


class Migration(migrations.Migration):
    dependencies = [("tasks_app", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: run(INSTALL, editor.connection),
            lambda apps, editor: run(REMOVE, editor.connection),
        ),
    ]
