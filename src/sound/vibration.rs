//! Strings that vibrate: their modes, computed from frame to frame.

use super::SAMPLE_RATE;
use super::strings::{FIRST_UNDAMPED, INAUDIBLE, Mode, Strings, turn};
use libm::{cos, exp, sin};
use std::array::from_fn;

/// Frames that are computed at once, and the grid of events: 0.7 ms.
pub(super) const QUANTUM: usize = 32;

/// Frames in a row, which is what the arithmetic works on: a register of AVX2, two of SSE or NEON.
pub(super) const ROW: usize = 8;

/// Rows in a quantum.
pub(super) const ROWS: usize = QUANTUM / ROW;

/// Frames of one channel.
pub(super) type Quantum = [[f32; ROW]; ROWS];

pub(super) const SILENCE: Quantum = [[0.0; ROW]; ROWS];

/// The modes of a string set that sound together, prepared for arithmetic.
///
/// The state of a mode is a complex number z, the imaginary part of which is heard. Each frame
/// multiplies it by ρ = e^(−decay + i·frequency). So the k-th frame from now is
/// Im(z·ρᵏ) = Im z · Re ρᵏ + Re z · Im ρᵏ, and a row of frames takes two products and two sums, all
/// of which are independent of each other; then z itself goes on by ρ⁸.
#[derive(Debug)]
struct Bank {
    free: Motion,
    damped: Motion,
    /// Amplitudes where the hammer excites with 1.
    gains: Vec<f64>,
    /// In Hz.
    frequencies: Vec<f64>,
}

/// How the modes of a bank move on.
#[derive(Debug)]
struct Motion {
    /// Of each mode Re ρᵏ and Im ρᵏ for a row.
    waves: Vec<[[f32; ROW]; 2]>,
    /// ρ⁸, a row of modes at a time: real and imaginary parts.
    turns: Vec<[[f32; ROW]; 2]>,
}

/// The states of a bank's modes: real and imaginary parts, a row of modes at a time.
type States = Vec<[[f32; ROW]; 2]>;

impl Bank {
    fn of(modes: &[Mode]) -> Bank {
        let free: Vec<_> = modes.iter().map(|mode| (mode.frequency, mode.decay)).collect();
        let below = |mode: &Mode| (mode.frequency, mode.decay + mode.damping);
        let damped: Vec<_> = modes.iter().map(below).collect();
        Bank {
            free: Motion::of(&free),
            damped: Motion::of(&damped),
            gains: modes.iter().map(|mode| mode.gain).collect(),
            frequencies: modes.iter().map(|mode| mode.frequency).collect(),
        }
    }

    fn rows(&self) -> usize {
        self.free.turns.len()
    }
}

impl Motion {
    /// From frequencies in Hz and decays in 1/s.
    fn of(modes: &[(f64, f64)]) -> Motion {
        let power = |&(frequency, decay): &(f64, f64), frames: usize| {
            let frames = frames as f64;
            let size = exp(-decay * frames / f64::from(SAMPLE_RATE));
            let angle = turn(frequency) * frames;
            [(size * cos(angle)) as f32, (size * sin(angle)) as f32]
        };
        let row = |mode| {
            let powers: [_; ROW] = from_fn(|k| power(mode, k));
            [powers.map(|[re, _]| re), powers.map(|[_, im]| im)]
        };
        let turns = modes.chunks(ROW).map(|modes| {
            let mut turns = [[0.0; ROW]; 2];
            for (lane, mode) in modes.iter().enumerate() {
                [turns[0][lane], turns[1][lane]] = power(mode, ROW);
            }
            turns
        });
        let mut waves: Vec<_> = modes.iter().map(row).collect();
        waves.resize(modes.len().next_multiple_of(ROW), [[0.0; ROW]; 2]);
        Motion { waves, turns: turns.collect() }
    }

    /// Adds a quantum of the modes in `states` to `sound`, and moves the states on.
    #[inline(always)]
    fn add(&self, states: &mut [[[f32; ROW]; 2]], sound: &mut Quantum) {
        let mut sums = *sound;
        for ((state, turn), waves) in
            states.iter_mut().zip(&self.turns).zip(self.waves.chunks_exact(ROW))
        {
            // The states of a row of modes at the start of each row of frames.
            let mut now = *state;
            let mut starts = [[[0.0; ROW]; 2]; ROWS];
            for start in &mut starts {
                *start = now;
                now = turned(now, turn);
            }
            *state = now;
            for (lane, [cosine, sine]) in waves.iter().enumerate() {
                for (sum, [re, im]) in sums.iter_mut().zip(&starts) {
                    let (re, im) = (re[lane], im[lane]);
                    *sum = from_fn(|k| sum[k] + (im * cosine[k] + re * sine[k]));
                }
            }
        }
        *sound = sums;
    }
}

/// A row of complex numbers, each times another.
#[inline(always)]
fn turned([re, im]: [[f32; ROW]; 2], [level, upright]: &[[f32; ROW]; 2]) -> [[f32; ROW]; 2] {
    [
        from_fn(|lane| re[lane] * level[lane] - im[lane] * upright[lane]),
        from_fn(|lane| re[lane] * upright[lane] + im[lane] * level[lane]),
    ]
}

/// All that does not change of a key's strings.
#[derive(Debug)]
pub(super) struct StringSet {
    strings: Strings,
    undamped: bool,
    banks: [Bank; 2],
}

