"""Write a course: outline by numbers, a preview in each language, publish."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from courses.forms import MediaForm, TextTrackForm
from courses.models import (
    Block,
    BlockText,
    Course,
    CourseVersion,
    Lesson,
    Media,
    Module,
    TextTrack,
)
from courses.outline import walk
from courses.outline_form import OutlineForm, states_of
from courses.services.outlining import reorder
from courses.services.publishing import (
    copy_recording,
    faults_to_publish,
    next_draft,
    publish_version,
)
from foundation.accounts.models import User
from foundation.languages import languages


def version_of(row: Any) -> CourseVersion | None:
    """Return the version that a row of content belongs to."""
    found: CourseVersion | None = None
    if isinstance(row, CourseVersion):
        found = row
    elif isinstance(row, Block):
        found = row.lesson.module.version
    elif isinstance(row, Lesson):
        found = row.module.version
    elif row is not None:
        found = row.version
    return found


class DraftOnly(admin.ModelAdmin[Any]):
    """What is published is read here and never edited: the database refuses as well."""

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        version = version_of(obj)
        is_draft = version is None or version.state == CourseVersion.State.DRAFT
        return is_draft and super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        version = version_of(obj)
        is_draft = version is not None and version.state == CourseVersion.State.DRAFT
        return is_draft and super().has_delete_permission(request, obj)


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin[Course]):
    list_display = ["slug", "audience", "is_demo"]
    list_filter = ["audience"]
    search_fields = ["slug"]

    def has_delete_permission(
        self, request: HttpRequest, obj: Course | None = None
    ) -> bool:
        return False


class ModuleInline(admin.TabularInline[Module, CourseVersion]):
    model = Module
    extra = 0
    show_change_link = True


class LessonInline(admin.TabularInline[Lesson, Module]):
    model = Lesson
    extra = 0
    show_change_link = True


class BlockInline(admin.TabularInline[Block, Lesson]):
    model = Block
    extra = 0
    fields = ["position", "kind", "is_required", "group", "media", "quiz"]
    show_change_link = True


class BlockTextInline(admin.StackedInline[BlockText, Block]):
    model = BlockText
    extra = 0


class TextTrackInline(admin.StackedInline[TextTrack, Media]):
    model = TextTrack
    form = TextTrackForm
    extra = 0


@admin.register(CourseVersion)
class CourseVersionAdmin(DraftOnly):
    list_display = ["course", "number", "state", "published_at", "preview_link"]
    list_filter = ["state", "course"]
    inlines = [ModuleInline]
    readonly_fields = [
        "state",
        "published_at",
        "content_sha256",
        "outline_link",
        "preview_link",
    ]
    actions = ["publish", "make_draft"]

    @admin.display(description=_("Preview"))
    def preview_link(self, version: CourseVersion) -> str:
        if version.pk is None:
            return ""
        address = reverse("admin:courses_courseversion_preview", args=[version.pk])
        return format_html('<a href="{}">{}</a>', address, _("Preview"))

    @admin.display(description=_("Outline"))
    def outline_link(self, version: CourseVersion) -> str:
        if version.pk is None:
            return ""
        address = reverse("admin:courses_courseversion_outline", args=[version.pk])
        return format_html('<a href="{}">{}</a>', address, _("Outline"))

    def get_urls(self) -> list[URLPattern]:
        outline = path(
            "<int:object_id>/outline/",
            self.admin_site.admin_view(self.outline),
            name="courses_courseversion_outline",
        )
        preview = path(
            "<int:object_id>/preview/",
            self.admin_site.admin_view(self.preview),
            name="courses_courseversion_preview",
        )
        return [outline, preview, *super().get_urls()]

    def outline(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show modules, lessons and blocks with numbers that put them in order."""
        version = get_object_or_404(CourseVersion, pk=object_id)
        if not self.has_view_permission(request, version):
            return HttpResponse(status=403)
        may_change = self.has_change_permission(request, version)
        if request.method == "POST" and not may_change:
            return HttpResponse(status=403)
        form = OutlineForm(request.POST or None, version=version)
        for field in form.fields.values():
            field.disabled = not may_change
        if request.method == "POST" and form.is_valid():
            try:
                reorder(version=version, places=form.places(), homes=form.homes())
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return redirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": str(version),
            "version": version,
            "form": form,
            "lines": form.lines(),
            "may_change": may_change,
        }
        return render(request, "admin/courses/outline.html", context)

    def preview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show a version as its learners will see it, and what stands in the way."""
        version = get_object_or_404(CourseVersion, pk=object_id)
        if not self.has_view_permission(request, version):
            return HttpResponse(status=403)
        asked = request.GET.get("language", "")
        language = asked if asked in languages() else languages()[0]
        blocks = Block.objects.filter(lesson__module__version=version)
        blocks = blocks.select_related("lesson__module", "quiz").prefetch_related(
            "texts"
        )
        ordered = blocks.order_by(
            "lesson__module__position", "lesson__position", "position"
        )
        faults = faults_to_publish(version) if version.state == "draft" else []
        with override(language):
            shown = [
                {
                    "block": block,
                    "text": block.text,
                    "states": states_of(block),
                    "scenario": walk(block, []) if block.kind == "scenario" else None,
                }
                for block in ordered
            ]
        context = {
            **self.admin_site.each_context(request),
            "title": str(version),
            "version": version,
            "language": language,
            "languages": languages(),
            "faults": faults,
            "shown": shown,
        }
        return render(request, "admin/courses/preview.html", context)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("courses.publish_courseversion")

    @admin.action(description=_("Publish"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[CourseVersion]) -> None:
        assert isinstance(request.user, User)
        for version in queryset:
            try:
                publish_version(version=version, by=request.user)
            except ValidationError as error:
                self.message_user(request, "; ".join(error.messages), messages.ERROR)
            else:
                self.message_user(request, str(version), messages.SUCCESS)

    @admin.action(
        description=_("Make a draft of the next version"), permissions=["add"]
    )
    def make_draft(
        self, request: HttpRequest, queryset: QuerySet[CourseVersion]
    ) -> None:
        for version in queryset:
            try:
                draft = next_draft(version=version)
            except ValidationError as error:
                self.message_user(request, "; ".join(error.messages), messages.ERROR)
            else:
                self.message_user(request, str(draft), messages.SUCCESS)


@admin.register(Module)
class ModuleAdmin(DraftOnly):
    list_display = ["title", "version", "position"]
    list_filter = ["version"]
    inlines = [LessonInline]


@admin.register(Lesson)
class LessonAdmin(DraftOnly):
    list_display = ["title", "module", "position"]
    list_filter = ["module__version"]
    inlines = [BlockInline]


@admin.register(Block)
class BlockAdmin(DraftOnly):
    list_display = ["lesson", "position", "kind", "is_required", "translated"]
    list_filter = ["lesson__module__version", "kind"]
    inlines = [BlockTextInline]

    @admin.display(description=_("Finished texts"))
    def translated(self, block: Block) -> str:
        ready = block.texts.filter(state=BlockText.State.READY)
        return ", ".join(sorted(ready.values_list("language", flat=True)))


@admin.register(Media)
class MediaAdmin(admin.ModelAdmin[Media]):
    form = MediaForm
    list_display = ["__str__", "language", "file", "versions"]
    inlines = [TextTrackInline]
    actions = ["copy"]

    def has_change_permission(
        self, request: HttpRequest, obj: Media | None = None
    ) -> bool:
        """Let nobody edit what the database would refuse to change."""
        if obj is not None and obj.is_published():
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Media | None = None
    ) -> bool:
        if obj is not None and obj.is_published():
            return False
        return super().has_delete_permission(request, obj)

    @admin.display(description=_("Versions"))
    def versions(self, media: Media) -> str:
        found = CourseVersion.objects.filter(modules__lessons__blocks__media=media)
        return ", ".join(str(version) for version in found.distinct())

    @admin.action(
        description=_("Copy, to correct the captions for the next version"),
        permissions=["add"],
    )
    def copy(self, request: HttpRequest, queryset: QuerySet[Media]) -> None:
        for media in queryset:
            copied = copy_recording(media=media)
            self.message_user(request, str(copied), messages.SUCCESS)
