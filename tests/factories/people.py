"""A client with people in every role."""

from __future__ import annotations

from dataclasses import dataclass, field

import factory

from datasets_app.membership import add_member, create_token
from datasets_app.models import AccessToken, Client, Member, User
from datasets_app.roles import Role


class ClientFactory(factory.django.DjangoModelFactory[Client]):
    class Meta:
        model = Client

    name = factory.Sequence("Client {}".format)


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        django_get_or_create = ("email",)

    email = factory.Sequence("user{}@example.com".format)


def make_member(client: Client, name: str, role: str) -> Member:
    """The member `name@example.com` of a client; fresh, as each request makes it."""
    return add_member(client, UserFactory(email=f"{name}@example.com"), role, by=None)


@dataclass
class Team:
    """The people of one client. Members are made anew at each look, so that no rights are remembered."""

    client: Client
    users: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Member:
        if name not in self.__dict__.get("users", {}):
            raise AttributeError(name)
        return Member.objects.select_related("user", "client").get(client=self.client, user=self.users[name])

    def add(self, name: str, role: str) -> Member:
        member = make_member(self.client, name, role)
        self.users[name] = member.user
        return member

    def token(self, name: str, **kwargs: object) -> str:
        """A new access token of this person: the secret."""
        _token, secret = create_token(getattr(self, name), "test", by=None, **kwargs)
        return secret

    def token_member(self, name: str, role: str) -> Member:
        """The person acting with a token that is limited to a role."""
        token, _secret = create_token(getattr(self, name), "test", by=None, role=role)
        member: Member = getattr(self, name)
        member.token = AccessToken.objects.get(pk=token.pk)
        return member


#: Who is who in the tests, beside ann, bob and eve, who label and review.
BY_ROLE = {
    "admin": Role.ADMIN,
    "lead": Role.DATASETS_ADMIN,
    "creator": Role.DATASETS_CREATOR,
    "fixer": Role.LABELS_ADMIN,
    "ann": Role.LABELLER,
    "bob": Role.LABELLER,
    "eve": Role.LABELLER,
    "customer": Role.CUSTOMER,
    "reader": Role.READER,
}


def make_team(prefix: str = "") -> Team:
    """A client with everyone in it; `prefix` makes other people of it.

    Written at once, not by `add_member`: nearly every test begins here, and nobody has rights to lose yet.
    """
    team = Team(ClientFactory())
    emails = {name: f"{prefix}{name}@example.com" for name in BY_ROLE}
    User.objects.bulk_create((User(email=email) for email in emails.values()), ignore_conflicts=True)
    users = {user.email: user for user in User.objects.filter(email__in=emails.values())}
    team.users = {name: users[email] for name, email in emails.items()}
    Member.objects.bulk_create(
        Member(client=team.client, user=team.users[name], role=role) for name, role in BY_ROLE.items()
    )
    return team
