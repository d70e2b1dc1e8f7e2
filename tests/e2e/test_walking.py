"""The walker finds what a person with a keyboard would stumble over."""

import pytest

from tests.e2e.walking import Walker

LIT = "<style>:focus-visible { outline: 3px solid }</style>"
FAULTS = {
    "no focus on": "<style>a { outline: none !important }</style><a href='/'>a</a>",
    "back at": """<a href="/">a</a><input id="b"><input id="c">
        <script>c.onfocus = () => b.focus()</script>""",
    "missed": "<a href='/'>a</a><p inert><a href='/'>b</a></p>",
    "cut": "<p style='width: 40rem; overflow: hidden'>a</p><a href='/'>a</a>",
    "clipped": """<p style='width: 4rem; overflow: hidden; white-space: nowrap'>
        Words that go on</p><a href='/'>a</a>""",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(page, fault):
    page.set_viewport_size({"width": 320, "height": 700})
    page.set_content(LIT + FAULTS[fault])

    with pytest.raises(AssertionError):
        Walker(page, None).look()


def test_a_page_without_fault_is_walked_through(page):
    page.set_content(f"{LIT}<a href='/'>a</a><input><button>b</button>")

    Walker(page, None).look()
