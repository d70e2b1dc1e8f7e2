"""What HTML an author may write; everything else is taken out when it is saved."""

from foundation.rich_text import CELLS, TEXT, RichTextField


class CleanHTMLField(RichTextField):
    """A block of a lesson, whose heading is of the second level."""

    tags = TEXT
    attributes = CELLS | {"*": {"lang"}}
