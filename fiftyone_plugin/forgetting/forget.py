"""Delete an interview from a dataset, with all that was made of it."""

from __future__ import annotations

import shutil

import fiftyone as fo

from expressiveness._io import file_stem
from expressiveness.errors import ModelError
from expressiveness.privacy import ForgetReport, forget_in_data, forget_in_figures, forget_in_model, forget_in_store

from ..curation import forget_sample
from ..dataset import alone_on_dataset, list_runs, model_folder, require_interviews, save_figures, work_folder
from ..fields import INTERVIEW_ID


@alone_on_dataset("forgetting an interview")
def forget_interview(dataset: fo.Dataset, interview_id: str) -> ForgetReport:
    """Delete an interview's sample, labels, decisions and vectors, and its faces, movement and pictures on disk.

    Raises:
        InterviewError: the dataset holds no interviews.
        BusyError: a run works on the dataset or its faces.
    """
    require_interviews(dataset)
    report = ForgetReport()
    work = work_folder(dataset)
    if (work / "faces").is_dir():
        report.tables = forget_in_store(work / "faces", interview_id)
    pictures = work / "frames" / file_stem(interview_id)
    report.pictures = len(list(pictures.glob("*.jpg")))
    shutil.rmtree(pictures, ignore_errors=True)
    _forget_in_runs(dataset, interview_id, report)
    sample = dataset.match({INTERVIEW_ID: interview_id})
    if len(sample):
        _forget_sample(dataset, sample, report)
    return report


def _forget_in_runs(dataset: fo.Dataset, interview_id: str, report: ForgetReport) -> None:
    for run in list_runs(dataset):
        info = dataset.get_run_info(run)
        info.config.data = forget_in_data(info.config.data, interview_id)
        dataset.update_run_config(run, info.config)
        results = dataset.load_run_results(run)
        save_figures(dataset, run, evaluation=forget_in_figures(getattr(results, "evaluation", None), interview_id))
        try:
            if forget_in_model(model_folder(dataset, run), interview_id):
                report.learned.append(run)
        except ModelError:
            continue  # its folder is gone, and with it what stood there


def _forget_sample(dataset: fo.Dataset, sample: fo.DatasetView, report: ForgetReport) -> None:
    [report.video], [sample_id] = sample.values("filepath"), sample.values("id")
    report.frames = sample.count("frames")
    report.indexes = dataset.list_brain_runs()  # what Brain computed of all videos cannot be taken apart again
    for key in report.indexes:
        dataset.delete_brain_run(key)
    forget_sample(dataset, sample_id)
    dataset.delete_samples(sample_id)
