from .interview_operator import (
    InterviewOperator,
    Listing,
    Progress,
    choose,
    counted,
    counting,
    open_saved_view,
    refuse,
    show_run,
    warn,
)
from .parameters import folder_chosen, number, one_of, target_videos, text, whole_number, yes_or_no

__all__ = [
    "InterviewOperator",
    "Listing",
    "Progress",
    "choose",
    "counted",
    "counting",
    "folder_chosen",
    "number",
    "one_of",
    "open_saved_view",
    "refuse",
    "show_run",
    "target_videos",
    "text",
    "warn",
    "whole_number",
    "yes_or_no",
]
