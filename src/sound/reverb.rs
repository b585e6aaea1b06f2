//! The reverb: a small room with furnished walls.

use super::SAMPLE_RATE;
use super::modal::{Block, ROW, ROWS, SILENCE};
use libm::exp10;

/// The early reflections from walls, floor and ceiling: the delay in rows (0.18 ms each), and the
/// gains on the same and on the other side.
const REFLECTIONS: [(usize, f32, f32); 6] = [
    (41, 0.070, 0.020),
    (59, 0.030, 0.055),
    (83, 0.050, -0.030),
    (113, -0.030, 0.045),
    (149, 0.035, 0.030),
    (193, 0.025, -0.035),
];

/// The number of rows of direct sound that are kept.
const HISTORY: usize = 256;

/// The lengths of the delay lines in rows. They are primes, 24 to 51 ms. The late reverberation is
/// a feedback delay network: eight delay lines, whose outputs are mixed by a lossless matrix and
/// fed back (Jot and Chaigne, "Digital delay networks", 1991).
const DELAYS: [usize; 8] = [131, 149, 173, 191, 211, 233, 257, 281];

/// The reverberation time (RT60) at low frequencies in seconds: until the amplitude has fallen to a
/// thousandth.
const REVERBERATION: f64 = 0.75;

/// The low-pass filter of each delay line: the share of the frame before in each frame.
const LOW_PASS: f32 = 0.28;

/// The gain of the late reverberation, relative to the direct sound.
const WET: f32 = 0.105;

/// The amplitude below which the reverb is inaudible: −120 dB.
const INAUDIBLE: f32 = 1e-6;

/// How many blocks in a row must be inaudible before the reverb is silent. This is longer than the
/// longest delay line.
const QUIET_BLOCKS: u32 = 100;

/// The reverb and the sound in it.
#[derive(Debug, Clone)]
pub(super) struct Reverb {
    /// The direct sound of each side, row by row, in a ring buffer.
    direct: [Vec<[f32; ROW]>; 2],
    delay_lines: Vec<DelayLine>,
    row: usize,
    /// The number of inaudible blocks in a row.
    quiet: u32,
}

#[derive(Debug, Clone)]
struct DelayLine {
    /// A ring buffer.
    rows: Vec<[f32; ROW]>,
    /// The last frame that came out.
    last: f32,
    /// The gain of one pass.
    gain: f32,
}

impl Reverb {
    pub fn new() -> Reverb {
        let line = |&length: &usize| DelayLine {
            rows: vec![[0.0; ROW]; length],
            last: 0.0,
            gain: exp10(-3.0 * (length * ROW) as f64 / (REVERBERATION * f64::from(SAMPLE_RATE)))
                as f32,
        };
        Reverb {
            direct: [0, 1].map(|_| vec![[0.0; ROW]; HISTORY]),
            delay_lines: DELAYS.iter().map(line).collect(),
            row: 0,
            quiet: QUIET_BLOCKS,
        }
    }

    /// Whether the sound in it has died away.
    pub fn is_silent(&self) -> bool {
        self.quiet >= QUIET_BLOCKS
    }

    /// Takes the direct sound of both sides, and adds the reflections and the reverberation to it.
    #[inline(always)]
    pub fn add(&mut self, sound: &mut [Block; 2]) {
        for at in 0..ROWS {
            let direct = [sound[0][at], sound[1][at]];
            for (ring, direct) in self.direct.iter_mut().zip(direct) {
                ring[self.row % HISTORY] = direct;
            }
            for (rows, same, other) in REFLECTIONS {
                let then = (self.row + HISTORY - rows) % HISTORY;
                let [left, right] = [self.direct[0][then], self.direct[1][then]];
                for k in 0..ROW {
                    sound[0][at][k] += same * left[k] + other * right[k];
                    sound[1][at][k] += same * right[k] + other * left[k];
                }
            }
            let answer = self.late_reverb(direct);
            for (sound, answer) in sound.iter_mut().zip(answer) {
                for k in 0..ROW {
                    sound[at][k] += WET * answer[k];
                }
            }
            self.row += 1;
        }
        let loudest = sound.iter().flatten().flatten().fold(0f32, |most, x| most.max(x.abs()));
        if loudest > INAUDIBLE {
            self.quiet = 0;
        } else if self.quiet < QUIET_BLOCKS {
            self.quiet += 1;
            if self.quiet == QUIET_BLOCKS {
                // The last traces are cleared, so that silence is exact.
                *self = Reverb::new();
                *sound = [SILENCE; 2];
            }
        }
    }

    /// The next row of the late reverberation for each side.
    #[inline(always)]
    fn late_reverb(&mut self, direct: [[f32; ROW]; 2]) -> [[f32; ROW]; 2] {
        let mut out = [[0.0; ROW]; 8];
        let mut sum = [0.0; ROW];
        for (line, out) in self.delay_lines.iter_mut().zip(&mut out) {
            let delayed = line.rows[self.row % line.rows.len()];
            let mut before = line.last;
            for k in 0..ROW {
                out[k] = line.gain * ((1.0 - LOW_PASS) * delayed[k] + LOW_PASS * before);
                before = delayed[k];
                sum[k] += out[k];
            }
            line.last = delayed[ROW - 1];
        }
        // A Householder matrix, 1 − 2/8·(ones): each line gets its own output back, minus a quarter
        // of the sum of all outputs. Lines take in the left and the right side in turn.
        for (index, (line, out)) in self.delay_lines.iter_mut().zip(&out).enumerate() {
            let place = self.row % line.rows.len();
            let side = direct[index % 2];
            for k in 0..ROW {
                line.rows[place][k] = side[k] + out[k] - 0.25 * sum[k];
            }
        }
        let mut answer = [[0.0; ROW]; 2];
        for (index, out) in out.iter().enumerate() {
            let sign = if index % 4 < 2 { 1.0 } else { -1.0 };
            for k in 0..ROW {
                answer[index % 2][k] += sign * out[k];
            }
        }
        answer
    }
}
