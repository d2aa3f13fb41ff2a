"""Reads the text of each page of a PDF that Chromium wrote; no other PDF is meant.

Glyphs are looked up in the fonts' own tables; texts come in the order of painting.
"""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
NAMED = re.compile(rb"/(\w+) (\d+) 0 R")
HEX = re.compile(rb"<([0-9A-Fa-f]+)>")
TOKEN = re.compile(
    rb"/(\w+) [\d.]+ Tf|((?:<[0-9A-Fa-f]*>|\[[^\]]*\]) *T[jJ])|/(\w+) Do"
)


def read_pages(data: bytes) -> list[str]:
    """Give the text of each page, without the spaces between glyphs."""
    objects = {int(number): body for number, body in OBJECT.findall(data)}
    pages = [
        body
        for _, body in sorted(objects.items())
        if re.search(rb"/Type\s*/Page\b", body)
    ]
    painted = [int(re.search(rb"/Contents (\d+)", body)[1]) for body in pages]
    return [
        _text(objects, body, _stream(objects[content]))
        for body, content in zip(pages, painted, strict=True)
    ]


def _stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    return zlib.decompress(found[1]) if found else b""


def _text(objects: dict[int, bytes], owner: bytes, content: bytes) -> str:
    """Read a page or a form that it paints."""
    named = {
        name: int(number)
        for kind in (b"Font", b"XObject")
        for group in re.findall(rb"/" + kind + rb"\s*<<(.*?)>>", owner, re.DOTALL)
        for name, number in NAMED.findall(group)
    }
    said, glyphs = [], {}
    for font, shown, form in TOKEN.findall(content):
        if font:
            glyphs = _glyphs(objects, objects[named[font]])
        elif shown:
            codes = b"".join(HEX.findall(shown))
            size = len(next(iter(glyphs), b"00"))
            said += [
                glyphs.get(codes[at : at + size], "")
                for at in range(0, len(codes), size)
            ]
        elif b"/Form" in objects[named[form]]:
            body = objects[named[form]]
            said.append(_text(objects, body, _stream(body)))
    return "".join(said)


def _glyphs(objects: dict[int, bytes], font: bytes) -> dict[bytes, str]:
    found = re.search(rb"/ToUnicode (\d+)", font)
    table = _stream(objects[int(found[1])]) if found else b""
    glyphs = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        codes = HEX.findall(block)
        for code, text in zip(codes[::2], codes[1::2], strict=True):
            glyphs[code.upper()] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        codes = HEX.findall(block)
        for first, last, text in zip(codes[::3], codes[1::3], codes[2::3], strict=True):
            for step in range(int(last, 16) - int(first, 16) + 1):
                code = b"%0*X" % (len(first), int(first, 16) + step)
                glyphs[code] = chr(int(text, 16) + step)
    return glyphs
