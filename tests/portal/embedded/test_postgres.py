import pytest

from portal.embedded.postgres import is_ready

LOCK = "{pid}\n/data\n1795325693\n5432\n/tmp/s\n\n  9  0\n{status}\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        LOCK.format(pid=7, status="starting"),
        LOCK.format(pid=7, status="stopping"),
        LOCK.format(pid=8, status="ready   "),
    ],
)
def test_a_server_is_not_ready_before_its_own_lock_file_says_so(tmp_path, text):
    (tmp_path / "postmaster.pid").write_text(text)

    assert not is_ready(tmp_path, 7)


def test_a_server_without_a_lock_file_is_not_ready(tmp_path):
    assert not is_ready(tmp_path, 7)


def test_a_server_is_ready_when_its_lock_file_says_so(tmp_path):
    (tmp_path / "postmaster.pid").write_text(LOCK.format(pid=7, status="ready   "))

    assert is_ready(tmp_path, 7)