impl StringSet {
    pub fn of(pitch: u8) -> StringSet {
        let strings = Strings::of(pitch);
        let banks = [Bank::of(&strings.prompt), Bank::of(&strings.after)];
        StringSet { strings, undamped: pitch >= FIRST_UNDAMPED, banks }
    }
}

/// A stroke whose hammer is still on the string: it grows from nothing to its full strength.
#[derive(Debug, Clone)]
struct Stroke {
    states: [States; 2],
    /// Frames since its beginning.
    frame: usize,
    /// Frames of contact, whole quanta.
    frames: usize,
}

/// The least time for a stroke to grow, in frames: 1.5 ms, less would click.
const SHORTEST: usize = 2 * QUANTUM;

/// How much of what sounded before a hammer leaves to the string.
const LEFT_BY_HAMMER: f32 = 0.5;

impl Stroke {
    /// How much of it there is after so many frames: from 0 to 1, level at both ends.
    #[inline(always)]
    fn strength(&self, frame: usize) -> f32 {
        let x = frame as f32 / self.frames as f32;
        x * x * (3.0 - 2.0 * x)
    }
}

/// The strings of a key as they vibrate, and the key itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Vibration {
    /// The modes that sound, of prompt sound and aftersound; those beyond are silent.
    states: [States; 2],
    stroke: Option<Stroke>,
    /// How many voices hold the key.
    pub holds: u32,
    /// Quanta since the silent modes were last taken away.
    since_trimmed: u32,
}

/// How often silent modes are looked for, in quanta.
const TRIMMING: u32 = 16;

impl Vibration {
    /// Whether anything sounds.
    pub fn sounds(&self) -> bool {
        self.stroke.is_some() || self.states.iter().any(|states| !states.is_empty())
    }

    /// The hammer hits the strings.
    pub fn strike(&mut self, set: &StringSet, velocity: u8) {
        if !self.sounds() {
            self.since_trimmed = 0;
        }
        self.settle(set);
        let (hammer, velocity) = (set.strings.hammer, f64::from(velocity.clamp(1, 127)));
        let states = set.banks.each_ref().map(|bank| {
            let mut states = vec![[[0.0; ROW]; 2]; bank.rows()];
            for (at, (&gain, &frequency)) in bank.gains.iter().zip(&bank.frequencies).enumerate() {
                // A sine begins at nothing.
                let amplitude = gain * hammer.excitation(frequency, velocity);
                states[at / ROW][0][at % ROW] = amplitude as f32;
            }
            states
        });
        let frames = (hammer.contact(velocity) * f64::from(SAMPLE_RATE)) as usize;
        let frames = frames.next_multiple_of(QUANTUM).max(SHORTEST);
        self.stroke = Some(Stroke { states, frame: 0, frames });
    }

    /// Makes one of the strings as they were and of the stroke, so far as it has come.
    fn settle(&mut self, set: &StringSet) {
        let Some(stroke) = self.stroke.take() else { return };
        let strength = stroke.strength(stroke.frame);
        let left = 1.0 - (1.0 - LEFT_BY_HAMMER) * strength;
        for ((states, struck), bank) in self.states.iter_mut().zip(&stroke.states).zip(&set.banks) {
            states.resize(bank.rows(), [[0.0; ROW]; 2]);
            for (state, struck) in states.iter_mut().flatten().zip(struck.iter().flatten()) {
                for lane in 0..ROW {
                    state[lane] = state[lane] * left + struck[lane] * strength;
                }
            }
        }
    }

    /// The next frames of the prompt sound and of the aftersound.
    #[inline(always)]
    pub fn next(&mut self, set: &StringSet, pedal: bool) -> [Quantum; 2] {
        let free = set.undamped || pedal || self.holds > 0;
        let mut sounds = [SILENCE; 2];
        for (at, bank) in set.banks.iter().enumerate() {
            let motion = if free { &bank.free } else { &bank.damped };
            motion.add(&mut self.states[at], &mut sounds[at]);
            if let Some(stroke) = &mut self.stroke {
                let mut struck = SILENCE;
                motion.add(&mut stroke.states[at], &mut struck);
                for (row, (sound, struck)) in sounds[at].iter_mut().zip(&struck).enumerate() {
                    for k in 0..ROW {
                        let strength = stroke.strength(stroke.frame + row * ROW + k);
                        let left = 1.0 - (1.0 - LEFT_BY_HAMMER) * strength;
                        sound[k] = sound[k] * left + struck[k] * strength;
                    }
                }
            }
        }
        if let Some(stroke) = &mut self.stroke {
            stroke.frame += QUANTUM;
            if stroke.frame >= stroke.frames {
                self.settle(set);
            }
        }
        self.since_trimmed += 1;
        if self.since_trimmed >= TRIMMING {
            self.since_trimmed = 0;
            self.states.iter_mut().for_each(trim);
        }
        sounds
    }
}

/// Takes away the last rows of modes, as long as none of them can be heard.
fn trim(states: &mut States) {
    let audible = |[re, im]: &[[f32; ROW]; 2]| {
        re.iter().zip(im).any(|(re, im)| re.abs() + im.abs() > INAUDIBLE as f32)
    };
    let sounding = states.iter().rposition(audible).map_or(0, |last| last + 1);
    states.truncate(sounding);
}
