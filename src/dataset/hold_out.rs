//! Chooses the pieces that are held out.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// A piece that may be held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// What identifies the piece, whatever its name: the SHA-256 of its file.
    pub identity: &'a str,
    /// Its folder; in many collections the composer's.
    pub folder: &'a str,
    /// The group of its music: pieces with the same number are duplicates of each other.
    pub music: usize,
}

/// Pieces that are duplicates of each other. They are held out together or not at all.
struct Group<'a> {
    members: Vec<usize>,
    folder: &'a str,
    draw: Draw,
}

/// A random number, derived from the seed by a hash.
type Draw = [u8; 32];

/// Decides for each piece whether it is held out: a share of all pieces, spread over the
/// folders.
///
/// Duplicates always stay together. If there is more than one piece of music, at least one is
/// held out and at least one is not; a share of 0 holds out nothing. The random choice depends
/// on the seed and on the content of a piece: its name, its place and the order of the pieces
/// have no influence, except through its folder.
pub fn hold_out(candidates: &[Candidate<'_>], share: f64, seed: u64) -> Vec<bool> {
    let mut held_out = vec![false; candidates.len()];
    let mut groups = groups(candidates, seed);
    if groups.len() < 2 || share <= 0.0 {
        return held_out;
    }
    let all = candidates.len();
    let wanted = ((share * all as f64).round() as usize).clamp(1, all - 1);
    groups.sort_by_key(|group| group.draw);
    let mut quotas = quotas(&groups, wanted, all, seed);
    let mut room = wanted;
    let (mut chosen, mut others) = (Vec::new(), Vec::new());
    for group in &groups {
        let quota = quotas.get_mut(group.folder).expect("every folder has a quota");
        if group.members.len() <= *quota {
            *quota -= group.members.len();
            room -= group.members.len();
            chosen.push(group);
        } else {
            others.push(group);
        }
    }
    // Groups that were too large for their folder's quota may have left places.
    for group in others {
        if group.members.len() <= room {
            room -= group.members.len();
            chosen.push(group);
        }
    }
    if chosen.is_empty() {
        // Every group is larger than the number wanted.
        chosen.extend(groups.iter().min_by_key(|group| group.members.len()));
    }
    chosen.iter().flat_map(|group| &group.members).for_each(|&member| held_out[member] = true);
    held_out
}

/// The folder of each file, relative to the deepest folder that contains them all: the result
/// is the same wherever the corpus lies.
pub(super) fn folders<'a>(files: impl Iterator<Item = &'a Path>) -> Vec<String> {
    let parents: Vec<_> = files.map(|path| path.parent().unwrap_or(path)).collect();
    let mut root = parents.first().copied().unwrap_or(Path::new(""));
    for parent in &parents {
        while !parent.starts_with(root) {
            root = root.parent().unwrap_or(Path::new(""));
        }
    }
    let below =
        |parent: &&Path| parent.strip_prefix(root).unwrap_or(parent).to_string_lossy().into();
    parents.iter().map(below).collect()
}

/// The groups, each with the folder and the random number of the member that drew the lowest.
fn groups<'a>(candidates: &[Candidate<'a>], seed: u64) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<usize, Group<'a>> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let draw = draw(seed, candidate.identity);
        let Candidate { folder, music, .. } = *candidate;
        let group = groups.entry(music).or_insert(Group { members: Vec::new(), folder, draw });
        group.members.push(index);
        if (draw, folder) < (group.draw, group.folder) {
            (group.draw, group.folder) = (draw, folder);
        }
    }
    groups.into_values().collect()
}

/// How many pieces of each folder are held out, by the largest remainder method.
fn quotas<'a>(
    groups: &[Group<'a>],
    wanted: usize,
    all: usize,
    seed: u64,
) -> BTreeMap<&'a str, usize> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    groups.iter().for_each(|group| *sizes.entry(group.folder).or_default() += group.members.len());
    let mut quotas: BTreeMap<_, _> =
        sizes.iter().map(|(&folder, size)| (folder, wanted * size / all)).collect();
    let mut remainders: Vec<_> = sizes
        .iter()
        .map(|(&folder, size)| (std::cmp::Reverse(wanted * size % all), draw(seed, folder), folder))
        .collect();
    remainders.sort();
    let given: usize = quotas.values().sum();
    for (_, _, folder) in remainders.iter().take(wanted - given) {
        *quotas.get_mut(folder).expect("the same folders") += 1;
    }
    quotas
}

