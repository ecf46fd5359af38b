"""Clients, members, datasets and what they hold. Nothing here knows of tasks."""

from .content import NOT_APPLICABLE, Attribute, AttributeValue, File, Label, LabelType, Shape
from .datasets import Dataset, DatasetScope, DatasetType, LabellingMode, Stage, both_or_neither
from .people import AccessToken, Client, Member, User, UserGroup

__all__ = [
    "NOT_APPLICABLE", "AccessToken", "Attribute", "AttributeValue", "Client", "Dataset", "DatasetScope",
    "DatasetType", "File", "Label", "LabelType", "LabellingMode", "Member", "Shape", "Stage", "User", "UserGroup",
    "both_or_neither",
]  # fmt: skip
