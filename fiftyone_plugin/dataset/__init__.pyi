from .annotation import enable_annotation
from .contents import (
    interviews_of,
    require_embedders,
    require_faces,
    require_interviews,
    require_predictions,
    require_runs,
    sample_ids_of,
)
from .dataset_info import face_store, imported_measure, info_of, keep_info, newest_faces, set_work_folder, work_folder
from .one_run_at_a_time import alone_on_dataset, working_on
from .runs import (
    check_run_name,
    list_runs,
    load_run,
    load_run_record,
    load_run_split,
    measure_of,
    model_folder,
    next_run_name,
    register_run,
    save_figures,
)
from .shown_videos import frames_showing, source_ids, videos_of

__all__ = [
    "alone_on_dataset",
    "check_run_name",
    "enable_annotation",
    "face_store",
    "frames_showing",
    "imported_measure",
    "info_of",
    "interviews_of",
    "keep_info",
    "list_runs",
    "load_run",
    "load_run_record",
    "load_run_split",
    "measure_of",
    "model_folder",
    "newest_faces",
    "next_run_name",
    "register_run",
    "require_embedders",
    "require_faces",
    "require_interviews",
    "require_predictions",
    "require_runs",
    "sample_ids_of",
    "save_figures",
    "set_work_folder",
    "source_ids",
    "videos_of",
    "work_folder",
    "working_on",
]
