"""Make the pictures and the animation of the documents from what the browser tests saw.

Run `python docs/images.py` after `make test`.
"""

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SCREENSHOTS = ROOT / "artefacts" / "screenshots"
IMAGES = ROOT / "docs" / "images"
WIDTH = 1200  # pixels

PICTURES = {
    "main-3-misclassified-frames": "misclassified-frames",
    "review-1-matrix": "review",
    "timeline-2-level": "timeline",
}
"""Screenshot to picture, both without their endings."""


ANIMATION = "review-by-key"
"""Screenshots `review-by-key-0` and on, one a key, become `review-by-key.gif`."""

ANIMATION_WIDTH, KEY_MILLISECONDS, END_MILLISECONDS = 960, 700, 2500


def main() -> None:
    """Shrink each screenshot to a JPEG, and make the animation."""
    IMAGES.mkdir(exist_ok=True)
    animate()
    for screenshot, name in PICTURES.items():
        picture = Image.open(SCREENSHOTS / f"{screenshot}.png").convert("RGB")
        picture.thumbnail((WIDTH, WIDTH))
        picture.save(IMAGES / f"{name}.jpg", quality=85, optimize=True)


def animate() -> None:
    """Put the screenshots of a review by key one after the other, shrunk, with the colors that they share."""
    screenshots = sorted(SCREENSHOTS.glob(f"{ANIMATION}-*.png"))
    frames = [Image.open(screenshot).convert("RGB") for screenshot in screenshots]
    for frame in frames:
        frame.thumbnail((ANIMATION_WIDTH, ANIMATION_WIDTH))
    shared = frames[-1].quantize(128, dither=Image.Dither.NONE)  # the last shows every color
    first, *rest = [frame.quantize(palette=shared, dither=Image.Dither.NONE) for frame in frames]
    times = [*[KEY_MILLISECONDS] * len(rest), END_MILLISECONDS]
    file = IMAGES / f"{ANIMATION}.gif"
    first.save(file, save_all=True, append_images=rest, duration=times, loop=0, optimize=True)


if __name__ == "__main__":
    main()
