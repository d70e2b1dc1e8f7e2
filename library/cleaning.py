"""What HTML an editor may write; everything else is taken out when it is saved."""

from foundation.rich_text import CELLS, TEXT, RichTextField


class CleanHTMLField(RichTextField):
    """A page of its own: headings from the second level, with anchors to link to."""

    tags = TEXT | {"h2", "hr"}
    attributes = CELLS | {"*": {"id", "lang"}}
