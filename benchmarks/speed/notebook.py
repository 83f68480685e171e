"""What the notebook does, where a row compares with it: its reading, its detector, its crops, its network's input."""

from __future__ import annotations

import cv2

from expressiveness.faces import face_crop


def faces_of(video, detector):
    """Read every frame and look for a face on each fifth; the notebook stops after three, this goes on to the end."""
    capture = cv2.VideoCapture(str(video))
    faces, number = [], 0
    while True:
        read, frame = capture.read()
        if not read:
            break
        if number % 5 == 0:
            rgb = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
            if found := detector.detect(rgb):
                faces.append(face_crop(rgb, found[0]))
        number += 1
    capture.release()
    return faces
