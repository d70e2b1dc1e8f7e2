import pytest

from surveys.demo import CODE, PEOPLE, load_demo_survey, remove_demo_survey
from surveys.models import Choice, Release, Response, Survey, Wave
from surveys.services.publishing import verify

pytestmark = pytest.mark.django_db


def test_made_up_answers_stand_under_the_banner(client):
    assert load_demo_survey() == PEOPLE
    assert load_demo_survey() == 0

    wave = Wave.objects.get(public_id=CODE)
    release = Release.objects.get()
    page = client.get(wave.get_absolute_url()).content.decode()
    published = client.get(release.get_absolute_url()).content.decode()
    assert Response.objects.count() == PEOPLE
    assert 'class="demo"' in page
    assert 'class="demo"' in published
    assert verify(release)


def test_what_is_made_up_goes_whole_and_alone(shipped):
    choices = Choice.objects.count()
    load_demo_survey()

    remove_demo_survey()
    remove_demo_survey()

    assert not Survey.objects.filter(is_demo=True).exists()
    assert not Response.objects.exists()
    assert Survey.objects.count() == 3
    assert Choice.objects.count() == choices
