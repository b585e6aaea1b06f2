"""Validates sheet music against the schema of MusicXML 4.0.

    pip install lxml musicxml xmlschema
    cargo run --release --example engrave -- /tmp/pages pieces/*.mid path/to/piano-midi.de/*/*.[mM][iI][dD]
    python tests/music/notation/schema.py /tmp/pages

The schema is the one that the W3C published in June 2021 (Version 4.0), as the package `musicxml` of
PyPI has it; the two schemas that it imports come with `xmlschema`. Some seconds for 300 pieces.
"""

import importlib.util
import pathlib
import sys
import tempfile

from lxml import etree


def package(name):
    return pathlib.Path(importlib.util.find_spec(name).origin).parent


def schema():
    sources = {
        "musicxml.xsd": package("musicxml") / "generate_classes" / "musicxml_4_0.xsd",
        "xlink.xsd": package("xmlschema") / "schemas" / "XLINK" / "xlink.xsd",
        "xml.xsd": package("xmlschema") / "schemas" / "XML" / "xml.xsd",
    }
    # They name each other by their addresses in the web; here they lie side by side.
    with tempfile.TemporaryDirectory() as folder:
        for name, source in sources.items():
            document = etree.parse(source)
            for element in document.getroot().iterchildren("{*}import"):
                address = element.get("schemaLocation")
                element.set("schemaLocation", address.rsplit("/", 1)[1])
            document.write(pathlib.Path(folder) / name)
        return etree.XMLSchema(etree.parse(pathlib.Path(folder) / "musicxml.xsd"))


if __name__ == "__main__":
    pages = sorted(pathlib.Path(sys.argv[1]).glob("*.musicxml"))
    assert pages, "no pages; see the top of this file"
    schema = schema()
    # A schema that finds no fault with anything would find none with a page.
    spoiled = etree.parse(pages[0])
    pitch = next(spoiled.iter("pitch"))
    pitch.append(pitch[0])
    assert not schema.validate(spoiled), "the octave stands before the step"
    faults = 0
    for page in pages:
        if not schema.validate(etree.parse(page)):
            faults += 1
            print(f"{page.name}: {schema.error_log[0]}", flush=True)
    print(f"{len(pages)} pieces, {faults} not valid")
    sys.exit(1 if faults else 0)
