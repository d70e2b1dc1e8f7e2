"""Videos and sound are packed anew: pictures and sound as they were, nothing beside them.

Nothing is encoded again, so that what a phone filmed loses no quality and the copy is
made in a second.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream

from reports.cleaning.found import Cleaned, Found, reader_of

# A recording's reader → what writes the copy, how its name ends, its type.
PACKINGS = {
    "mov": ("mp4", ".mp4", "video/mp4"),
    "matroska": ("matroska", ".mkv", "video/x-matroska"),
    "ogg": ("ogg", ".ogg", "audio/ogg"),
    "mp3": ("mp3", ".mp3", "audio/mpeg"),
    "wav": ("wav", ".wav", "audio/wav"),
    "amr": ("amr", ".amr", "audio/amr"),
}
SOUND_ALONE = ("ipod", ".m4a", "audio/mp4")
OLD_PHONES = ("3gp", ".3gp", "video/3gpp")
OLD_SOUND = {"amrnb", "amrwb"}
BROWSERS = ("webm", ".webm", "video/webm")
BROWSER_CODECS = {"vp8", "vp9", "av1", "opus", "vorbis"}
# Messages between the pictures, in which encoders and cameras write about themselves:
# the numbers of their units.
MESSAGES = {"h264": (6,), "hevc": (39, 40)}
START = re.compile(rb"\x00*\x00\x00\x01")
OPTIONS = {"mp3": {"id3v2_version": "0"}}

TAGS = {
    "location": "place",
    "make": "device",
    "model": "device",
    "device": "device",
    "artist": "author",
    "author": "author",
    "album_artist": "author",
    "copyright": "author",
    "encoder": "program",
    "software": "program",
    "encoded_by": "author",
    "version": "program",
    "creation_time": "time",
    "creationdate": "time",
    "date": "time",
    "title": "text",
    "comment": "text",
    "description": "text",
    "iso6709": "place",
}
SHOWN = ("video", "audio")
# So much of a time is read: 2026-01-02T03:04:05.
SECOND = 19


def clean_recording(content: bytes) -> Cleaned:
    reader = reader_of(content)
    try:
        with av.open(BytesIO(content), "r", format=reader) as source:
            found = _found(source)
            form, suffix, kind = _packing(source, reader)
            sink = BytesIO()
            options = {"fflags": "+bitexact", **OPTIONS.get(form, {})}
            with av.open(sink, "w", format=form, options=options) as copy:
                _pack(source, copy)
    except av.FFmpegError as error:
        raise ValueError from error
    return Cleaned(sink.getvalue(), suffix, kind, found)


def _packing(source: InputContainer, reader: str) -> tuple[str, str, str]:
    codecs = {stream.codec_context.name for stream in _shown(source)}
    if reader == "matroska" and codecs <= BROWSER_CODECS:
        return BROWSERS
    if reader == "mov" and codecs & OLD_SOUND:
        return OLD_PHONES
    if reader == "mov" and not source.streams.video:
        return SOUND_ALONE
    return PACKINGS[reader]


def _shown(source: InputContainer) -> Iterator[Stream]:
    """Give what is seen and heard: no cover, subtitle, position or attached file."""
    for stream in source.streams:
        is_cover = bool(stream.disposition & Disposition.attached_pic)
        if stream.type in SHOWN and not is_cover:
            yield stream


def _pack(source: InputContainer, copy: OutputContainer) -> None:
    ways = {stream.index: _way(stream, copy) for stream in _shown(source)}
    if not ways:
        raise ValueError
    for packet in source.demux():
        if packet.stream.index in ways:
            for kept in _through(ways[packet.stream.index], packet):
                copy.mux(kept)


Way = tuple[Stream, BitStreamFilterContext | None]


def _way(stream: Stream, copy: OutputContainer) -> Way:
    new = copy.add_stream_from_template(stream)
    new.metadata.clear()
    codec = stream.codec_context.name
    units = MESSAGES.get(codec)
    if not units:
        return new, None
    types = "|".join(map(str, units))
    messages = BitStreamFilterContext(f"filter_units=remove_types={types}", stream, new)
    if codec == "hevc":
        # The filter leaves the head of the stream as it is, but in plain form.
        head = new.codec_context.extradata or b""
        new.codec_context.extradata = _without(units, head)
    return new, messages


def _without(units: tuple[int, ...], head: bytes) -> bytes:
    """Return the head of an HEVC stream (ITU-T H.265, annex B) without such units."""
    parts = START.split(head)[1:]
    kept = (part for part in parts if part and (part[0] >> 1) & 0x3F not in units)
    return b"".join(b"\0\0\0\1" + part for part in kept)


def _through(way: Way, packet: "Packet[Any]") -> Iterator["Packet[Any]"]:
    stream, messages = way
    if not packet.size:  # the reader's sign that the end is reached
        return
    for kept in messages.filter(packet) if messages else [packet]:
        kept.stream = stream
        yield kept


def _found(source: InputContainer) -> Found:
    tags = [source.metadata, *(stream.metadata for stream in source.streams)]
    found = [
        (kind, value.strip()[:SECOND] if kind == "time" else value.strip())
        for one in tags
        for key, value in one.items()
        if (kind := TAGS.get(_plain(key))) and value.strip()
    ]
    if any(stream.type not in SHOWN for stream in source.streams):
        found.append(("description", ""))
    if len(list(_shown(source))) < sum(s.type in SHOWN for s in source.streams):
        found.append(("preview", ""))
    return list(dict.fromkeys(found))


def _plain(key: str) -> str:
    """Return "make" of "com.apple.quicktime.make", "location" of "location-eng"."""
    return key.lower().rpartition(".")[2].partition("-")[0]
