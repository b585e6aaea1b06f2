//! Modal synthesis: computes the modes of vibrating strings frame by frame.

use super::SAMPLE_RATE;
use super::strings::{FIRST_UNDAMPED, INAUDIBLE, Mode, Strings, radians_per_frame};
use libm::{cos, exp, sin};
use std::array::from_fn;

/// The number of frames that are computed at once (0.7 ms). Events take effect between blocks.
pub(super) const BLOCK: usize = 32;

/// The number of frames in a row, the unit of the arithmetic: one AVX2 register, or two of SSE or
/// NEON.
pub(super) const ROW: usize = 8;

/// The number of rows in a block.
pub(super) const ROWS: usize = BLOCK / ROW;

/// A block of frames of one channel.
pub(super) type Block = [[f32; ROW]; ROWS];

pub(super) const SILENCE: Block = [[0.0; ROW]; ROWS];

/// A bank of modes that sound together, prepared for the arithmetic.
///
/// The state of a mode is a complex number z (a phasor), whose imaginary part is heard. Each frame
/// multiplies it by ρ = e^(−decay + i·frequency). So the k-th frame from now is
/// Im(z·ρᵏ) = Im z · Re ρᵏ + Re z · Im ρᵏ. A row of frames takes two products and two sums, and the
/// frames do not depend on each other. Then z is multiplied by ρ⁸.
#[derive(Debug)]
struct ModeBank {
    free: PhasorTable,
    damped: PhasorTable,
    /// The amplitudes for an excitation of 1.
    gains: Vec<f64>,
    /// In Hz.
    frequencies: Vec<f64>,
}

/// The powers of ρ for the modes of a bank.
#[derive(Debug)]
struct PhasorTable {
    /// For each mode, Re ρᵏ and Im ρᵏ for a row of frames.
    waves: Vec<[[f32; ROW]; 2]>,
    /// ρ⁸ for a row of modes at a time: real and imaginary parts.
    advances: Vec<[[f32; ROW]; 2]>,
}

/// The states of the modes of a bank, a row of modes at a time: real and imaginary parts.
type States = Vec<[[f32; ROW]; 2]>;

impl ModeBank {
    fn of(modes: &[Mode]) -> ModeBank {
        let free: Vec<_> = modes.iter().map(|mode| (mode.frequency, mode.decay)).collect();
        let below = |mode: &Mode| (mode.frequency, mode.decay + mode.damping);
        let damped: Vec<_> = modes.iter().map(below).collect();
        ModeBank {
            free: PhasorTable::of(&free),
            damped: PhasorTable::of(&damped),
            gains: modes.iter().map(|mode| mode.gain).collect(),
            frequencies: modes.iter().map(|mode| mode.frequency).collect(),
        }
    }

    fn rows(&self) -> usize {
        self.free.advances.len()
    }
}

impl PhasorTable {
    /// From frequencies in Hz and decays in 1/s.
    fn of(modes: &[(f64, f64)]) -> PhasorTable {
        let power = |&(frequency, decay): &(f64, f64), frames: usize| {
            let frames = frames as f64;
            let size = exp(-decay * frames / f64::from(SAMPLE_RATE));
            let angle = radians_per_frame(frequency) * frames;
            [(size * cos(angle)) as f32, (size * sin(angle)) as f32]
        };
        let row = |mode| {
            let powers: [_; ROW] = from_fn(|k| power(mode, k));
            [powers.map(|[re, _]| re), powers.map(|[_, im]| im)]
        };
        let advances = modes.chunks(ROW).map(|modes| {
            let mut advances = [[0.0; ROW]; 2];
            for (lane, mode) in modes.iter().enumerate() {
                [advances[0][lane], advances[1][lane]] = power(mode, ROW);
            }
            advances
        });
        let mut waves: Vec<_> = modes.iter().map(row).collect();
        waves.resize(modes.len().next_multiple_of(ROW), [[0.0; ROW]; 2]);
        PhasorTable { waves, advances: advances.collect() }
    }

