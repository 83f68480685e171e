from .cluster import RayCluster, executor_named
from .executors import Executor, ExecutorKind, Outcome
from .processes import OUT_OF_MEMORY, ran_out_of_memory, run

__all__ = [
    "OUT_OF_MEMORY",
    "Executor",
    "ExecutorKind",
    "Outcome",
    "RayCluster",
    "executor_named",
    "ran_out_of_memory",
    "run",
]
