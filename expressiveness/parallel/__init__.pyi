from .cluster import RayCluster, executor_named
from .executors import Executor, ExecutorKind, Outcome
from .processes import run

__all__ = [
    "Executor",
    "ExecutorKind",
    "Outcome",
    "RayCluster",
    "executor_named",
    "run",
]
