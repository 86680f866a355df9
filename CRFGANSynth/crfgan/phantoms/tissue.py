"""What each tissue looks like and how it is labelled: T1 signal of the head, HU of the chest."""

from __future__ import annotations

T1 = {
    "air": 2.0,
    "skin": 430.0,
    "fat": 830.0,
    "muscle": 360.0,
    "bone": 50.0,
    "marrow": 620.0,
    "csf": 110.0,
    "grey": 455.0,
    "white": 690.0,
    "deep grey": 535.0,
    "pallidum": 620.0,
    "brainstem": 640.0,
    "lens": 330.0,
    "nerve": 600.0,
    "mucosa": 420.0,
    "sinus": 280.0,
    "lesion": 330.0,
}
"""Arbitrary units before bias field and noise."""

HEAD_LABELS = dict(
    enumerate(
        (
            "background",
            "soft tissue",
            "skull",
            "csf",
            "grey matter",
            "white matter",
            "ventricles",
            "deep grey nuclei",
            "cerebellum",
            "brainstem",
            "eyes",
            "airways and sinuses",
            "facial bone and spine",
            "lesion",
        )
    )
)

HU = {
    "air": -1000.0,
    "lung": -850.0,
    "lumen": -980.0,
    "fat": -100.0,
    "skin": 20.0,
    "muscle": 55.0,
    "heart": 45.0,
    "blood": 40.0,
    "vessel": 35.0,
    "wall": 20.0,
    "liver": 60.0,
    "spleen": 50.0,
    "stomach": 25.0,
    "cartilage": 95.0,
    "disc": 85.0,
    "cord": 30.0,
    "cancellous": 230.0,
    "cortical": 780.0,
    "nodule": 35.0,
    "foam": -950.0,
    "carbon": -250.0,
}
"""Hounsfield units before noise."""

CHEST_LABELS = dict(
    enumerate(
        (
            "background",
            "fat and skin",
            "muscle",
            "right lung",
            "left lung",
            "airways",
            "pulmonary vessels",
            "heart",
            "great vessels",
            "ribs and sternum",
            "spine",
            "shoulder girdle",
            "liver",
            "stomach",
            "spleen",
            "nodule",
            "mediastinum and abdomen",
            "table",
        )
    )
)

_HEAD_INDEX = {name: index for index, name in HEAD_LABELS.items()}
_CHEST_INDEX = {name: index for index, name in CHEST_LABELS.items()}


def head_label(name: str) -> int:
    """The label value of a head structure."""
    return _HEAD_INDEX[name]


def chest_label(name: str) -> int:
    """The label value of a chest structure."""
    return _CHEST_INDEX[name]
