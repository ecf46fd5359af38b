"""Tasks know whose work waits for a review in the task before them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, editor):
    tasks = apps.get_model('tasks_app', 'Task').objects
    submitted = tasks.filter(pk=OuterRef('previous'), status='submitted').values('submitted_by')
    tasks.filter(previous__status='submitted').update(handed_by=Subquery(submitted[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('datasets_app', '0001_initial'),
        ('tasks_app', '0004_indexes_that_lists_read_alone'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='task',
            name='task_queue',
        ),
        migrations.AddField(
            model_name='task',
            name='handed_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['stage', 'status', 'assignee', 'clock_start', 'file_order', 'item_order', 'handed_by'], name='task_queue'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('assignee', models.F('handed_by')), ('deleted_at', None)), fields=['stage', 'clock_start', 'file_order', 'item_order', 'assignee'], name='task_barred'),
        ),
    ]
