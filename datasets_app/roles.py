"""Who may do what: the contract's role table (section 7), as data. Nothing declared means no."""

from django.db.models import TextChoices


class Role(TextChoices):
    """The role of a member in a client, or in one dataset."""

    ADMIN = "admin", "Admin"
    DATASETS_ADMIN = "datasets_admin", "Datasets admin"
    DATASETS_CREATOR = "datasets_creator", "Datasets creator"
    LABELS_ADMIN = "labels_admin", "Labels admin"
    LABELLER = "labeller", "Labeller"
    CUSTOMER = "customer", "Customer"
    READER = "reader", "Reader"


class Right(TextChoices):
    """What a role can allow: the columns of the table."""

    READ = "read", "see everything"
    READ_OWN = "read_own", "see their own chains of tasks"
    WORK = "work", "start and submit tasks"
    REVIEW = "review", "accept and reject tasks before the last stage"
    REVIEW_LAST = "review_last", "accept and reject tasks of the last stage"
    ASSIGN = "assign", "assign and reopen tasks and change settings"
    LABELS = "labels", "change labels and values at any time"
    CREATE = "create", "create datasets"
    DELETE = "delete", "delete datasets"
    MEMBERS = "members", "manage members"


Rights = frozenset[Right]

R = Right
ROLES: dict[Role, Rights] = {
    Role.ADMIN: frozenset(R),
    Role.DATASETS_ADMIN: frozenset({R.READ, R.READ_OWN, R.WORK, R.REVIEW, R.REVIEW_LAST, R.ASSIGN, R.CREATE, R.DELETE}),
    Role.DATASETS_CREATOR: frozenset({R.READ, R.READ_OWN, R.CREATE}),
    Role.LABELS_ADMIN: frozenset({R.READ, R.READ_OWN, R.LABELS}),
    Role.LABELLER: frozenset({R.READ_OWN, R.WORK, R.REVIEW}),
    Role.CUSTOMER: frozenset({R.READ, R.READ_OWN, R.REVIEW_LAST}),
    Role.READER: frozenset({R.READ, R.READ_OWN}),
}

#: Rights that belong to the client as a whole: a role that is given for one dataset does not bring them.
CLIENT_ONLY: Rights = frozenset({R.CREATE, R.MEMBERS})


def rights_of_role(role: str) -> Rights:
    """The rights of a role; a member without a role of the client ("") has none."""
    return ROLES[Role(role)] if role else frozenset()


def roles_with(*rights: Right) -> list[Role]:
    """The roles that bring every one of these rights."""
    return [role for role, has in ROLES.items() if has.issuperset(rights)]
