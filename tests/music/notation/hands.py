"""Compares the staves of sheet music with the hands that MIDI files name.

    pip install mido lxml
    cargo run --release --example engrave -- /tmp/pages path/to/piano-midi.de/*/*.[mM][iI][dD]
    python tests/music/notation/hands.py /tmp/pages path/to/piano-midi.de

Of piano-midi.de 250 files have one track that is called "Piano right" and one "Piano left", and no
other with notes. The strokes of each pitch are paired in their order; pitches that the 16ths of the
page have fewer strokes of are left out. Some forty seconds.
"""

import collections
import pathlib
import sys

import mido
from lxml import etree

HANDS = {"Piano right": 1, "Piano left": 2}
PITCH_CLASSES = dict(C=0, D=2, E=4, F=5, G=7, A=9, B=11)


def strokes_of_file(path):
    """For each pitch the hands that strike it, in order; None where the file does not tell."""
    tracks = [track for track in mido.MidiFile(path).tracks if any(m.type == "note_on" for m in track)]
    if sorted(track.name for track in tracks) != sorted(HANDS):
        return None
    strokes = collections.defaultdict(list)
    for track in tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                strokes[message.note].append((now, HANDS[track.name]))
    return {pitch: [hand for _, hand in sorted(found)] for pitch, found in strokes.items()}


def strokes_of_page(path):
    """For each pitch the staves on which it is struck, in order."""
    strokes, measure_start = collections.defaultdict(list), 0
    for measure in etree.parse(path).getroot().find("part"):
        now = length = 0
        for sign in measure:
            duration = int(sign.findtext("duration") or 0)
            if sign.tag == "backup":
                now -= duration
            elif sign.tag in ("note", "forward"):
                if sign.find("chord") is None:
                    start, now = now, now + duration
                length = max(length, now)
                pitch = sign.find("pitch")
                tied = any(tie.get("type") == "stop" for tie in sign.findall("tie"))
                if pitch is not None and not tied:
                    alter = int(pitch.findtext("alter") or 0)
                    octave = 12 * (int(pitch.findtext("octave")) + 1)
                    number = octave + PITCH_CLASSES[pitch.findtext("step")] + alter
                    strokes[number].append((measure_start + start, int(sign.findtext("staff"))))
        measure_start += length
    return {pitch: [staff for _, staff in sorted(found)] for pitch, found in strokes.items()}


if __name__ == "__main__":
    pages, corpus = map(pathlib.Path, sys.argv[1:3])
    shares, same, all_notes = [], 0, 0
    for path in sorted(path for path in corpus.rglob("*") if path.suffix.lower() == ".mid"):
        hands = strokes_of_file(path)
        if hands is None:
            continue
        staves = strokes_of_page(pages / f"{path.stem}.musicxml")
        pairs = [
            pair
            for pitch, by_hand in hands.items()
            if len(staves.get(pitch, [])) == len(by_hand)
            for pair in zip(by_hand, staves[pitch])
        ]
        of_piece = sum(hand == staff for hand, staff in pairs)
        same, all_notes = same + of_piece, all_notes + len(pairs)
        shares.append(of_piece / len(pairs))
    shares.sort()
    print(f"{len(shares)} pieces, {all_notes} notes, {same / all_notes:.1%} on the staff of their hand;")
    print(f"half of the pieces have more than {shares[len(shares) // 2]:.1%},", end=" ")
    print(f"a tenth less than {shares[len(shares) // 10]:.1%}")
