//! The kinds of errors and warnings, by which reports count them.

use serde::Serialize;
use serde_json::Value;

use super::{PieceError, SetFault};
use crate::midi::{FileFault, Warning};
use crate::roll::RollError;

impl PieceError {
    /// The kind of the error in kebab case, such as `not-midi`. It stays the same whatever the file
    /// and the wording of the message.
    pub fn kind(&self) -> String {
        let name = match self {
            PieceError::File(error) => match &error.fault {
                FileFault::Io(_) => "system",
                FileFault::TooLarge => "too-large",
                FileFault::Midi(error) => return name_and_count(error).0,
            },
            PieceError::Roll { reason, .. } => match reason {
                RollError::NoKeys(_) => "no-piano-notes",
                RollError::TooLong(_) => "too-long",
            },
            PieceError::Set(error) => match &error.fault {
                SetFault::System(_) => "system",
                SetFault::Large => "too-large",
                SetFault::Format(_) => "not-a-set",
                SetFault::Long { .. } => "too-long",
                SetFault::Pitch { .. } => "off-the-piano",
            },
            PieceError::NotUnicode { .. } => "name-not-unicode",
            PieceError::Folder { .. } => "folder-not-listed",
        };
        name.to_owned()
    }
}

/// The kind of a warning in kebab case, such as `odd-metres`, and how many oddities it stands for.
pub(super) fn kind_of(warning: &Warning) -> (String, usize) {
    name_and_count(warning)
}

/// The name of a variant as it is serialised, and the number in it, if it is all that is in it.
fn name_and_count(variant: &impl Serialize) -> (String, usize) {
    match serde_json::to_value(variant) {
        Ok(Value::String(name)) => (name, 1),
        Ok(Value::Object(fields)) => {
            let field = fields.into_iter().next();
            let count = |value: Value| value.as_u64().map_or(1, |count| count as usize);
            field.map_or_else(unnamed, |(name, value)| (name, count(value)))
        }
        _ => unnamed(),
    }
}

/// What cannot be serialised. Of errors and warnings made of names, numbers and texts there is none.
fn unnamed() -> (String, usize) {
    ("other".to_owned(), 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::midi::{FileError, MidiError};

    #[test]
    fn an_error_and_a_warning_have_a_name_that_does_not_depend_on_the_file() {
        let file = |fault| PieceError::File(FileError { path: "a.mid".into(), fault });
        let midi = |error| file(FileFault::Midi(error));
        assert_eq!(midi(MidiError::NotMidi).kind(), "not-midi");
        assert_eq!(midi(MidiError::NoTicks).kind(), "no-ticks");
        let silent = MidiError::NoNotes { percussion: 3, warnings: vec![Warning::OddMetres(7)] };
        assert_eq!(midi(silent).kind(), "no-notes");
        assert_eq!(file(FileFault::TooLarge).kind(), "too-large");
        let roll = PieceError::Roll { path: "a.mid".into(), reason: RollError::TooLong(1 << 80) };
        assert_eq!(roll.kind(), "too-long");
        assert_eq!(kind_of(&Warning::OddMetres(7)), ("odd-metres".to_owned(), 7));
        let junk = Warning::Junk { offset: 3, bytes: 9 };
        assert_eq!(kind_of(&junk), ("junk".to_owned(), 1));
    }
}
