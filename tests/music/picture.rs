//! Pictures show what they should, pixel by pixel and element by element.

use deep_jammer::picture::{Format, LossCurves, growth, loss, roll};
use deep_jammer::roll::{Keys, Roll, Step};
use quick_xml::Reader;
use quick_xml::events::Event;

type Colour = [u8; 3];

/// The inks in which keys are struck and held.
const STRUCK: Colour = [0, 69, 116];
const HELD: Colour = [116, 176, 220];
const VALIDATION: Colour = [213, 94, 0];

struct Pixels {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Pixels {
    fn of(png: &[u8]) -> Pixels {
        let decoder = png::Decoder::new(std::io::Cursor::new(png));
        let mut reader = decoder.read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        Pixels { width: info.width as usize, height: info.height as usize, bytes }
    }

    fn at(&self, x: usize, y: usize) -> Colour {
        let at = 3 * (y * self.width + x);
        self.bytes[at..at + 3].try_into().unwrap()
    }

    fn places(&self, colour: Colour) -> impl Iterator<Item = (usize, usize)> {
        let all = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        all.filter(move |&(x, y)| self.at(x, y) == colour)
    }
}

/// The texts of an SVG, which must be well-formed: every element closed, every sign escaped.
fn texts(svg: &[u8]) -> Vec<String> {
    let svg = str::from_utf8(svg).unwrap();
    let mut reader = Reader::from_str(svg);
    let (mut depth, mut texts, mut elements) = (0, Vec::new(), 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(_) => (depth, elements) = (depth + 1, elements + 1),
            Event::End(_) => depth -= 1,
            Event::Empty(tag) => {
                elements += 1;
                tag.attributes().for_each(|attribute| drop(attribute.unwrap()));
            }
            Event::Text(text) => texts.push(text.trim().to_owned()),
            Event::GeneralRef(name) => texts.push(format!("&{};", &*name)),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    assert!(elements > 3);
    texts.retain(|text| !text.is_empty());
    texts
}

/// Two measures of 4/4: the middle C, held for five steps from the third; the highest and the
/// lowest key at the end.
fn tune() -> Roll {
    let mut roll = Roll::new("4/4".parse().unwrap());
    for step in 0..32 {
        let play = match step {
            2..7 => Keys::from_iter([39]),
            31 => Keys::from_iter([0, 87]),
            _ => Keys::NONE,
        };
        roll.push(Step { play, articulate: Keys::NONE });
    }
    roll
}

fn curves(epochs: u64) -> LossCurves {
    // Falls, with noise that is the same every time.
    let nats = |epoch: u64| 3.0 + 40.0 / epoch as f64 + (epoch * 7919 % 97) as f64 / 97.0;
    LossCurves {
        training: (1..=epochs).map(|epoch| (epoch, nats(epoch))).collect(),
        validation: (1..=epochs / 10).map(|part| (10 * part, 1.0 + nats(10 * part))).collect(),
    }
}

#[test]
fn a_note_is_dark_where_it_is_struck_and_light_where_it_is_held() {
    let pixels = Pixels::of(&roll(&tune(), "Two measures", Format::Png));
    // The frame: 32 steps of 8 pixels from 56, 88 keys of 4 pixels from 74.
    assert_eq!((pixels.width, pixels.height), (56 + 400 + 24, 74 + 88 * 4 + 24));
    let middle = |step: usize, key: usize| (56 + 8 * step + 4, 74 + 4 * (87 - key) + 2);
    for step in 0..32 {
        for key in 0..88 {
            let expected = match (step, key) {
                (2, 39) | (31, 0 | 87) => Some(STRUCK),
                (3..7, 39) => Some(HELD),
                _ => None,
            };
            let (x, y) = middle(step, key);
            let found = Some(pixels.at(x, y)).filter(|ink| [STRUCK, HELD].contains(ink));
            assert_eq!(found, expected, "step {step}, key {key}");
        }
    }
}

#[test]
fn a_piece_of_three_minutes_is_wrapped_into_rows_that_begin_with_a_measure() {
    let mut long = Roll::new("4/4".parse().unwrap());
    // A note on every downbeat, held for half a measure: 88 measures.
    for step in 0..1408 {
        let play = if step % 16 < 8 { Keys::from_iter([39]) } else { Keys::NONE };
        long.push(Step { play, articulate: Keys::NONE });
    }
    let pixels = Pixels::of(&roll(&long, "Long", Format::Png));
    assert!(pixels.width <= 1200, "{}", pixels.width);
    // Seven rows of fourteen measures at most, a step five pixels wide, a key four high.
    let row = |n: usize| 74 + n * (88 * 4 + 30) + 4 * (87 - 39) + 2;
    for measure in 0..88 {
        let (y, x) = (row(measure / 14), 56 + measure % 14 * 16 * 5);
        assert!((x..x + 5).all(|x| pixels.at(x, y) == STRUCK), "measure {measure}");
        assert!((x + 5..x + 40).all(|x| pixels.at(x, y) == HELD), "measure {measure}");
        assert!((x + 40..x + 79).all(|x| ![STRUCK, HELD].contains(&pixels.at(x, y))));
    }
    // Each row names its first bar.
    let found = texts(&roll(&long, "Long", Format::Svg));
    for number in (0..7).map(|row| (14 * row + 1).to_string()) {
        assert!(found.contains(&number), "{number}: {found:?}");
    }
}

#[test]
fn a_note_that_is_held_into_the_next_row_is_not_struck_there() {
    let mut long = Roll::new("4/4".parse().unwrap());
    let keys = Keys::from_iter([39]);
    (0..16 * 9).for_each(|_| long.push(Step { play: keys, articulate: Keys::NONE }));
    let pixels = Pixels::of(&roll(&long, "Held", Format::Png));
    let y = |row: usize| 74 + row * (88 * 4 + 30) + 4 * (87 - 39) + 2;
    assert_eq!([0, 1].map(|row| pixels.at(56 + 4, y(row))), [STRUCK, HELD]);
}

#[test]
fn the_keyboard_at_the_left_has_its_black_keys_where_a_piano_has_them() {
    let pixels = Pixels::of(&roll(&tune(), "Keyboard", Format::Png));
    for key in 0..88 {
        let black = "010010100101".as_bytes()[key % 12] == b'1';
        let y = 74 + 4 * (87 - key) + 1;
        assert_eq!(pixels.at(56 - 20, y) == [74, 81, 92], black, "key {key}");
    }
}

#[test]
fn a_picture_is_always_made_of_the_same_bytes() {
    let rolls = [(100, tune()), (200, Roll::new("3/4".parse().unwrap()))];
    for format in Format::ALL {
        assert_eq!(roll(&tune(), "a", format), roll(&tune(), "a", format));
        assert_eq!(growth(&rolls, format), growth(&rolls, format));
        assert_eq!(loss(&curves(700), "a", format), loss(&curves(700), "a", format));
        assert_ne!(loss(&curves(700), "a", format), loss(&curves(701), "a", format));
    }
}

#[test]
fn an_svg_is_well_formed_and_says_what_is_what() {
    let found = texts(&roll(&tune(), "Two measures", Format::Svg));
    for expected in ["Two measures", "C1", "C4", "C8", "bar", "1", "2", "struck", "held"] {
        assert!(found.iter().any(|text| text == expected), "{expected}: {found:?}");
    }
    let found = texts(&growth(&[(100, tune()), (250, tune())], Format::Svg));
    for expected in ["epoch 100", "epoch 250", "C4"] {
        assert!(found.iter().any(|text| text == expected), "{expected}: {found:?}");
    }
    let found = texts(&loss(&curves(700), "Learning", Format::Svg));
    let best = "validation, best 4.089 at epoch 690";
    for expected in ["Learning", "nats a step", "epochs", "training", "mean of 21 epochs", best] {
        assert!(found.iter().any(|text| text == expected), "{expected}: {found:?}");
    }
}

#[test]
fn a_title_may_hold_anything() {
    let svg = roll(&tune(), "<b> & \"\u{1b}[31m\" \u{0} é 音", Format::Svg);
    let found = texts(&svg).join(" ");
    for part in ["&lt;", "b", "&gt;", "&amp;", "\u{FFFD}[31m", "é 音"] {
        assert!(found.contains(part), "{part}: {found}");
    }
    assert!(!svg.contains(&0x1b) && !svg.contains(&0), "XML knows no control characters");
    let long = roll(&tune(), &"long ".repeat(1000), Format::Svg);
    assert!(texts(&long).iter().any(|text| text.starts_with("long") && text.ends_with('…')));
    Pixels::of(&roll(&tune(), "\u{0} 音", Format::Png));
}

#[test]
fn what_the_font_lacks_is_replaced_in_pixels_and_left_to_other_fonts_in_an_svg() {
    let png = |title: &str| roll(&tune(), title, Format::Png);
    let mark = "\u{FFFD}";
    // The sign for "unknown" is drawn, and is neither nothing nor one box for all.
    assert_ne!(png(mark), png(""));
    for (title, shown) in [
        ("音楽", [mark, mark].concat()),
        ("Étude 音", format!("Étude {mark}")),
        ("\u{1F3B9} a", format!("{mark} a")),
        ("a\tb\u{9D}", format!("a{mark}b{mark}")),
        ("\u{FFFF}", mark.to_owned()),
        ("\u{FEFF}a", "a".to_owned()),
    ] {
        assert!(png(title) == png(&shown), "{title:?} is drawn as {shown:?}");
    }
    for shown in ["“Suite” – No. 1", "Прелюдия", "Πρελούδιο", "♭ ♯ 𝄞"]
    {
        assert!(png(shown) != png(&shown.replace(|c: char| c != ' ', mark)), "{shown}");
    }
    let svg = |title: &str| texts(&roll(&tune(), title, Format::Svg)).join(" ");
    assert!(svg("音楽").contains("音楽"), "whatever shows it has a font for that");
    // XML knows neither these two nor control characters.
    let found = svg("a\u{FFFE}\u{FFFF}\u{8}b");
    assert!(found.contains(&format!("a{mark}{mark}{mark}b")), "{found}");
    // All other pictures write with the same hand.
    let loss = |title: &str| loss(&curves(20), title, Format::Png);
    assert!(loss("音") == loss(mark));
}

#[test]
fn the_loss_is_shown_whatever_the_numbers_are() {
    let odd = [f64::NAN, f64::INFINITY, 0.0, -1.0, 5.0, 4.0, f64::NAN, 1e-300, 1e300];
    let odd = odd.into_iter().zip(1..).map(|(nats, epoch)| (epoch, nats)).collect::<Vec<_>>();
    let of = |training: &[(u64, f64)], validation: &[(u64, f64)]| LossCurves {
        training: training.to_vec(),
        validation: validation.to_vec(),
    };
    let constant: Vec<_> = (1..3000).map(|epoch| (epoch, 4.0)).collect();
    for curves in [
        LossCurves::default(),
        of(&[(1, 60.0)], &[]),
        of(&[], &[(1, 60.0)]),
        of(&[(1, f64::NAN)], &[(1, f64::NAN)]),
        of(&constant, &constant[..1]),
        of(&constant, &constant),
        of(&odd, &odd),
        of(&odd[4..6], &odd),
        of(&[(u64::MAX - 1, 3.0), (u64::MAX, 2.0)], &[]),
        curves(20_000),
    ] {
        let pixels = Pixels::of(&loss(&curves, "Learning", Format::Png));
        assert_eq!((pixels.width, pixels.height), (960, 600));
        texts(&loss(&curves, "Learning", Format::Svg));
    }
}

#[test]
fn a_lower_loss_lies_lower_in_the_picture() {
    let training = vec![(1, 10.0), (100, 1.0)];
    let heights: Vec<_> = [9.0, 5.0, 2.0]
        .into_iter()
        .map(|nats| {
            let curves = LossCurves { training: training.clone(), validation: vec![(50, nats)] };
            let pixels = Pixels::of(&loss(&curves, "", Format::Png));
            // Below the legend.
            let places: Vec<_> = pixels.places(VALIDATION).filter(|&(_, y)| y >= 84).collect();
            assert!(places.len() > 20);
            places.iter().map(|&(_, y)| y).sum::<usize>() / places.len()
        })
        .collect();
    // The axis is 460 pixels long, and goes a twentieth of the ratio further on either side.
    let expected = 460.0 * (9.0f64 / 2.0).ln() / (10f64.ln() * 1.1);
    assert!(heights.is_sorted(), "{heights:?}");
    assert!((heights[2] as f64 - heights[0] as f64 - expected).abs() < 2.0, "{heights:?}");
}

#[test]
fn a_drawing_of_thousands_of_epochs_is_no_larger_than_its_width_asks_for() {
    let svg = |epochs| loss(&curves(epochs), "", Format::Svg).len();
    assert!(svg(20_000) < 100_000 && svg(200_000) < 100_000, "{} bytes", svg(200_000));
}

#[test]
fn growth_shows_so_many_rolls_that_each_can_be_seen() {
    let rolls: Vec<_> = (1..=100).map(|part| (100 * part, tune())).collect();
    let epochs = |rolls: &[(u64, Roll)]| {
        let found = texts(&growth(rolls, Format::Svg));
        found
            .iter()
            .filter_map(|text| text.strip_prefix("epoch ")?.parse().ok())
            .collect::<Vec<u64>>()
    };
    let shown = epochs(&rolls);
    assert_eq!((shown.len(), shown[0], shown[23]), (24, 100, 10_000));
    assert!(shown.is_sorted());
    assert_eq!(epochs(&rolls[..5]), [100, 200, 300, 400, 500]);
    assert!(epochs(&[]).is_empty());
    let silent = Roll::new("3/4".parse().unwrap());
    assert_eq!(epochs(&[(1, silent.clone()), (2, silent)]), [1, 2]);
}

#[test]
fn a_roll_of_any_length_has_a_picture_of_bounded_size() {
    for steps in [0, 1, 5, 1_000, 100_000] {
        let mut long = Roll::new("4/4".parse().unwrap());
        let keys = Keys::from_iter([39]);
        (0..steps).for_each(|step| {
            long.push(Step { play: keys, articulate: [Keys::NONE, keys][step % 4 / 3] })
        });
        let pixels = Pixels::of(&roll(&long, "Long", Format::Png));
        assert!(pixels.width <= 1200, "{steps} steps: {}", pixels.width);
        assert!(pixels.height <= 5000, "{steps} steps: {}", pixels.height);
        assert_eq!(pixels.places(STRUCK).any(|(_, y)| y > 74), steps > 0);
    }
}
