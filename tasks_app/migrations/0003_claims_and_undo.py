"""Claims, skips and undo."""

import datasets_app.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tasks_app.append_only import INSTALL, REMOVE, run


class Migration(migrations.Migration):

    dependencies = [
        ('datasets_app', '0001_initial'),
        ('tasks_app', '0002_events_are_closed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # SQLite makes a changed table anew, without its triggers: they are taken off first and put back at the end.
        migrations.RunPython(
            lambda apps, editor: run(REMOVE, editor.connection),
            lambda apps, editor: run(INSTALL, editor.connection),
        ),
        migrations.CreateModel(
            name='Skip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', datasets_app.fields.MillisField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='taskevent',
            name='event_action_is_known',
        ),
        migrations.AddField(
            model_name='task',
            name='claim_expires_at',
            field=datasets_app.fields.MillisField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='claimed_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='taskevent',
            name='undoes',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AlterField(
            model_name='taskevent',
            name='action',
            field=models.CharField(choices=[('start', 'started'), ('submit', 'submitted'), ('accept', 'accepted'), ('reject', 'rejected'), ('reopen', 'reopened'), ('undo', 'undid'), ('finish', 'finished'), ('create', 'created'), ('assign', 'assigned'), ('change', 'changed'), ('withdraw', 'withdrawn'), ('restored', 'restored'), ('replan', 'put back')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['stage', 'status', 'assignee', 'clock_start', 'file_order', 'item_order'], name='task_queue'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('deleted_at', None), ('status', 'submitted')), fields=['stage', 'clock_start', 'file_order', 'item_order'], name='task_handed_over'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('claimed_by__isnull', False)), fields=['claimed_by'], name='task_claims'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('claim_expires_at', None), ('claimed_by', None)), models.Q(('claim_expires_at__isnull', False), ('claimed_by__isnull', False)), _connector='OR'), name='task_claim_expires'),
        ),
        migrations.AddConstraint(
            model_name='taskevent',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['start', 'submit', 'accept', 'reject', 'reopen', 'undo', 'finish', 'create', 'assign', 'change', 'withdraw', 'restored', 'replan'])), name='event_action_is_known'),
        ),
        migrations.AddConstraint(
            model_name='taskevent',
            constraint=models.CheckConstraint(condition=models.Q(('undoes', ''), ('action', 'undo'), _connector='XOR'), name='event_of_an_undo_says_what_it_undoes'),
        ),
        migrations.AddField(
            model_name='skip',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='skips', to='tasks_app.task'),
        ),
        migrations.AddField(
            model_name='skip',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='skip',
            constraint=models.UniqueConstraint(fields=('task', 'user'), name='one_skip_for_each_task_and_user'),
        ),
        migrations.RunPython(
            lambda apps, editor: run(INSTALL, editor.connection),
            lambda apps, editor: run(REMOVE, editor.connection),
        ),
    ]
