"""Templates whose context holds a secret: it is erased as soon as the mail has gone."""

_templates: set[str] = set()


def declare_secret(*templates: str) -> None:
    """Keep nothing of what these templates were filled with; rooms do it at start."""
    _templates.update(templates)


def is_secret(template: str) -> bool:
    return template in _templates