fn draw(seed: u64, of: &str) -> Draw {
    Sha256::new().chain_update(seed.to_le_bytes()).chain_update(of).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A made-up corpus: for each piece its folder and its music.
    fn corpora() -> impl Strategy<Value = Vec<(usize, usize)>> {
        (1..12usize, 1..80usize)
            .prop_flat_map(|(folders, music)| prop::collection::vec((0..folders, 0..music), 0..80))
    }

    /// The same without any piece that repeats another.
    fn corpora_without_repeats() -> impl Strategy<Value = Vec<(usize, usize)>> {
        let folders =
            (1..12usize).prop_flat_map(|folders| prop::collection::vec(0..folders, 2..120));
        folders.prop_map(|folders| folders.into_iter().zip(0..).collect())
    }

    fn with_candidates<T>(
        corpus: &[(usize, usize)],
        then: impl FnOnce(&[Candidate<'_>]) -> T,
    ) -> T {
        let name = |n: usize| (format!("piece {n}"), format!("folder {}", corpus[n].0));
        let names: Vec<_> = (0..corpus.len()).map(name).collect();
        let candidates: Vec<_> = names
            .iter()
            .zip(corpus)
            .map(|((identity, folder), &(_, music))| Candidate { identity, folder, music })
            .collect();
        then(&candidates)
    }

    fn split(corpus: &[(usize, usize)], share: f64, seed: u64) -> Vec<bool> {
        with_candidates(corpus, |candidates| hold_out(candidates, share, seed))
    }

    fn different_music(corpus: &[(usize, usize)]) -> usize {
        corpus.iter().map(|(_, music)| music).collect::<std::collections::HashSet<_>>().len()
    }

    proptest! {
        #[test]
        fn repeats_are_never_parted(corpus in corpora(), share in 0.0..0.9, seed: u64) {
            let split = split(&corpus, share, seed);
            for (n, (_, music)) in corpus.iter().enumerate() {
                for (m, (_, other)) in corpus.iter().enumerate() {
                    prop_assert!(music != other || split[n] == split[m]);
                }
            }
        }

        #[test]
        fn there_is_a_piece_on_either_side(corpus in corpora(), share in 0.001..0.999, seed: u64) {
            let held_out = split(&corpus, share, seed).into_iter().filter(|&held| held).count();
            if different_music(&corpus) < 2 {
                prop_assert_eq!(held_out, 0);
            } else {
                prop_assert!((1..corpus.len()).contains(&held_out));
            }
        }

        #[test]
        fn every_folder_gives_its_share(
            corpus in corpora_without_repeats(), share in 0.01..0.9, seed: u64
        ) {
            let split = split(&corpus, share, seed);
            let held_out = split.iter().filter(|&&held| held).count();
            let wanted = share * corpus.len() as f64;
            let clamped = held_out == 1 || held_out == corpus.len() - 1;
            prop_assert!((held_out as f64 - wanted).abs() <= 0.5 || clamped);
            for folder in 0..12 {
                let of_folder = || (0..corpus.len()).filter(|&n| corpus[n].0 == folder);
                let exact = held_out as f64 * of_folder().count() as f64 / corpus.len() as f64;
                let held = of_folder().filter(|&n| split[n]).count() as f64;
                prop_assert!((held - exact).abs() < 1.0, "{held} of {exact}");
            }
        }

        #[test]
        fn neither_order_nor_numbering_matters(
            corpus in corpora(), share in 0.0..0.9, seed: u64, turn in 0..80usize
        ) {
            let plain = split(&corpus, share, seed);
            let turn = turn.min(corpus.len());
            let turned = with_candidates(&corpus, |candidates| {
                let mut turned: Vec<_> = candidates
                    .iter()
                    .map(|&candidate| Candidate { music: 1000 - candidate.music, ..candidate })
                    .collect();
                turned.rotate_left(turn);
                let mut split = hold_out(&turned, share, seed);
                split.rotate_right(turn);
                split
            });
            prop_assert_eq!(plain, turned);
        }
    }

    #[test]
    fn the_seed_chooses_and_always_the_same() {
        let corpus: Vec<_> = (0..60).map(|n| (n % 3, n)).collect();
        let splits: Vec<_> = (0..20).map(|seed| split(&corpus, 0.1, seed)).collect();
        assert_eq!(splits[7], split(&corpus, 0.1, 7));
        let different: std::collections::HashSet<_> = splits.iter().collect();
        assert_eq!(different.len(), 20);
        // Every piece has its turn now and then, as lots are fair.
        let many: Vec<_> = (0..400).map(|seed| split(&corpus, 0.1, seed)).collect();
        for n in 0..corpus.len() {
            let times = many.iter().filter(|split| split[n]).count();
            assert!((20..=65).contains(&times), "piece {n}: {times} of about 40");
        }
    }

    #[test]
    fn a_share_of_nothing_holds_out_nothing() {
        assert_eq!(split(&[(0, 0), (0, 1), (1, 2)], 0.0, 1), [false; 3]);
    }
}
