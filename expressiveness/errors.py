"""Every error a user can mend. Its message says what happened, to which file or clip, and what to do.

ExpressivenessError
├── ConfigError      a setting that cannot be, or the name of something that there is not
├── InterviewError   a folder of interviews or one of its rows
├── PlaceError       a URL of files that cannot be reached
├── VideoError       a video that cannot be opened or decoded
├── DetectorError    a face detection model file
├── StoreError       the face store on disk
├── WorkerError      worker processes that cannot be started
├── ClusterError     a Ray cluster that cannot be reached
├── BusyError        a face store, model or dataset that another run works on
├── DatabaseError    FiftyOne's database, gone in the middle of a run
├── TrainingError    data that cannot be trained on or split
├── ModelError       a trained model's folder
├── ParameterError   a value that an operator was given and cannot use
├── OutputError      a file or folder that results cannot go to, or that holds what is the user's
└── ReportError      a report or figure that cannot be written
"""


class ExpressivenessError(Exception):
    """Base of the errors above; the command line prints its message and exits 1."""


class ConfigError(ExpressivenessError, ValueError):
    """A setting has a value that it cannot have, or something is asked for by a name that nothing has."""


def reason(error: BaseException) -> str:
    """Why something failed, in the system's words where it is the system that says so, and without the file's name."""
    return str(getattr(error, "strerror", None) or error)


class InterviewError(ExpressivenessError):
    """A folder of interviews, or a row of it, cannot be used."""


class PlaceError(ExpressivenessError):
    """A URL cannot be reached, or what reaches it is not installed."""


class VideoError(ExpressivenessError):
    """A video is missing, is no video, or has no frame that decodes."""


class DetectorError(ExpressivenessError):
    """A detection model file is missing or is not the one that was promised."""


class StoreError(ExpressivenessError):
    """The face store cannot be read or written."""


class WorkerError(ExpressivenessError):
    """This machine starts no worker processes, for want of semaphores or memory."""


class ClusterError(ExpressivenessError):
    """The cluster cannot be reached, or Ray is not installed."""


class BusyError(ExpressivenessError):
    """Another run works on it; the message says which."""


class DatabaseError(ExpressivenessError):
    """FiftyOne's database does not answer any more."""


class TrainingError(ExpressivenessError):
    """The interviews at hand cannot be trained on, split or evaluated."""


class ModelError(ExpressivenessError):
    """A trained model's folder is missing, damaged, or of an unknown format."""


class ParameterError(ExpressivenessError):
    """An operator was given a value of another kind than it takes, or one that is out of bounds."""


class OutputError(ExpressivenessError):
    """Results cannot go to a file or folder: it cannot be written, or would lose what the user keeps there."""


class ReportError(ExpressivenessError):
    """A report or a figure cannot be written."""
