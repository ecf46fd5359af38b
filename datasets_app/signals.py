"""What this app tells others, inside the transaction in which it happens. Nothing else here knows of tasks."""

from django.dispatch import Signal

#: Files, labels, values, stages or settings of a dataset changed.
#: Sent with `dataset`, `by` (a member or None) and `change` (a `datasets_app.changes.Change`).
content_changed = Signal()

#: What people may do in a client changed: roles, scopes, groups, stage members. Sent with `client` and `by`.
rights_changed = Signal()
