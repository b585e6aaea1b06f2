"""Reads sheet music back with music21 and compares it, note by note, with what was written.

    pip install music21 mido
    cargo run --release --example engrave -- /tmp/pages pieces/*.mid path/to/piano-midi.de/*/*.[mM][iI][dD]
    python tests/music/notation/round_trip.py /tmp/pages

For each piece the example writes NAME.musicxml and NAME.mid, which is what stands on the page as
MIDI, 10 ticks to the 48th of a quarter. Of every note pitch, beginning and length in 48ths must be
the same in both, tied notes joined; every grace note must be found; and music21 must find at most
two voices to a staff. Some minutes for 300 pieces.
"""

import collections
import multiprocessing
import pathlib
import sys

import mido
import music21


def of_midi(path):
    """(beginning, pitch, length) of each note, in 48ths of a quarter."""
    notes, sounding, now = [], {}, 0
    for message in mido.MidiFile(path).tracks[1]:
        now += message.time
        if message.type == "note_on" and message.velocity > 0:
            sounding[message.note] = now
        elif message.type in ("note_on", "note_off"):
            start = sounding.pop(message.note)
            notes.append((start / 10, message.note, (now - start) / 10))
    return sorted(notes)


def of_page(path):
    """The same, from a page; the most voices that any staff has in a measure; and the number of
    grace notes."""
    score = music21.converter.parse(path, format="musicxml", forceSource=True)
    notes, voices, graces = [], 0, 0
    assert len(score.parts) == 2, "one piano, two staves"
    for staff in score.parts:
        heads = []
        for measure in staff.getElementsByClass("Measure"):
            inner = list(measure.voices) or [measure]
            voices = max(voices, sum(1 for voice in inner if voice.notes))
            for voice in inner:
                into = 0 if voice is measure else voice.offset
                for sign in voice.notes:
                    start = 48 * (measure.offset + into + sign.offset)
                    length = 48 * sign.duration.quarterLength
                    if sign.duration.isGrace:
                        graces += len(sign.pitches)
                        continue
                    assert length > 0
                    for head in sign.notes if sign.isChord else [sign]:
                        tie = head.tie.type if head.tie else None
                        heads.append((start, head.pitch.midi, length, tie))
        open_ties = {}
        for start, pitch, length, tie in sorted(heads, key=lambda head: head[:2]):
            since = start
            if tie in ("stop", "continue"):
                since, until = open_ties.pop(pitch)
                assert until == start, "a tie leads to the sign that follows"
            if tie in ("start", "continue"):
                assert pitch not in open_ties
                open_ties[pitch] = (since, start + length)
            else:
                notes.append((float(since), pitch, float(start + length - since)))
        assert not open_ties, "every tie ends"
    return sorted(notes), voices, graces


def check(page):
    try:
        expected = of_midi(page.with_suffix(".mid"))
        found, voices, graces = of_page(page)
        written = page.read_text(encoding="utf-8").count("<grace")
    except Exception as error:
        return page.name, 0, f"{type(error).__name__}: {error}"
    if voices > 2:
        return page.name, len(expected), f"{voices} voices"
    if graces != written:
        return page.name, len(expected), f"{graces} of {written} grace notes"
    if found != expected:
        missing = collections.Counter(expected) - collections.Counter(found)
        extra = collections.Counter(found) - collections.Counter(expected)
        few = [sorted(notes.elements())[:3] for notes in (missing, extra)]
        return page.name, len(expected), f"{sum(missing.values())} missing, first {few}"
    return page.name, len(expected), None


if __name__ == "__main__":
    pages = sorted(pathlib.Path(sys.argv[1]).glob("*.musicxml"))
    assert pages, "no pages; see the top of this file"
    with multiprocessing.Pool() as pool:
        results = []
        for name, notes, fault in pool.imap_unordered(check, pages, chunksize=1):
            results.append((name, notes, fault))
            if fault:
                print(f"{name}: {fault}", flush=True)
    faults = sum(1 for result in results if result[2])
    notes = sum(result[1] for result in results)
    print(f"{len(results)} pieces, {notes} notes, {faults} pieces differ")
    sys.exit(1 if faults else 0)
