from datetime import date, timedelta
from secrets import choice
from typing import ClassVar, Self
from uuid import uuid4

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from reports.deadlines import first_step_states
from reports.models.channel import Channel, Questionnaire, RecoveryKey
from reports.models.recipient import Recipient, SearchShard

# Holders are warned so many days before a case is erased.
WARNING_DAYS = (30, 7, 1)
ENDED = ("answered", "closed")
REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """Return a random name for a case: a counter would tell the order of filing."""
    return "".join(choice(REFERENCE_LETTERS) for _place in range(10))


def late_on(today: date) -> Q:
    """Meet the cases whose answer or first step should have come before a day."""
    answer = Q(answer_due_on__lt=today) & ~Q(state__in=ENDED)
    return answer | Q(forward_due_on__lt=today, state__in=first_step_states())


class TipQuerySet(models.QuerySet["Tip"]):
    def held_by(self, user: User) -> Self:
        """The tips whose content key is wrapped to the user; nobody sees others."""
        return self.filter(
            wraps__purpose=Wrap.Purpose.CONTENT, wraps__recipient__user=user
        )

    def soon_erased(self, today: date) -> Self:
        """Closed cases for which the first warning is due, the next to go first."""
        ends = today + timedelta(days=WARNING_DAYS[0])
        soon = self.filter(state=Tip.State.CLOSED, erase_on__lte=ends)
        return soon.order_by("erase_on", "reference")

    def late(self, today: date) -> Self:
        return self.filter(late_on(today))

    def by_deadline(self) -> Self:
        """The case first whose next step is due first."""
        first = When(state__in=first_step_states(), then=F("forward_due_on"))
        due = Case(first, default=F("answer_due_on"))
        return self.order_by(due, "reference")

    def unanswered(self) -> Self:
        return self.exclude(state__in=ENDED)


