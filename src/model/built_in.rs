//! The model that is part of the program.

use super::{Model, from_bytes};

/// The model's file. `model/README.md` says what it is, and which music it carries.
static FILE: &[u8] = include_bytes!("../../model/model.safetensors");

/// The model that is compiled into the program.
pub fn built_in() -> Model {
    from_bytes(FILE).expect("the model of the program is whole")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistic::key_of;

    #[test]
    fn it_is_small_enough_to_be_passed_on_and_carries_its_music() {
        assert!(FILE.len() <= 12_000_000, "{} bytes", FILE.len());
        let training_music = built_in().training_music.expect("it carries music").unpack().unwrap();
        assert_eq!(training_music.pieces.len(), built_in().training.pieces);
    }

    #[test]
    fn it_has_short_primers_in_several_metres_and_both_modes() {
        let primers = built_in().primers;
        assert!(primers.iter().all(|primer| (8..=16).contains(&primer.roll.len())));
        let with = |metre: &str| primers.iter().any(|p| p.metre().to_string() == metre);
        assert!(with("4/4") && with("3/4") && with("6/8") && with("2/4"));
        let mode = |minor| {
            let keys = primers.iter().filter_map(|primer| key_of(primer.roll.steps()));
            keys.filter(|key| key.minor == minor).count()
        };
        assert!(mode(true) > 0 && mode(false) > 0);
    }
}
