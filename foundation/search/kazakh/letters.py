"""Kazakh letters folded to the nearest Russian ones."""

FOLDED = str.maketrans(
    {
        "ә": "а",
        "ғ": "г",
        "қ": "к",
        "ң": "н",
        "ө": "о",
        "ұ": "у",
        "ү": "у",
        "һ": "х",
        "і": "и",
        "ё": "е",
        # A Latin letter that looks the same is a frequent slip of the keyboard.
        "i": "и",
    }
)


def fold(text: str) -> str:
    """Return the text in small letters with Kazakh ones as the nearest Russian ones."""
    return text.lower().translate(FOLDED)
