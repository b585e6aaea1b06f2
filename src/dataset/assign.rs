//! Assigns each file of a dataset to a split. Files with the same music are always in the same
//! split.

use super::hold_out::{Candidate, folders, hold_out};
use super::{DatasetFile, Split};
use std::collections::{BTreeMap, BTreeSet};

/// Holds out a share of the training files that are `free` to be held out. `alike` has, for
/// each file, the earlier files with the same music.
pub(super) fn assign_splits(
    files: &mut [DatasetFile],
    free: &[bool],
    alike: &[Vec<usize>],
    share: f64,
    seed: u64,
) {
    let music = music(files, free, alike);
    // A copy of a piece that a set holds out is held out, too.
    for split in [Split::Validation, Split::Test] {
        let fixed = |index: &usize| !free[*index] && files[*index].split == split;
        let held_out: BTreeSet<usize> =
            (0..files.len()).filter(fixed).map(|index| music[index]).collect();
        for index in (0..files.len()).filter(|&index| free[index]) {
            if held_out.contains(&music[index]) && files[index].split == Split::Training {
                files[index].split = split;
            }
        }
    }
    let used: Vec<usize> = (0..files.len())
        .filter(|&index| free[index] && files[index].split == Split::Training)
        .collect();
    let folders = folders(files.iter().map(|file| &*file.path));
    let candidate = |&index: &usize| Candidate {
        identity: files[index].sha256.as_deref().unwrap_or_default(),
        folder: &folders[index],
        music: music[index],
    };
    let candidates: Vec<_> = used.iter().map(candidate).collect();
    let held_out = hold_out(&candidates, share, seed);
    for (index, held_out) in used.into_iter().zip(held_out) {
        if held_out {
            files[index].split = Split::Validation;
        }
    }
}

/// For each file, the index of the first file of its group. Two files are in one group if they
/// are linked by a chain of files with the same music.
fn music(files: &[DatasetFile], free: &[bool], alike: &[Vec<usize>]) -> Vec<usize> {
    let mut music: Vec<usize> = (0..files.len()).collect();
    let mut join = |one: usize, other: usize| {
        let (first, later) = (music[one].min(music[other]), music[one].max(music[other]));
        music.iter_mut().filter(|music| **music == later).for_each(|music| *music = first);
    };
    // Files with the same bytes are the same music, even if there is too little of it to
    // compare. (The pieces of a set share a file, and are not free.)
    let mut same: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        if let Some(sha256) = file.sha256.as_deref().filter(|_| free[index]) {
            join(*same.entry(sha256).or_insert(index), index);
        }
        alike[index].iter().for_each(|&other| join(other, index));
    }
    music
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus;
    use crate::dataset::Dataset;
    use crate::dataset::dataset::tests::{dataset, folder, music};
    use crate::midi;
    use crate::roll::{Roll, Step};
    use std::fs;

    #[test]
    fn a_copy_is_on_the_side_of_its_original_whatever_the_seed() {
        let folder = folder();
        for seed in 0..30 {
            let (dataset, _) = dataset(&folder, seed);
            let splits: Vec<_> = dataset
                .files
                .iter()
                .filter(|file| file.name == "4")
                .map(|file| file.split)
                .collect();
            assert_eq!(splits.len(), 2);
            assert_eq!(splits[0], splits[1]);
        }
    }

    #[test]
    fn a_whole_and_its_parts_are_never_parted_whatever_their_names() {
        let roll = Roll::from_score(&midi::read(&music(9, 900)).unwrap().score).unwrap().roll;
        let part =
            |from: usize, to: usize| midi::write(&roll.excerpt(from, to).to_score(None, &[]));
        for names in [["a", "w", "c"], ["a", "c", "w"], ["w", "a", "c"]] {
            let folder = folder();
            let pieces = [part(0, 304), part(0, 896), part(592, 896)];
            // As the letters say: the start, the whole, the end.
            let of = |name: &str| pieces["awc".find(name).unwrap()].clone();
            for (index, name) in names.iter().enumerate() {
                let path = folder.path().join(format!("bach/{index}-{name}.mid"));
                fs::write(path, of(name)).unwrap();
            }
            for seed in 0..20 {
                let (dataset, _) = dataset(&folder, seed);
                let ours = dataset.files.iter().filter(|file| file.name.contains('-'));
                let splits: Vec<_> = ours.map(|file| file.split).collect();
                assert!(
                    splits.len() == 3 && splits.iter().all(|split| *split == splits[0]),
                    "{splits:?}"
                );
            }
        }
    }

    #[test]
    fn a_copy_of_what_a_set_holds_out_is_held_out_too() {
        let folder = folder();
        let copied = Roll::from_score(&midi::read(&music(2, 66)).unwrap().score).unwrap().roll;
        let pitches = |step: &Step| step.play.iter().map(|key| key + 21).collect::<Vec<_>>();
        let piece: Vec<_> = copied.steps().iter().map(pitches).collect();
        for (part, split) in [("valid", Split::Validation), ("test", Split::Test)] {
            let mut set = serde_json::json!({ "train": [], "valid": [], "test": [] });
            set[part] = serde_json::json!([piece]);
            let path = folder.path().join("set.json");
            fs::write(&path, set.to_string()).unwrap();
            for seed in 0..10 {
                let corpus = corpus::read(&[folder.path(), &path]).unwrap();
                let (dataset, _) = Dataset::new(corpus, 32, 0.2, seed).unwrap();
                let file = dataset.files.iter().find(|file| file.path.ends_with("bach/2.mid"));
                assert_eq!(file.unwrap().split, split);
            }
        }
    }

    #[test]
    fn the_split_is_the_same_wherever_the_files_lie() {
        let splits = |folder: &tempfile::TempDir| {
            let (dataset, _) = dataset(folder, 5);
            dataset.files.into_iter().map(|file| (file.name, file.split)).collect::<Vec<_>>()
        };
        assert_eq!(splits(&folder()), splits(&folder()));
    }
}
