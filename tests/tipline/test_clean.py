"""What a tipster sends comes out as the same picture or pages with nothing about who made it; or is refused."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.tips.clean import MOST_BYTES, Unclean, clean
from tests.tipline import files
from tests.tipline.files import CANARY, THUMB, drawing

HARD = {"exif", "gps", "camera", "time", "author", "xmp"}


@pytest.mark.parametrize(
    ("made", "mime", "removed"),
    [
        (files.jpeg, "image/jpeg", HARD | {"comment"}),
        (files.png, "image/png", HARD | {"comment"}),
        (files.webp, "image/jpeg", HARD),
        (files.heic, "image/jpeg", HARD),
    ],
    ids=["jpeg", "png", "webp", "heic"],
)
def test_a_picture_loses_all_but_its_pixels(made: Callable[[], bytes], mime: str, removed: set[str]) -> None:
    data = made()
    assert CANARY.encode() in data or mime == "image/png"
    cleaned = clean(data)
    assert (cleaned.mime, cleaned.kind, set(cleaned.removed)) == (mime, "image", removed)
    _bare(cleaned.data)
    with Image.open(io.BytesIO(cleaned.data)) as picture:
        assert (picture.getexif(), picture.info.get("xmp"), getattr(picture, "text", {})) == (Image.Exif(), None, {})
        expected = (640, 480) if mime == "image/jpeg" and made is files.heic else (480, 640)  # turned as the EXIF said
        assert picture.size in (expected, (480, 640))
        red, green, blue = picture.convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    assert all(isinstance(one, int | float) for one in (red, green, blue))


def _bare(data: bytes) -> None:
    for trace in (CANARY.encode(), CANARY.encode("utf-16-le"), THUMB, b"Exif\0\0", b"http://ns.adobe.com", b"GPS"):
        assert trace not in data


def test_pixels_stay_what_they_were() -> None:
    out = io.BytesIO()
    drawing().save(out, "PNG")
    with Image.open(io.BytesIO(clean(out.getvalue()).data)) as picture:
        assert picture.tobytes() == drawing().tobytes()
    assert clean(out.getvalue()).removed == ()


def test_a_thumbnail_goes_with_the_exif() -> None:
    data = files.jpeg(exif=files.exif_with_thumbnail())
    assert THUMB in data
    cleaned = clean(data)
    assert "thumbnail" in cleaned.removed
    _bare(cleaned.data)


def test_a_phone_that_appends_a_film_is_not_refused() -> None:
    cleaned = clean(files.jpeg() + b"\0\0\0\x18ftypmp42" + CANARY.encode() * 100)
    assert "trailer" in cleaned.removed
    _bare(cleaned.data)


def test_a_second_picture_in_the_file_is_left_behind() -> None:
    out = io.BytesIO()
    drawing().save(out, "MPO", save_all=True, append_images=[drawing((320, 240))])
    cleaned = clean(out.getvalue())
    assert {"frames", "thumbnail", "trailer"} & set(cleaned.removed)
    with Image.open(io.BytesIO(cleaned.data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (640, 480))


def test_a_document_keeps_its_pages_and_nothing_else() -> None:
    data = files.pdf()
    cleaned = clean(data)
    assert (cleaned.mime, cleaned.kind) == ("application/pdf", "document")
    assert set(cleaned.removed) >= {"author", "xmp", "attachments", "scripts", "notes", "pictures"}
    with pikepdf.open(io.BytesIO(cleaned.data)) as opened:
        assert len(opened.pages) == 2
        assert set(opened.Root.keys()) <= {"/Type", "/Pages"}
        assert "/Info" not in opened.trailer
        whole = b"".join(bytes(one.read_bytes()) for one in opened.objects if isinstance(one, pikepdf.Stream)
                         and one.get("/Subtype") != pikepdf.Name.Image)  # fmt: skip
        raw = [one.read_raw_bytes() for one in opened.objects if isinstance(one, pikepdf.Stream)]
    for part in (cleaned.data, whole, *raw):
        _bare(part)
    with Image.open(io.BytesIO(max(raw, key=len))) as picture:
        assert picture.size == (640, 480)


def test_the_same_document_twice_has_the_same_bytes() -> None:
    data = files.pdf()
    assert clean(data).data == clean(data).data


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "hello")
    return out.getvalue()


def _locked() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(files.pdf())) as opened:
        opened.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("empty", lambda: b""),
    "too large": ("large", lambda: files.jpeg() + b"\0" * MOST_BYTES),
    "text": ("type", lambda: "您好".encode()),
    "gif": ("type", lambda: b"GIF89a" + b"\0" * 100),
    "svg": ("type", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "zip": ("type", _zip),
    "film": ("type", lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 100),
    "program": ("type", lambda: b"MZ" + b"\0" * 100),
    "half a jpeg": ("broken", lambda: files.jpeg()[: len(files.jpeg()) // 2]),
    "half a png": ("broken", lambda: files.png()[: len(files.png()) // 2]),
    "half a webp": ("broken", lambda: files.webp()[: len(files.webp()) // 2]),
    "half a heic": ("broken", lambda: files.heic()[: len(files.heic()) // 2]),
    "half a pdf": ("broken", lambda: files.pdf()[: len(files.pdf()) // 2]),
    "a beginning only": ("broken", lambda: b"\x89PNG\r\n\x1a\n"),
    "jpeg and zip": ("polyglot", lambda: files.jpeg() + _zip()),
    "png and zip": ("polyglot", lambda: files.png() + _zip()),
    "pdf and zip": ("polyglot", lambda: files.pdf() + _zip()),
    "webp and rar": ("polyglot", lambda: files.webp() + b"Rar!\x1a\x07\x01\x00"),
    "jpeg and page": ("polyglot", lambda: files.jpeg() + b"<html><script>alert(1)</script>"),
    "page inside jpeg": ("polyglot", lambda: files.jpeg(comment=b"<script>alert(1)</script>", exif=b"", xmp=b"")),
    "jpeg and pdf": ("polyglot", lambda: files.jpeg(exif=b"", xmp=b"", comment=b"%PDF-1.4\n1 0 obj")),
    "jpeg before pdf": ("polyglot", lambda: files.jpeg() + files.pdf()),
    "locked pdf": ("locked", _locked),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_and_why(name: str) -> None:
    reason, made = REFUSED[name]
    with pytest.raises(Unclean) as refused:
        clean(made())
    assert refused.value.reason == reason


BOMBS = """
import sys, time
from bot.tips.clean import Unclean, clean
import bot.tips.clean_image
data = sys.stdin.buffer.read()
began = time.process_time()
try:
    clean(data)
    print("taken")
