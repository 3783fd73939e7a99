"""A voice that is silent, for as long as it would speak: what it makes of SSML."""

import json
from xml.parsers import expat

# What neural voices know.
TAGS = {
    "speak", "break", "lang", "mark", "p", "phoneme", "prosody", "s", "say-as", "sub", "w", "amazon:domain", "amazon:effect",
}
# Milliseconds: of a syllable in Hangul, of any other character, between sentences and paragraphs, of a break of no length.
SYLLABLE, CHARACTER, PAUSE, BREAK = 180, 65, {"s": 300, "p": 600}, 500
# A frame of MP3, of 24 ms: MPEG-2, layer III, 24 kHz, one channel, 48 kbit/s. Nothing of it is used by sound.
FRAME, FRAME_MS = bytes([0xFF, 0xF3, 0x64, 0xC4]) + bytes(140), 24


class InvalidSsml(Exception):
    """It cannot be read."""


class Speech:
    """What was read: how many characters are spoken, how long that takes, and where the marks are."""

    def __init__(self, ssml):
        self.characters, self.milliseconds, self.marks = 0, 0, []
        self._parser = parser = expat.ParserCreate()
        self._open = []
        parser.StartElementHandler, parser.EndElementHandler = self._begins, self._ends
        parser.CharacterDataHandler = self._says
        # No voice knows what is declared there.
        parser.StartDoctypeDeclHandler = self._declares
        self._bytes = ssml.encode()
        try:
            parser.Parse(self._bytes, True)
        except expat.ExpatError as error:
            raise InvalidSsml(str(error)) from error

    def mp3(self):
        return FRAME * (self.milliseconds // FRAME_MS + 1)

    def lines(self):
        return "".join(json.dumps(mark) + "\n" for mark in self.marks).encode()

    def _begins(self, name, attributes):
        if name not in TAGS or (name == "speak") == bool(self._open):
            raise InvalidSsml(f"<{name}> is not known here")
        self._open.append(name)
        if name == "break":
            self.milliseconds += _length(attributes.get("time"))
        elif name == "mark":
            start = self._parser.CurrentByteIndex
            end = self._bytes.index(b">", start) + 1
            value = attributes.get("name", "")
            self.marks.append(
                {"time": self.milliseconds, "type": "ssml", "start": start, "end": end, "value": value}
            )

    def _ends(self, name):
        self._open.pop()
        self.milliseconds += PAUSE.get(name, 0)

    def _says(self, text):
        self.characters += len(text)
        self.milliseconds += sum(SYLLABLE if "가" <= character <= "힣" else CHARACTER for character in text)

    def _declares(self, *_):
        raise InvalidSsml("a document type is declared")


def _length(time):
    """Of a break, in milliseconds."""
    try:
        match time:
            case None:
                return BREAK
            case str() if time.endswith("ms"):
                return int(time[:-2])
            case str() if time.endswith("s"):
                return int(float(time[:-1]) * 1000)
    except ValueError:
        pass
    raise InvalidSsml(f"a break of {time}")
