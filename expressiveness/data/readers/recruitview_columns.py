"""RecruitView's own names: its scores, which all share one scale, and what else is known of an answer."""

TARGETS = (
    "openness",
    "conscientiousness",
    "extraversion",
    "agreeableness",
    "neuroticism",
    "overall_personality",
    "interview_score",
    "answer_score",
    "speaking_skills",
    "confidence_score",
    "facial_expression",
    "overall_performance",
)
DEFAULT_TARGET = "facial_expression"
ATTRIBUTES = ("question_id", "question", "duration", "video_quality", "transcript")
