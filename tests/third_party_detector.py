"""A detector as another package would bring it: OpenCV's Haar cascade, which knows of no keypoints."""

import cv2

from expressiveness.faces import Face


class HaarDetector:
    """Finds frontal faces; sure of each it finds."""

    label = "Haar cascade, frontal faces"

    def __init__(self, *, confidence):
        self._neighbours = round(2 + 6 * confidence)
        self._cascade = cv2.CascadeClassifier(f"{cv2.data.haarcascades}haarcascade_frontalface_default.xml")

    def detect(self, rgb):
        """Find the faces of an RGB frame."""
        height, width = rgb.shape[:2]
        gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        found = self._cascade.detectMultiScale(gray, minNeighbors=self._neighbours, minSize=(width // 8, width // 8))
        return [Face((x / width, y / height, w / width, h / height), score=1.0) for x, y, w, h in found]
