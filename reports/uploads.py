"""Files arrive here and touch the disk only as ciphertext.

Django's own handler writes files above 2.5 MB in plaintext into the temporary folder;
no page of this room uses it.
"""

import os
import shutil
from io import FileIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.utils import timezone

from reports.crypto import FileSealer, new_key

FIELD = "file"


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "tips"


def path_of(file: UUID) -> Path:
    return folder() / file.hex


class SealedUpload(UploadedFile):  # type: ignore[type-arg]  # generic in stubs only
    """A file that lies sealed on the disk; its key is only here."""

    def __init__(self, record: dict[str, Any]) -> None:
        super().__init__(None, "file", record["type"], record["size"])
        self.record = record

    def close(self) -> None:
        """Django closes what came of a form that broke off; here nothing is open."""


class SealedUploadHandler(FileUploadHandler):
    """Seal each chunk as it comes; nothing of a refused or broken upload stays."""

    chunk_size = 64 * 1024
    refused = ""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._whole: list[UUID] = []
        self._is_read = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._sink: FileIO | None = None
        if self.field_name != FIELD:
            raise SkipFile
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(folder()).free < settings.TIP_FREE_BYTES:
            self.refused = "full"
            raise SkipFile
        self._file, self._key = uuid4(), new_key()
        descriptor = os.open(
            path_of(self._file), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600
        )
        self._sink = FileIO(descriptor, "w")
        self._sealer = FileSealer(self._key, self._file, self._sink)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._sealer.size + len(raw_data) > settings.TIP_FILE_BYTES:
            self.refused = "large"
            self.upload_interrupted()
            raise SkipFile
        self._sealer.write(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload | None:
        if self._sink is None:
            return None
        self._sealer.finish()
        self._sink.close()
        self._sink = None
        blur_time(path_of(self._file))
        self._whole.append(self._file)
        return SealedUpload(
            {
                "id": str(self._file),
                "key": self._key.hex(),
                "name": self.file_name or "",
                "type": self.content_type or "",
                "size": self._sealer.size,
            }
        )

    def upload_interrupted(self) -> None:
        if getattr(self, "_sink", None) is not None:
            assert self._sink is not None
            self._sink.close()
            self._sink = None
            path_of(self._file).unlink(missing_ok=True)

    def upload_complete(self) -> None:
        self._is_read = True

    def tidy(self) -> None:
        """Leave nothing of a form that did not come to its end, whole files neither."""
        self.upload_interrupted()
        for file in [] if self._is_read else self._whole:
            path_of(file).unlink(missing_ok=True)


def blur_time(path: Path) -> None:
    """Leave the day of the upload and take its hour away."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    os.utime(path, (midnight.timestamp(), midnight.timestamp()))
