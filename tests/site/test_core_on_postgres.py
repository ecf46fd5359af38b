"""Constraints, chains, stages and sync once more on PostgreSQL: where the two databases could differ."""

import pytest

from tests.datasets_app import test_models, test_store
from tests.tasks_app import test_chains_of_stages, test_pipeline, test_sync

pytestmark = pytest.mark.postgres

for module in (test_models, test_store, test_chains_of_stages, test_pipeline, test_sync):
    short = module.__name__.rpartition(".")[2]
    tests = {name: value for name, value in vars(module).items() if name.startswith("test_") and callable(value)}
    globals().update({f"{short}__{name.removeprefix('test_')}": value for name, value in tests.items()})