except Unclean as refused:
    print(refused.reason)
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.process_time() - began, peak)
"""


@pytest.mark.parametrize("bomb", [files.png_bomb, files.webp_bomb, files.heic_bomb])
def test_a_bomb_is_refused_before_it_goes_off(bomb: Callable[[], bytes]) -> None:
    """10 000 x 10 000 pixels: in under two seconds of computing and 200 MB, the interpreter included."""
    reason, seconds, kilobytes = _in_a_process(bomb())
    assert reason == "bomb"
    assert seconds < 2
    assert kilobytes < 200 * 1024


def _in_a_process(data: bytes) -> tuple[str, float, int]:
    """What became of it, in how many seconds, and the most memory that the process ever had."""
    done = subprocess.run([sys.executable, "-c", BOMBS], input=data, capture_output=True, check=True)
    reason, seconds, kilobytes = done.stdout.decode().split()
    return reason, float(seconds), int(kilobytes)


def test_a_large_photo_is_taken_in_bounded_memory() -> None:
    """A JPEG of 100 megapixels is decoded at a fraction of its size."""
    reason, seconds, kilobytes = _in_a_process(files.jpeg_of_100_megapixels())
    assert reason == "taken"
    assert seconds < 4
    assert kilobytes < 200 * 1024


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["jpeg", "png", "webp", "pdf"]), st.data())
def test_whatever_bytes_come_they_are_cleaned_or_refused(kind: str, data: st.DataObject) -> None:
    """Flipped and missing bytes never raise anything else, and what comes out is bare."""
    whole = bytearray(getattr(files, kind)())
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        cleaned = clean(bytes(whole[: data.draw(st.integers(1, len(whole)))]))
    except Unclean:
        return
    _bare(cleaned.data)
