from .assignments import ASSIGNMENTS_FILE, Assignment, Assignments, Feedback, assign, feedback
from .coder_agreement import Agreement, Figure, PairAgreement, agreement, seen_notes
from .codes import CODING_FOLDER, UNITS, Code, Codings, coder_name
from .coefficients import alpha, alpha_of_levels, intraclass_correlations, kappa
from .model_codes import ModelCodes
from .ratings import LEAST_OVERLAP, SCALES, Ratings, overlaps, rate, with_model
from .reaction_lag import Lag, reaction_lag, without_lag
from .settling import (
    Consensus,
    Settled,
    by_consensus,
    by_majority,
    curation_of,
    disagreements,
    human_truth,
    settle,
    soft_labels,
)

__all__ = [
    "ASSIGNMENTS_FILE",
    "CODING_FOLDER",
    "LEAST_OVERLAP",
    "SCALES",
    "UNITS",
    "Agreement",
    "Assignment",
    "Assignments",
    "Code",
    "Codings",
    "Consensus",
    "Feedback",
    "Figure",
    "Lag",
    "ModelCodes",
    "PairAgreement",
    "Ratings",
    "Settled",
    "agreement",
    "alpha",
    "alpha_of_levels",
    "assign",
    "by_consensus",
    "by_majority",
    "coder_name",
    "curation_of",
    "disagreements",
    "feedback",
    "human_truth",
    "intraclass_correlations",
    "kappa",
    "overlaps",
    "rate",
    "reaction_lag",
    "seen_notes",
    "settle",
    "soft_labels",
    "with_model",
    "without_lag",
]
