"""Every error that a user can fix. Its message says what happened, to which file or clip, and what to do.

ExpressivenessError
├── ConfigError      an invalid setting, or an unknown name
├── InterviewError   a folder of interviews, or one of its rows
├── PlaceError       a URL of files that cannot be reached
├── VideoError       a video that cannot be opened or decoded
├── DetectorError    a face detection model file
├── StoreError       the face store on disk
├── WorkerError      worker processes that cannot be started
├── ClusterError     a Ray cluster that cannot be reached
├── BusyError        a face store, model or dataset that another run is using
├── DatabaseError    FiftyOne's database, lost during a run
├── TrainingError    data that cannot be trained on or split
├── ModelError       a trained model's folder
├── ParameterError   an invalid value for an operator
├── OutputError      a file or folder that results cannot be written to, or that holds the user's own files
└── ReportError      a report or figure that cannot be written
"""


class ExpressivenessError(Exception):
    """Base of the errors above; the command line prints its message and exits 1."""


class ConfigError(ExpressivenessError, ValueError):
    """A setting is invalid, or a name is unknown."""


class InterviewError(ExpressivenessError):
    """A folder of interviews, or a row of it, cannot be used."""


class PlaceError(ExpressivenessError):
    """A URL cannot be reached, or the package for it is not installed."""


class VideoError(ExpressivenessError):
    """A video is missing, is not a video, or has no frame that decodes."""


class DetectorError(ExpressivenessError):
    """A detection model file is missing or is not the expected one."""


class StoreError(ExpressivenessError):
    """The face store cannot be read or written."""


class WorkerError(ExpressivenessError):
    """Worker processes cannot be started, for lack of semaphores or memory."""


class ClusterError(ExpressivenessError):
    """The cluster cannot be reached, or Ray is not installed."""


class BusyError(ExpressivenessError):
    """Another run is using it; the message says which."""


class DatabaseError(ExpressivenessError):
    """FiftyOne's database no longer responds."""


class TrainingError(ExpressivenessError):
    """The interviews cannot be trained on, split or evaluated."""


class ModelError(ExpressivenessError):
    """A trained model's folder is missing, damaged, or of an unknown format."""


class ParameterError(ExpressivenessError):
    """An operator was given a value of the wrong type, or one out of bounds."""


class OutputError(ExpressivenessError):
    """A file or folder cannot be written, or writing it would destroy the user's own files."""


class ReportError(ExpressivenessError):
    """A report or a figure cannot be written."""


def reason(error: BaseException) -> str:
    """Why something failed; for an error of the operating system, its message without the file name."""
    return str(getattr(error, "strerror", None) or error)