    /// Adds a block of the modes in `states` to `sound`, and advances the states.
    #[inline(always)]
    fn add(&self, states: &mut [[[f32; ROW]; 2]], sound: &mut Block) {
        let mut sums = *sound;
        for ((state, turn), waves) in
            states.iter_mut().zip(&self.advances).zip(self.waves.chunks_exact(ROW))
        {
            // The states of a row of modes at the start of each row of frames.
            let mut now = *state;
            let mut starts = [[[0.0; ROW]; 2]; ROWS];
            for start in &mut starts {
                *start = now;
                now = products(now, turn);
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

/// The products of two rows of complex numbers.
#[inline(always)]
fn products([re, im]: [[f32; ROW]; 2], [level, upright]: &[[f32; ROW]; 2]) -> [[f32; ROW]; 2] {
    [
        from_fn(|lane| re[lane] * level[lane] - im[lane] * upright[lane]),
        from_fn(|lane| re[lane] * upright[lane] + im[lane] * level[lane]),
    ]
}

/// The part of a key's strings that does not change while they are played.
#[derive(Debug)]
pub(super) struct StringSet {
    strings: Strings,
    undamped: bool,
    banks: [ModeBank; 2],
}

impl StringSet {
    pub fn of(pitch: u8) -> StringSet {
        let strings = Strings::of(pitch);
        let banks = [ModeBank::of(&strings.prompt), ModeBank::of(&strings.after)];
        StringSet { strings, undamped: pitch >= FIRST_UNDAMPED, banks }
    }
}

/// The attack of a stroke, while the hammer is on the string: the sound is faded in.
#[derive(Debug, Clone)]
struct Attack {
    states: [States; 2],
    /// The number of frames since its start.
    frame: usize,
    /// The number of frames of contact, a whole number of blocks.
    frames: usize,
}

/// The shortest attack in frames: 1.5 ms. A shorter one would click.
const SHORTEST_ATTACK: usize = 2 * BLOCK;

/// The share of the sound before that is left after the hammer has touched the string.
const LEFT_BY_HAMMER: f32 = 0.5;

impl Attack {
    /// The gain at a frame: a smoothstep from 0 to 1.
    #[inline(always)]
    fn strength(&self, frame: usize) -> f32 {
        let x = frame as f32 / self.frames as f32;
        x * x * (3.0 - 2.0 * x)
    }
}

/// The state of a key and its vibrating strings.
#[derive(Debug, Clone, Default)]
pub(super) struct StringState {
    /// The states of the modes that sound, of prompt sound and aftersound. Modes beyond are silent.
    states: [States; 2],
    attack: Option<Attack>,
    /// How many voices hold the key.
    pub holds: u32,
    /// Whether the sostenuto pedal holds its damper up.
    caught: bool,
    /// The number of blocks for which the damper stays on the strings, although the pedal is down.
    damping: u32,
    /// The number of blocks since silent modes were last removed.
    since_trimmed: u32,
}

/// How many blocks a damper stays on the strings when the pedal goes up and down again: 0.18 s. A
/// foot takes about as long. Files mark such a change of pedal by an up and a down at one moment, or
/// a few milliseconds apart.
const CHANGE_OF_PEDAL: u32 = (18 * SAMPLE_RATE / 100) / BLOCK as u32;

/// The number of blocks between two searches for silent modes.
const TRIM_INTERVAL: u32 = 16;

impl StringState {
    /// Whether anything sounds.
    pub fn sounds(&self) -> bool {
        self.attack.is_some() || self.states.iter().any(|states| !states.is_empty())
    }

    /// The key goes down.
    pub fn press(&mut self) {
        self.holds += 1;
        self.damping = 0;
    }

    /// The sustain pedal goes up.
    pub fn drop_damper(&mut self) {
        if self.holds == 0 && !self.caught {
            self.damping = CHANGE_OF_PEDAL;
        }
    }

    /// The sostenuto pedal goes down or up. It catches only dampers that the key holds up.
    pub fn sostenuto(&mut self, down: bool) {
        self.caught = down && self.holds > 0;
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
                // The imaginary part is 0: a sine starts at zero.
                let amplitude = gain * hammer.excitation(frequency, velocity);
                states[at / ROW][0][at % ROW] = amplitude as f32;
            }
            states
        });
        let frames = (hammer.contact(velocity) * f64::from(SAMPLE_RATE)) as usize;
        let frames = frames.next_multiple_of(BLOCK).max(SHORTEST_ATTACK);
        self.attack = Some(Attack { states, frame: 0, frames });
    }

    /// Mixes the attack, as far as it has come, into the states of the strings.
    fn settle(&mut self, set: &StringSet) {
        let Some(attack) = self.attack.take() else { return };
        let strength = attack.strength(attack.frame);
        let left = 1.0 - (1.0 - LEFT_BY_HAMMER) * strength;
        for ((states, struck), bank) in self.states.iter_mut().zip(&attack.states).zip(&set.banks) {
            states.resize(bank.rows(), [[0.0; ROW]; 2]);
            for (state, struck) in states.iter_mut().flatten().zip(struck.iter().flatten()) {
                for lane in 0..ROW {
                    state[lane] = state[lane] * left + struck[lane] * strength;
                }
            }
        }
    }

    /// The next block of the prompt sound and of the aftersound.
    #[inline(always)]
    pub fn next(&mut self, set: &StringSet, pedal: bool) -> [Block; 2] {
        let pedal = pedal && self.damping == 0;
        self.damping = self.damping.saturating_sub(1);
        let free = set.undamped || pedal || self.caught || self.holds > 0;
        let mut sounds = [SILENCE; 2];
        for (at, bank) in set.banks.iter().enumerate() {
            let phasors = if free { &bank.free } else { &bank.damped };
            phasors.add(&mut self.states[at], &mut sounds[at]);
            if let Some(attack) = &mut self.attack {
                let mut struck = SILENCE;
                phasors.add(&mut attack.states[at], &mut struck);
                for (row, (sound, struck)) in sounds[at].iter_mut().zip(&struck).enumerate() {
                    for k in 0..ROW {
                        let strength = attack.strength(attack.frame + row * ROW + k);
                        let left = 1.0 - (1.0 - LEFT_BY_HAMMER) * strength;
                        sound[k] = sound[k] * left + struck[k] * strength;
                    }
                }
            }
        }
        if let Some(attack) = &mut self.attack {
            attack.frame += BLOCK;
            if attack.frame >= attack.frames {
                self.settle(set);
            }
        }
        self.since_trimmed += 1;
        if self.since_trimmed >= TRIM_INTERVAL {
            self.since_trimmed = 0;
            self.states.iter_mut().for_each(trim);
        }
        sounds
    }
}

/// Removes rows of modes from the end while all their modes are inaudible.
fn trim(states: &mut States) {
    let audible = |[re, im]: &[[f32; ROW]; 2]| {
        re.iter().zip(im).any(|(re, im)| re.abs() + im.abs() > INAUDIBLE as f32)
    };
    let sounding = states.iter().rposition(audible).map_or(0, |last| last + 1);
    states.truncate(sounding);
}
