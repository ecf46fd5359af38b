"""Who acts: the member that a signed-in user, or an access token, is in a client."""

from __future__ import annotations

from .errors import NotFound
from .models import AccessToken, Client, Dataset, Member, User


def acting_member(client: Client, user: User, token: AccessToken | None = None) -> Member:
    """The member who acts in a client. Raises `NotFound`: another's client does not exist for you."""
    if token is not None:
        member = token.member if token.member.client_id == client.pk else None
    else:
        rows = list(Member.objects.present().filter(client=client, user=user).with_scopes())
        member = rows[0] if rows else None
        if member is not None:
            member.access.know_scopes(rows)
    if member is None:
        raise NotFound("client")
    member.user, member.client, member.token = user, client, token
    return member


def find_client(client_id: str, user: User, token: AccessToken | None = None) -> tuple[Client, Member]:
    """The client with this id, and who acts in it."""
    client = Client.objects.filter(client_id=client_id).first()
    if client is None:
        raise NotFound("client")
    return client, acting_member(client, user, token)


def find_dataset(dataset_id: str, user: User, token: AccessToken | None = None) -> tuple[Dataset, Member]:
    """The dataset with this id, where it is visible, and who acts in it. Raises `NotFound`."""
    dataset = Dataset.objects.present().select_related("client").filter(dataset_id=dataset_id).first()
    if dataset is None:
        raise NotFound("dataset")
    return dataset, member_who_sees(dataset, user, token)


def member_who_sees(dataset: Dataset, user: User, token: AccessToken | None = None) -> Member:
    """Who acts in the dataset's client, if they see the dataset. Raises `NotFound`."""
    try:
        member = acting_member(dataset.client, user, token)
    except NotFound as error:
        raise NotFound("dataset") from error
    if not member.access.sees(dataset):
        raise NotFound("dataset")
    return member
