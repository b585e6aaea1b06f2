//! The room: a small one, with walls that are not bare.

use super::SAMPLE_RATE;
use super::vibration::{Quantum, ROW, ROWS, SILENCE};
use libm::exp10;

/// The first reflections, from walls, floor and ceiling: after how many rows (0.18 ms each), and
/// how strongly on the same and on the other side.
const REFLECTIONS: [(usize, f32, f32); 6] = [
    (41, 0.070, 0.020),
    (59, 0.030, 0.055),
    (83, 0.050, -0.030),
    (113, -0.030, 0.045),
    (149, 0.035, 0.030),
    (193, 0.025, -0.035),
];

/// How many rows of the direct sound are remembered.
const REMEMBERED: usize = 256;

/// What comes after the first reflections goes round eight paths, mixed at each turn so that energy
/// stays (Jot and Chaigne, "Digital delay networks", 1991). Their lengths in rows are primes: 24 to
/// 51 ms.
const PATHS: [usize; 8] = [131, 149, 173, 191, 211, 233, 257, 281];

/// Seconds until the reverberation is a thousandth of what it was, at low frequencies.
const REVERBERATION: f64 = 0.75;

/// How much a turn dulls: the share of the frame before in each frame.
const DULLNESS: f32 = 0.28;

/// How loud the reverberation is, the direct sound being 1.
const WETNESS: f32 = 0.105;

/// What below this goes round is no more heard: −120 dB.
const INAUDIBLE: f32 = 1e-6;

/// How long it must have been inaudible, in quanta: longer than the longest path.
const PATIENCE: u32 = 100;

/// The room, and the sound in it.
#[derive(Debug, Clone)]
pub(super) struct Reverb {
    /// The direct sound of either side, row by row, in a ring.
    direct: [Vec<[f32; ROW]>; 2],
    paths: Vec<Path>,
    row: usize,
    /// For how many quanta nothing has been heard.
    quiet: u32,
}

#[derive(Debug, Clone)]
struct Path {
    /// A ring.
    rows: Vec<[f32; ROW]>,
    /// The last frame that came out.
    last: f32,
    /// How much is left after one turn.
    left: f32,
}

impl Reverb {
    pub fn new() -> Reverb {
        let path = |&length: &usize| Path {
            rows: vec![[0.0; ROW]; length],
            last: 0.0,
            left: exp10(-3.0 * (length * ROW) as f64 / (REVERBERATION * f64::from(SAMPLE_RATE)))
                as f32,
        };
        Reverb {
            direct: [0, 1].map(|_| vec![[0.0; ROW]; REMEMBERED]),
            paths: PATHS.iter().map(path).collect(),
            row: 0,
            quiet: PATIENCE,
        }
    }

    /// Whether nothing is heard in it any more.
    pub fn is_silent(&self) -> bool {
        self.quiet >= PATIENCE
    }

    /// Takes in the direct sound of both sides, and adds to it what the room answers.
    #[inline(always)]
    pub fn add(&mut self, sound: &mut [Quantum; 2]) {
        for at in 0..ROWS {
            let direct = [sound[0][at], sound[1][at]];
            for (ring, direct) in self.direct.iter_mut().zip(direct) {
                ring[self.row % REMEMBERED] = direct;
            }
            for (rows, same, other) in REFLECTIONS {
                let then = (self.row + REMEMBERED - rows) % REMEMBERED;
                let [left, right] = [self.direct[0][then], self.direct[1][then]];
                for k in 0..ROW {
                    sound[0][at][k] += same * left[k] + other * right[k];
                    sound[1][at][k] += same * right[k] + other * left[k];
                }
            }
            let answer = self.turn(direct);
            for (sound, answer) in sound.iter_mut().zip(answer) {
                for k in 0..ROW {
                    sound[at][k] += WETNESS * answer[k];
                }
            }
            self.row += 1;
        }
        let loudest = sound.iter().flatten().flatten().fold(0f32, |most, x| most.max(x.abs()));
        if loudest > INAUDIBLE {
            self.quiet = 0;
        } else if self.quiet < PATIENCE {
            self.quiet += 1;
            if self.quiet == PATIENCE {
                // Forgets the last traces, so that silence is silence.
                *self = Reverb::new();
                *sound = [SILENCE; 2];
            }
        }
    }

    /// A row of reverberation for either side.
    #[inline(always)]
    fn turn(&mut self, direct: [[f32; ROW]; 2]) -> [[f32; ROW]; 2] {
        let mut out = [[0.0; ROW]; 8];
        let mut sum = [0.0; ROW];
        for (path, out) in self.paths.iter_mut().zip(&mut out) {
            let came = path.rows[self.row % path.rows.len()];
            let mut before = path.last;
            for k in 0..ROW {
                out[k] = path.left * ((1.0 - DULLNESS) * came[k] + DULLNESS * before);
                before = came[k];
                sum[k] += out[k];
            }
            path.last = came[ROW - 1];
        }
        // Householder's matrix, 1 − 2/8·(ones): each path goes on with itself, less a quarter of
        // all. Two take in each side, the others both.
        for (index, (path, out)) in self.paths.iter_mut().zip(&out).enumerate() {
            let place = self.row % path.rows.len();
            let side = direct[index % 2];
            for k in 0..ROW {
                path.rows[place][k] = side[k] + out[k] - 0.25 * sum[k];
            }
        }
        let mut heard = [[0.0; ROW]; 2];
        for (index, out) in out.iter().enumerate() {
            let sign = if index % 4 < 2 { 1.0 } else { -1.0 };
            for k in 0..ROW {
                heard[index % 2][k] += sign * out[k];
            }
        }
        heard
    }
}
