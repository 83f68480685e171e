"""The figures about a folder of interviews."""

from __future__ import annotations

from matplotlib.figure import Figure

from expressiveness.data import Inspection
from expressiveness.reports import plots


def inspection_figures(inspection: Inspection) -> dict[str, Figure]:
    """Draw an inspection's figures, by file name without suffix; none if there is no interview."""
    if inspection.clips.empty:
        return {}
    per_person = plots.clips_per_participant(list(inspection.clips_per_participant.values()))
    if inspection.target is None or inspection.thresholds is None:
        return {"clips_per_participant": per_person}
    scores, thresholds, label = inspection.clips["score"].tolist(), inspection.thresholds, inspection.target
    figures = {
        "score_histogram": plots.score_histogram(scores, thresholds, label=label),
        "score_box": plots.score_box(scores, thresholds, label=label),
        "categories": plots.category_counts(inspection.category_counts),
        "clips_per_participant": per_person,
    }
    if by_question := inspection.scores_by_question:
        figures["score_by_question"] = plots.score_by_question(by_question, thresholds, label=label)
    return figures
