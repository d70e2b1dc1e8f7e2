from email import message_from_bytes
from email.policy import default

import pytest

from foundation.notifications.models import Message
from foundation.notifications.tasks import deliver
from tests.factories.notifications import MessageFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db


def changed_risk(**fields):
    return MessageFactory(
        template="risk_changed",
        context={
            "title": {"kk": "Пара", "ru": "Взятки & «подарки»", "en": ""},
            "state": "closed",
            "path": "/risks/R001/",
        },
        **fields,
    )


def test_deliver_sends_over_smtp_and_marks(mailbox):
    message = MessageFactory()

    deliver(message.pk)

    message.refresh_from_db()
    assert mailbox.mails[0].rcpt_tos == [message.recipient]
    assert message.sent_at is not None


def test_deliver_twice_sends_once(mailbox):
    message = MessageFactory()

    deliver(message.pk)
    deliver(message.pk)

    assert len(mailbox.mails) == 1


def test_deliver_of_a_row_that_is_gone_does_nothing(mailbox):
    deliver(12345)

    assert mailbox.mails == []


def test_deliver_before_its_time_does_nothing(mailbox):
    message = MessageFactory(not_before="2999-01-01T00:00Z")

    deliver(message.pk)

    assert mailbox.mails == []


def test_refused_address_is_tried_later_and_not_logged(mailbox, caplog):
    message = MessageFactory(recipient="nobody@example.org")
    mailbox.refused.add("nobody@example.org")

    deliver(message.pk)

    message.refresh_from_db()
    assert (message.attempts, message.sent_at) == (1, None)
    assert message.not_before > message.created_at
    assert message.last_error == "SMTPRecipientsRefused"
    ours = [line.getMessage() for line in caplog.records if line.name != "mail.log"]
    assert ours == [
        f"Message {message.pk} was not sent (SMTPRecipientsRefused), attempt 1"
    ]


def test_server_that_is_down_leaves_the_message(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    message = MessageFactory()

    deliver(message.pk)

    message.refresh_from_db()
    assert message.last_error == "ConnectionRefusedError"


def test_template_that_is_missing_leaves_the_message(mailbox):
    message = MessageFactory(template="no_such")

    deliver(message.pk)

    message.refresh_from_db()
    assert message.last_error == "TemplateDoesNotExist"


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 2), (5, 16), (10, 360), (24, 360)]
)
def test_pause_doubles_up_to_six_hours(attempts, minutes):
    assert Message(attempts=attempts).pause.total_seconds() == minutes * 60


def test_message_is_given_up_after_the_last_attempt(mailbox):
    message = MessageFactory(attempts=25)

    deliver(message.pk)

    assert mailbox.mails == []
    assert list(Message.objects.given_up()) == [message]


def test_mail_has_texts_and_links_of_its_language(mailoutbox, settings):
    settings.PUBLIC_URL = "https://portal.example"
    message = changed_risk(language="ru")

    deliver(message.pk)

    body = mailoutbox[0].body
    assert "Взятки & «подарки»" in body
    assert "https://portal.example/ru/risks/R001/" in body


def test_mail_says_openly_that_a_text_is_in_another_language(mailoutbox):
    deliver(changed_risk(language="en").pk)

    assert (
        "Пара\n(This text is not yet available in your language.)" in mailoutbox[0].body
    )


def test_subject_is_one_line(mailoutbox):
    deliver(changed_risk().pk)

    assert mailoutbox[0].subject == "A corruption risk was eliminated"


def test_mail_of_a_subscription_unsubscribes_in_one_click(mailbox, client):
    subscription = SubscriptionFactory(email="a@example.org")
    message = changed_risk(recipient="a@example.org", subscription_id=subscription.pk)

    deliver(message.pk)

    mail = message_from_bytes(mailbox.mails[0].content, policy=default)
    link = mail["List-Unsubscribe"].strip(" <>").removeprefix("http://testserver")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert link in mail.get_content()
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_message_to_someone_who_unsubscribed_is_dropped(mailbox):
    message = changed_risk(subscription_id=999)

    deliver(message.pk)

    assert mailbox.mails == []
    assert not Message.objects.exists()


def test_same_message_has_the_same_id_when_sent_again(mailoutbox):
    message = MessageFactory()
    deliver(message.pk)
    Message.objects.update(sent_at=None)

    deliver(message.pk)

    first, second = (mail.extra_headers["Message-ID"] for mail in mailoutbox)
    assert first == second
