"""Clean copies of videos and sound show and tell the same, and nothing of who recorded."""

import tracemalloc
from io import BytesIO

import av
import numpy as np
import pytest

from reports import cleaning
from reports.cleaning.recordings import clean_recording
from tests.reports.test_cleaning import AUTHOR, CAMERA, stored

PLACE = "+51.1667+071.4333/"
TOLD = {
    "artist": AUTHOR,
    "comment": AUTHOR,
    "make": CAMERA,
    "com.apple.quicktime.model": CAMERA,
    "location": PLACE,
    "creation_time": "2026-01-02T03:04:05Z",
}
FRAMES = 20
# How it is packed, its pictures, its sound, how the copy's name ends.
RECORDINGS = {
    "mp4": ("mp4", "libx264", "aac", ".mp4"),
    "hevc": ("mov", "libx265", "aac", ".mp4"),
    "hevc in mkv": ("matroska", "libx265", "aac", ".mkv"),
    "mov": ("mov", "libx264", "pcm_s16le", ".mp4"),
    "m4a": ("mp4", None, "aac", ".m4a"),
    "mkv": ("matroska", "libx264", "aac", ".mkv"),
    "webm": ("webm", "libvpx", "libopus", ".webm"),
    "ogg": ("ogg", None, "libopus", ".ogg"),
    "mp3": ("mp3", None, "libmp3lame", ".mp3"),
    "wav": ("wav", None, "pcm_s16le", ".wav"),
}


def recording(form="mp4", pictures="libx264", sound="aac", seconds=1, attached=None):
    sink = BytesIO()
    options = {"movflags": "use_metadata_tags"} if form in ("mp4", "mov") else {}
    with av.open(sink, "w", format=form, options=options) as file:
        file.metadata.update(TOLD)
        if attached:
            file.add_attachment("inner.txt", "text/plain", attached)
        seen = screen(file, pictures) if pictures else None
        heard = file.add_stream(sound, rate=48000)
        heard.metadata["title"] = AUTHOR
        if seen:
            fill(file, seen, red())
        fill(file, heard, [hum(seconds)])
    return sink.getvalue()


def screen(file, codec):
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    stream = file.add_stream(codec, rate=10, options=quiet)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    stream.metadata["handler_name"] = AUTHOR
    return stream


def fill(file, stream, frames):
    for frame in [*frames, None]:
        file.mux(stream.encode(frame))


def red():
    pixels = np.full((48, 64, 3), (200, 30, 30), dtype=np.uint8)
    for number in range(FRAMES):
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts = number
        yield frame


def hum(seconds):
    wave = np.full((1, seconds * 48000), 0.1, dtype=np.float32)
    frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
    frame.sample_rate, frame.pts = 48000, 0
    return frame


def shown(content):
    """Return the bytes of all pictures and of all sound."""
    with av.open(BytesIO(content)) as file:
        frames = list(file.decode())
    pictures = [
        f.to_ndarray().tobytes() for f in frames if isinstance(f, av.VideoFrame)
    ]
    sounds = [f.to_ndarray().tobytes() for f in frames if isinstance(f, av.AudioFrame)]
    return pictures, b"".join(sounds)


@pytest.mark.parametrize("kind", RECORDINGS)
def test_a_clean_copy_shows_and_sounds_the_same_and_names_nobody(kind):
    *how, suffix = RECORDINGS[kind]
    content = recording(*how)
    assert AUTHOR.encode() in content

    copy = clean_recording(content)

    for secret in (AUTHOR, CAMERA, PLACE, "2026-01-02"):
        assert secret.encode() not in copy.content
        assert secret.encode("utf-16-le") not in copy.content
    with av.open(BytesIO(copy.content)) as file:
        assert not {"creation_time", "location"} & file.metadata.keys()
    assert ("author", AUTHOR) in copy.found
    assert copy.suffix == suffix
    assert shown(copy.content) == shown(content)


@pytest.mark.parametrize("kind", ["mp4", "mov"])
def test_the_reporter_sees_place_device_and_time_of_a_video(kind):
    found = clean_recording(recording(*RECORDINGS[kind][:3])).found

    assert ("place", PLACE) in found
    assert ("device", CAMERA) in found
    assert ("time", "2026-01-02T03:04:05") in found


@pytest.mark.parametrize(
    ("kind", "codec"), [("mp4", b"x264"), ("hevc", b"x265"), ("hevc in mkv", b"x265")]
)
def test_what_an_encoder_writes_between_the_pictures_is_gone(kind, codec):
    content = recording(*RECORDINGS[kind][:3])
    assert codec in content

    assert codec not in clean_recording(content).content


def test_a_video_filmed_upright_stays_upright():
    level = b"\0\1\0\0" + bytes(12) + b"\0\1\0\0" + bytes(12) + b"\x40\0\0\0"
    upright = (
        bytes(4) + b"\0\1\0\0" + bytes(4) + b"\xff\xff\0\0" + bytes(16) + b"\x40\0\0\0"
    )
    head, track, rest = recording().partition(b"tkhd")
    content = head + track + rest.replace(level, upright, 1)

    turned = [rotation(content), rotation(clean_recording(content).content)]

    assert turned[0] == turned[1] != 0


def rotation(content):
    with av.open(BytesIO(content)) as file:
        return next(file.decode(video=0)).rotation


def test_a_file_within_a_video_is_told_and_left_out():
    content = recording("matroska", attached=b"Secretinner")

    copy = clean_recording(content)

    assert b"Secretinner" not in copy.content
    assert ("description", "") in copy.found


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["mp4", "webm", "ogg", "mp3"])
def test_a_recording_cut_short_is_failed_or_cleaned(kind, part):
    content = recording(*RECORDINGS[kind][:3])

    record = cleaning.with_clean_copy(stored(content[: int(len(content) * part)]))

    assert record["state"] in ("failed", "clean")


def test_a_long_recording_is_cleaned_without_being_whole_in_the_portals_memory(
    monkeypatch,
):
    monkeypatch.setattr(cleaning, "LONGEST_OTHER", 10)
    content = recording("wav", None, "pcm_s16le", seconds=120)
    record, size = stored(content, "talk.wav"), len(content)
    del content

    tracemalloc.start()
    try:
        record = cleaning.with_clean_copy(record)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert record["state"] == "clean"
    assert record["clean"]["name"] == "talk-clean.wav"
    assert abs(record["clean"]["size"] - size) < 1000
    assert peak < size / 4
