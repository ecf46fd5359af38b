"""The rights of one member, from the role table: role of the client, roles of datasets, limit of the token."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from .models import Dataset, DatasetScope, Member, Stage, UserGroup
from .roles import CLIENT_ONLY, Right, Rights, rights_of_role

#: Which datasets a member sees who may see only their own chains. Tasks are not known here: their app says it.
OwnDatasets = Callable[[Member], "QuerySet[Dataset]"]
_own_datasets: list[OwnDatasets] = []


def own_datasets_are(function: OwnDatasets) -> OwnDatasets:
    """Register who answers that; the app of the tasks does."""
    _own_datasets.append(function)
    return function


class Access:
    """What a member may do, worked out from the present rows with two queries at the most."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self._is_in: dict[int, bool] = {}
        self.limit: Rights = frozenset(Right)
        if member.token is not None and member.token.role:
            self.limit = rights_of_role(member.token.role)

    @cached_property
    def of_client(self) -> Rights:
        return rights_of_role(self.member.role) & self.limit

    def know_scopes(self, rows: Iterable[Any]) -> None:
        """The roles in datasets are known, from rows of `with_scopes`: they are not asked for."""
        found = {(row.own_dataset, row.own_role) for row in rows}
        found |= {(row.group_dataset, row.group_role) for row in rows}
        self._scopes = list(found - {(None, None)})

    @cached_property
    def _scopes(self) -> list[tuple[int, str]]:
        groups = UserGroup.objects.filter(members=self.member)
        scopes = DatasetScope.objects.filter(Q(member=self.member) | Q(user_group__in=groups))
        return list(scopes.values_list("dataset_id", "role"))

    @cached_property
    def _of_datasets(self) -> dict[int, Rights]:
        """Rights by dataset key, where a scope gives some."""
        found: dict[int, Rights] = defaultdict(frozenset)
        for dataset_key, role in self._scopes:
            found[dataset_key] |= (rights_of_role(role) - CLIENT_ONLY) & self.limit
        return dict(found)

    def of_dataset(self, dataset: Dataset) -> Rights:
        if dataset.client_id != self.member.client_id:
            return frozenset()
        return self.of_client | self._of_datasets.get(dataset.pk, frozenset())

    def may(self, right: Right, dataset: Dataset | None = None) -> bool:
        return right in (self.of_client if dataset is None else self.of_dataset(dataset))

    def may_anywhere(self, right: Right) -> bool:
        """In the client, or in one of its datasets."""
        return right in self.of_client or any(right in rights for rights in self._of_datasets.values())

    @property
    def takes_part(self) -> bool:
        """Whether there can be something to do for the member in some dataset: reading is no work."""
        return self.may_anywhere(Right.WORK) or self.may_anywhere(Right.REVIEW_LAST)

    def in_datasets(self, right: Right) -> Q:
        """Of datasets of any client: those in which the member has this right."""
        within = Q(client_id=self.member.client_id, deleted_at=None)
        if right in self.of_client:
            return within
        return within & Q(pk__in=[key for key, rights in self._of_datasets.items() if right in rights])

    def sees(self, dataset: Dataset) -> bool:
        """Whether the dataset is visible: asked of the database only where it depends on the tasks."""
        if dataset.deleted_at is not None:
            return False
        if self.may(Right.READ, dataset):
            return True
        return self.may(Right.READ_OWN, dataset) and Dataset.objects.filter(self.own_datasets(), pk=dataset.pk).exists()

    def own_datasets(self) -> Q:
        """Of datasets of any client: those that the member sees for the sake of their own chains."""
        found = Q(pk__in=[])
        for function in _own_datasets:
            found |= Q(pk__in=function(self.member).values("pk"))
        return found & self.in_datasets(Right.READ_OWN)

    @cached_property
    def stages(self) -> QuerySet[Stage]:
        """The stages in which the member may work: their rights allow it, and the stage is open or theirs."""
        datasets = Dataset.objects.filter(self.in_datasets(Right.WORK))
        return Stage.objects.filter(in_stage(self.member), dataset__in=datasets)

    def may_work_in(self, stage: Stage) -> bool:
        return self.may(Right.WORK, stage.dataset) and self.is_in(stage)

    def is_in(self, stage: Stage) -> bool:
        """Whether the stage is open to everyone whose role may work, or has this member."""
        if stage.pk not in self._is_in:
            self.pipeline(stage.dataset)
        return self._is_in[stage.pk]

    def pipeline(self, dataset: Dataset) -> list[Stage]:
        """The stages of a dataset in order, read together with whether the member is in each."""
        mine = Stage.objects.filter(in_stage(self.member), pk=OuterRef("pk"))
        stages = list(dataset.stages.annotate(has_member=Exists(mine)).order_by("position"))
        self._is_in |= {stage.pk: stage.has_member for stage in stages}
        dataset.pipeline = [stage for stage in stages if stage.removed_at is None]
        return dataset.pipeline


def in_stage(member: Member) -> Q:
    """Of stages: those that are open (no people, no groups) or that have this member."""
    listed = Stage.members.through.objects.filter(member=member).values("stage")
    by_group = Stage.user_groups.through.objects.filter(usergroup__members=member).values("stage")
    return Q(members=None, user_groups=None) | Q(pk__in=listed) | Q(pk__in=by_group)
