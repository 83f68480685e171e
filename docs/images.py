"""Make the pictures of the documents from what the browser tests saw: `python docs/images.py` after `make test`."""

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SCREENSHOTS = ROOT / "artefacts" / "screenshots"
IMAGES = ROOT / "docs" / "images"
WIDTH = 1200  # pixels

PICTURES = {
    "main-3-misclassified-frames": "misclassified-frames",
    "review-1-matrix": "review",
    "timeline-1-played": "timeline",
}
"""Screenshot to picture, both without their endings."""


def main() -> None:
    """Shrink each screenshot to a JPEG."""
    IMAGES.mkdir(exist_ok=True)
    for screenshot, name in PICTURES.items():
        picture = Image.open(SCREENSHOTS / f"{screenshot}.png").convert("RGB")
        picture.thumbnail((WIDTH, WIDTH))
        picture.save(IMAGES / f"{name}.jpg", quality=85, optimize=True)


if __name__ == "__main__":
    main()