class Tip(models.Model):
    """A report. All it says is sealed; what is not sealed is a day or a state.

    There is no time of filing, no number in sequence and no link to anything outside
    this room.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        REGISTERED = "registered", _("Registered")
        IN_REVIEW = "in_review", _("In review")
        INVESTIGATION = "investigation", _("Investigation")
        FORWARDED = "forwarded", _("Forwarded")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        PARTLY = "partly", _("Confirmed in part")
        NOT_CONFIRMED = "not_confirmed", _("Not confirmed")
        OUTSIDE = "outside", _("Outside the competence")
        NO_CASE = "no_case", _("Too little to go on")
        DUPLICATE = "duplicate", _("Joined with another report")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.CharField(
        _("reference"), max_length=12, unique=True, default=new_reference
    )
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="+", verbose_name=_("channel")
    )
    questionnaire = models.ForeignKey(
        Questionnaire, models.PROTECT, related_name="+", verbose_name=_("questionnaire")
    )
    state = models.CharField(
        _("state"), max_length=15, choices=State, default=State.RECEIVED
    )
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome, blank=True)
    received_on = models.DateField(_("received on"))
    answer_due_on = models.DateField(_("answer due on"))
    forward_due_on = models.DateField(_("to be forwarded until"))
    extended_on = models.DateField(_("extended on"), null=True, blank=True)
    registered_on = models.DateField(_("registered on"), null=True, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    # From this day neither the receipt nor a recipient opens it: it is erased.
    erase_on = models.DateField(_("erased on"), null=True, blank=True)
    # The nearest of the warnings before that day which its holders were given.
    erasure_warned = models.PositiveSmallIntegerField(null=True, editable=False)
    erasure_asked_on = models.DateField(
        _("erasure asked for on"), null=True, blank=True
    )
    # Both keys of the tip, wrapped to a key that only several shareholders open.
    recovery = models.ForeignKey(
        RecoveryKey, models.PROTECT, null=True, editable=False, related_name="+"
    )
    recovery_content = models.BinaryField(null=True)
    recovery_identity = models.BinaryField(null=True)
    # Somebody else has seen the receipt: the first use changes it.
    is_receipt_shared = models.BooleanField(_("taken by an operator"), default=False)
    lookup = models.BinaryField(unique=True)
    # Finds the tip for the feed that tells whether there is an answer.
    feed = models.BinaryField(unique=True, null=True)
    content_wrap = models.BinaryField()
    identity_wrap = models.BinaryField()
    head = models.BinaryField()
    identity = models.BinaryField()
    # The receipt's public key, sealed apart from the head, whose length it would tell of.
    reporter_key = models.BinaryField(null=True)
    # Labels and links, sealed under the same key as the report.
    desk = models.BinaryField(null=True)
    assignee = models.ForeignKey(
        Recipient,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("worked on by"),
    )
    # Counts how often the key was changed; the reporter's key follows by `content_wrap`
    # in the first epoch and by a wrap to the receipt's own public key after it.
    epoch = models.PositiveIntegerField(default=1)
    is_key_due = models.BooleanField(_("needs a new key"), default=False)

    objects: ClassVar[TipQuerySet] = TipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        # By nothing that follows the order of filing within a day.
        ordering = ["-received_on", "reference"]
        permissions = [
            ("answer_tip", "Can work on a report"),
            ("take_tip", "Can take a report for somebody"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False) & ~Q(outcome="")
                | ~Q(state="closed") & Q(closed_on__isnull=True),
                name="reports_closed_has_day_and_outcome",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    def next_due_on(self) -> date:
        is_first = self.state in first_step_states()
        return self.forward_due_on if is_first else self.answer_due_on

    def is_answer_late(self, today: date) -> bool:
        return self.state not in ENDED and self.answer_due_on < today

    def is_first_step_late(self, today: date) -> bool:
        return self.state in first_step_states() and self.forward_due_on < today

    def days_left(self, today: date) -> int | None:
        """Return in how many days the case is erased, if that is decided."""
        return None if self.erase_on is None else (self.erase_on - today).days

    def warning_due(self, today: date) -> int | None:
        """Return of how many days before its erasure a warning is to be shown."""
        left = self.days_left(today)
        if left is None:
            return None
        return min((days for days in WARNING_DAYS if left <= days), default=None)


class WrapQuerySet(models.QuerySet["Wrap"]):
    def forget_words(self) -> None:
        """Take cases out of what their holders search; call it where words change.

        Keys first, then shards, each in one order: two who do this never wait for each
        other for ever.
        """
        rows = self.select_for_update(of=("self",)).order_by("pk")
        shards = [row for row in rows.values_list("shard", flat=True) if row]
        locked = SearchShard.objects.select_for_update().filter(pk__in=shards)
        list(locked.order_by("pk").values_list("pk"))
        # A trigger deletes the shards.
        self.filter(shard__in=shards).update(shard=None)


class Wrap(models.Model):
    """A key of a tip, wrapped to one person. No wrap, no reading."""

    class Purpose(models.TextChoices):
        CONTENT = "content", _("Report")
        IDENTITY = "identity", _("Identity, for custodians")
        DISCLOSURE = "disclosure", _("Identity, disclosed for a time")

    # Not a counter: it would tell the order of filing.
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="wraps")
    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    epoch = models.PositiveIntegerField(default=1)
    wrapped = models.BinaryField()
    # The same key under the holder's own root, written when they first open it: quick,
    # and no one who can only write to the database can put another key in its place.
    own = models.BinaryField(null=True)
    expires_on = models.DateField(null=True)
    # The shard in which the holder's search finds the case, while that shard exists.
    shard = models.UUIDField(null=True, editable=False)

    objects: ClassVar[WrapQuerySet] = WrapQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("wrapped key")
        verbose_name_plural = _("wrapped keys")
        constraints = [
            models.UniqueConstraint(
                fields=["tip", "recipient", "purpose"], name="reports_one_wrap_each"
            ),
            models.CheckConstraint(
                condition=Q(purpose="disclosure") | Q(expires_on__isnull=True),
                name="reports_only_disclosures_expire",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tip_id} {self.purpose}"


class Recusal(models.Model):
    """Who gave a case up for good: no grant gives it back to them."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="recusals")
    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("recusal")
        verbose_name_plural = _("recusals")
        constraints = [
            models.UniqueConstraint(
                fields=["tip", "recipient"], name="reports_one_recusal_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tip_id}"


class PrivateNote(models.Model):
    """What a recipient writes for themselves; sealed under their own root."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="private_notes")
    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="+")
    body = models.BinaryField()
    written_on = models.DateField(_("written on"))

    class Meta:
        verbose_name = _("private note")
        verbose_name_plural = _("private notes")
        ordering = ["tip", "written_on", "id"]

    def __str__(self) -> str:
        return f"{self.id}"


class SealedMessage(models.Model):
    """One turn of the conversation, or a note between the recipients of a tip."""

    class Side(models.TextChoices):
        REPORTER = "reporter", _("Reporter")
        STAFF = "staff", _("Staff")
        NOTE = "note", _("Note for colleagues")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField(_("number"))
    side = models.CharField(_("side"), max_length=10, choices=Side)
    body = models.BinaryField()
    written_on = models.DateField(_("written on"))

    class Meta:
        verbose_name = _("sealed message")
        verbose_name_plural = _("sealed messages")
        ordering = ["tip", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tip", "number"], name="reports_message_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tip_id} {self.number}"


class SealedFile(models.Model):
    """A file of the reporter; its name, size, type and key are in the sealed record."""

    id = models.UUIDField(primary_key=True, editable=False)
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="files")
    record = models.BinaryField()
    added_on = models.DateField(_("added on"))

    class Meta:
        verbose_name = _("sealed file")
        verbose_name_plural = _("sealed files")
        ordering = ["tip", "added_on", "id"]

    def __str__(self) -> str:
        return f"{self.id}"


class Disclosure(models.Model):
    """A recipient asks for the name, a custodian grants it for some days or refuses."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked for")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="disclosures")
    asked_by = models.ForeignKey(
        Recipient, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    reason = models.CharField(
        _("reason"),
        max_length=300,
        help_text=_("Why the name is needed; write nothing from the report here."),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.ASKED
    )
    asked_on = models.DateField(_("asked for on"))
    decided_by = models.ForeignKey(
        Recipient,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    expires_on = models.DateField(_("expires on"), null=True, blank=True)

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering = ["-asked_on", "-pk"]
        permissions = [("decide_disclosure", "Can grant or refuse a disclosure")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="granted", expires_on__isnull=False)
                | ~Q(state="granted") & Q(expires_on__isnull=True),
                name="reports_a_grant_expires",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=models.F("asked_by")),
                name="reports_nobody_grants_to_themselves",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}"


class Deletion(models.Model):
    """One recipient asks to erase a case before its time; another one decides."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tip = models.OneToOneField(Tip, models.CASCADE, related_name="deletion")
    asked_by = models.ForeignKey(Recipient, models.CASCADE, related_name="+")
    asked_on = models.DateField(_("asked for on"))

    class Meta:
        verbose_name = _("proposed erasure")
        verbose_name_plural = _("proposed erasures")

    def __str__(self) -> str:
        return f"{self.tip_id}"


class SpentProof(models.Model):
    """A form that was sent already. Kept until the day it would be refused as old."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    form = models.BinaryField(unique=True)
    forget_on = models.DateField()

    class Meta:
        verbose_name = _("spent form")
        verbose_name_plural = _("spent forms")

    def __str__(self) -> str:
        return f"{self.forget_on}"
