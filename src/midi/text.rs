//! Titles and texts, whose encoding no MIDI file tells.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, SHIFT_JIS, UTF_8, WINDOWS_1252};

/// Decodes the texts of one file. Blank ones become `None`.
///
/// A text with a byte order mark is what the mark says, UTF-8 or UTF-16; other texts that are valid
/// UTF-8 are UTF-8. The rest is Windows-1252, which most old files are in and which contains the
/// letters of Latin-1, or Shift-JIS where all that could be Japanese looks so to a detector.
pub(super) fn decode(texts: &[&[u8]]) -> Vec<Option<String>> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for text in texts.iter().filter(|text| is_old(text) && can_be_japanese(text)) {
        detector.feed(text, false);
    }
    detector.feed(b"", true);
    // Titles are too short for the detector to tell by itself, so it is asked as for a page from
    // Japan. Only texts that no Western title would be are shown to it.
    let japanese = detector.guess(Some(b"jp"), Utf8Detection::Deny) == SHIFT_JIS;
    texts.iter().map(|text| decode_one(text, japanese)).collect()
}

fn decode_one(bytes: &[u8], japanese: bool) -> Option<String> {
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, mark),
        None if !is_old(bytes) => (UTF_8, 0),
        None if japanese && can_be_japanese(bytes) => (SHIFT_JIS, 0),
        None => (WINDOWS_1252, 0),
    };
    let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether a text is from before Unicode: nothing tells how it is encoded.
fn is_old(bytes: &[u8]) -> bool {
    Encoding::for_bom(bytes).is_none() && std::str::from_utf8(bytes).is_err()
}

/// Whether bytes are valid Shift-JIS that no Latin text would be. A single umlaut and the letter
/// after it are a Japanese character, too, but two such in a row are not to be expected.
fn can_be_japanese(bytes: &[u8]) -> bool {
    let Some(text) = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes) else {
        return false;
    };
    let is_japanese =
        |letter: char| matches!(letter, '\u{3000}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}');
    // A number may stand between them.
    let letters = text.chars().filter(|letter| !letter.is_ascii_digit());
    let pairs = letters.clone().zip(letters.skip(1));
    let undefined_in_windows_1252 = [0x81, 0x8D, 0x8F, 0x90, 0x9D];
    pairs.clone().any(|(one, other)| is_japanese(one) && is_japanese(other))
        || (text.chars().any(is_japanese)
            && bytes.iter().any(|byte| undefined_in_windows_1252.contains(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &[u8]) -> String {
        decode(&[bytes])[0].clone().unwrap()
    }

    #[test]
    fn a_mark_tells_the_encoding() {
        assert_eq!(one(b"\xFF\xFEL\0i\0e\0d\0"), "Lied");
        assert_eq!(one(b"\xFE\xFF\0L\0i\0e\0d"), "Lied");
        assert_eq!(one(b"\xFF\xFE\x1C\x59\xF3\x60\xF2\x66"), "\u{591C}\u{60F3}\u{66F2}");
        assert_eq!(one(b"\xEF\xBB\xBF\xC3\x89tude"), "Étude");
        // Cut in the middle of a letter.
        assert_eq!(one(b"\xFF\xFEL\0i\0e"), "Li\u{FFFD}");
    }

    #[test]
    fn what_is_valid_utf_8_is_utf_8_and_blank_text_is_none() {
        assert_eq!(one("夜想曲 第2番 – Ноктюрн ♭".as_bytes()), "夜想曲 第2番 – Ноктюрн ♭");
        assert_eq!(decode(&[b" \0", b"", b"\xFF\xFE"]), [None, None, None]);
    }

    #[test]
    fn old_western_titles_are_windows_1252() {
        assert_eq!(one(b"\x93Suite\x94 \x96 No. 1"), "\u{201C}Suite\u{201D} \u{2013} No. 1");
        assert_eq!(one(b"f\xFCr Elise"), "für Elise");
        let titles = [
            "Träumerei",
            "Präludium und Fuge",
            "Für Elise",
            "Fröhlicher Landmann",
            "Études d’exécution",
            "Prélude à l’après-midi",
            "Ständchen",
            "Gnossienne nº 1",
            "À la manière de…",
            "“Clair de lune”",
            "«Été»",
            "ÉLÉGIE",
            "PRÉLUDE",
            "Mühlenlied – „Süß“",
            "Œuvres à quatre mains",
            "Ave María – Señor",
            "Valse oubliée",
            "Jeux d’eau à la Villa d’Este",
            "Große Fuge",
            "Kinderstück Œuvre",
            "Straße",
            "Année",
            "Ö",
            "ÄÖÜ",
            "Lætitia",
            "Frühlingsgruß",
            "© 1997 Müller",
            "Le coucou — Daquin",
        ];
        for title in titles {
            let (bytes, _, failed) = WINDOWS_1252.encode(title);
            assert!(!failed, "{title}");
            assert_eq!(one(&bytes), title);
        }
    }

    #[test]
    fn japanese_titles_of_old_are_shift_jis() {
        assert_eq!(one(b"\x96\xE9\x91\x7A\x8B\xC8"), "夜想曲");
        let titles = [
            "夜想曲",
            "夜想曲 第2番 変ホ長調",
            "月の光",
            "エリーゼのために",
            "さくら さくら",
            "子犬のワルツ",
            "雪",
            "英雄",
            "幻想即興曲",
            "ピアノソナタ 第14番「月光」",
            "Sonata 第3番",
            "荒城の月",
            "ふるさと",
        ];
        for title in titles {
            let (bytes, _, failed) = SHIFT_JIS.encode(title);
            assert!(!failed, "{title}");
            assert_eq!(one(&bytes), title);
        }
        // A copyright in Latin letters beside it stays what it is.
        let texts = decode(&[b"\x96\xE9\x91\x7A\x8B\xC8", b"\xA9 1997 M\xFCller"]);
        assert_eq!(texts, [Some("夜想曲".to_owned()), Some("© 1997 Müller".to_owned())]);
    }
}
