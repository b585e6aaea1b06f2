//! The output heads: what the network predicts for every key at every step, and what it feeds back
//! to the key above.

use super::kernel::{sigmoid, softplus};
use super::key_logits::{KeyAction, KeyLogits, Nats};

/// One thing that the network predicts for a key at a step, with some outputs of the last dense
/// layer. What the key then does is fed back to the note layers at the key above, with some inputs
/// of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// Whether the key sounds ("frame" in the literature).
    Play,
    /// Whether a sounding key is struck ("onset"); it does not apply to silent keys.
    Articulate,
    /// Replaces [`Articulate`](Self::Articulate) for music that does not tell what is struck: a key
    /// is struck where it begins to sound and nowhere else. This is certain, so its loss and
    /// gradient are zero. Its output is not read: it is there because tensors have the same shapes
    /// with either head.
    ImpliedArticulate,
}

impl Head {
    /// The name of the head.
    pub fn name(self) -> &'static str {
        match self {
            Head::Play => "play",
            Head::Articulate => "articulate",
            Head::ImpliedArticulate => "implied articulate",
        }
    }

    /// The number of its outputs of the last dense layer.
    pub fn outputs(self) -> usize {
        match self {
            Head::Play | Head::Articulate | Head::ImpliedArticulate => 1,
        }
    }

    /// The number of its inputs of the lowest note layer, which show what the key below does.
    pub fn feedback(self) -> usize {
        match self {
            Head::Play | Head::Articulate | Head::ImpliedArticulate => 1,
        }
    }

    /// Reads the prediction from the outputs of the head. If `action` is known, an implied
    /// prediction agrees with it.
    fn read(self, outputs: &[f32], action: Option<KeyAction>, logits: &mut KeyLogits) {
        match self {
            Head::Play => logits.play = outputs[0],
            Head::Articulate => logits.articulate = outputs[0],
            Head::ImpliedArticulate => {
                let struck = action.is_some_and(|action| action.articulate);
                logits.articulate = if struck { f32::INFINITY } else { f32::NEG_INFINITY };
            }
        }
    }

    /// The negative log-likelihood of what a key does, in nats.
    ///
    /// This is the loss of the article, −log(2σy − σ − y + 1), in a form that neither overflows nor
    /// loses digits, and with the term of `articulate` only where the key sounds.
    pub(super) fn nll(self, logits: KeyLogits, action: KeyAction) -> f64 {
        let KeyLogits { play, articulate } = logits;
        // −log σ(x) for what happened, −log σ(−x) for what did not: log(1 + e⁻ˣ).
        let nll = |logit: f32, happened: bool| {
            softplus(if happened { -f64::from(logit) } else { f64::from(logit) })
        };
        match self {
            Head::Play => nll(play, action.play),
            Head::Articulate if action.play => nll(articulate, action.articulate),
            Head::Articulate | Head::ImpliedArticulate => 0.0,
        }
    }

    /// The derivative of [`nll`](Self::nll) with respect to each output of the head.
    fn gradient(self, logits: KeyLogits, action: KeyAction, gradient: &mut [f32]) {
        let error =
            |logit: f32, happened: bool| sigmoid(f64::from(logit)) as f32 - f32::from(happened);
        gradient[0] = match self {
            Head::Play => error(logits.play, action.play),
            Head::Articulate if action.play => error(logits.articulate, action.articulate),
            Head::Articulate | Head::ImpliedArticulate => 0.0,
        };
    }

    /// The input of the key above that is not zero, as column and value; `first` is the first
    /// column of the head.
    fn feed_back(self, action: KeyAction, first: u32) -> Option<(u32, f32)> {
        let happened = match self {
            Head::Play => action.play,
            Head::Articulate | Head::ImpliedArticulate => action.play && action.articulate,
        };
        happened.then_some((first, 1.0))
    }

    /// Biases with which the head predicts these frequencies.
    fn biases(self, frequencies: Frequencies, biases: &mut [f32]) {
        let logit = |p: f64| libm::log(p / (1.0 - p)).clamp(-10.0, 10.0) as f32;
        biases[0] = match self {
            Head::Play => logit(frequencies.play),
            Head::Articulate | Head::ImpliedArticulate => logit(frequencies.articulate),
        };
    }
}

impl KeyLogits {
    /// The negative log-likelihood of what the key does. The part of articulate is zero if the key
    /// does not sound.
    pub fn nats(self, action: KeyAction) -> Nats {
        Nats { play: Head::Play.nll(self, action), articulate: Head::Articulate.nll(self, action) }
    }
}

/// How often keys sound and are struck in some music.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frequencies {
    /// The share of all keys at all steps that sound.
    pub play: f64,
    /// The share of the sounding keys that are struck.
    pub articulate: f64,
}

/// All heads of a network, in the order of their outputs and of their feedback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// The heads.
    pub list: &'static [Head],
}

impl Heads {
    /// What sounds and what is struck.
    pub const PLAY_AND_ARTICULATE: Heads = Heads { list: &[Head::Play, Head::Articulate] };

    /// Only what sounds, for music that does not tell what is struck.
    pub const PLAY: Heads = Heads { list: &[Head::Play, Head::ImpliedArticulate] };

    /// The number of outputs of the last dense layer.
    pub fn outputs(&self) -> usize {
        self.list.iter().map(|head| head.outputs()).sum()
    }

    /// The number of inputs of the lowest note layer that show what the key below does.
    pub fn feedback(&self) -> usize {
        self.list.iter().map(|head| head.feedback()).sum()
    }

    /// Reads the prediction for a key from the `outputs` of the last dense layer. `action` is what
    /// the key does, if that is known.
    pub fn read(&self, outputs: &[f32], action: Option<KeyAction>) -> KeyLogits {
        let (mut logits, mut first) = (KeyLogits::default(), 0);
        for head in self.list {
            head.read(&outputs[first..first + head.outputs()], action, &mut logits);
            first += head.outputs();
        }
        logits
    }

    /// The negative log-likelihood of what a key does. Overwrites `gradient` with its derivative
    /// with respect to each of the `outputs`.
    pub fn loss_and_gradient(
        &self,
        outputs: &[f32],
        action: KeyAction,
        gradient: &mut [f32],
    ) -> Nats {
        let (logits, mut first) = (self.read(outputs, Some(action)), 0);
        for head in self.list {
            head.gradient(logits, action, &mut gradient[first..first + head.outputs()]);
            first += head.outputs();
        }
        logits.nats(action)
    }

    /// Biases of the last dense layer with which the network predicts these frequencies.
    pub fn biases(&self, frequencies: Frequencies, biases: &mut [f32]) {
        let mut rest = biases;
        for head in self.list {
            let (biases, after) = rest.split_at_mut(head.outputs());
            head.biases(frequencies, biases);
            rest = after;
        }
    }
}

/// The inputs of the note layers that show what the key below does, computed once for each thing
/// that a key can do.
#[derive(Debug, Clone, Default)]
pub(super) struct Feedback {
    /// The inputs that are not zero, above a key that is silent, held, or struck.
    silent: Vec<(u32, f32)>,
    held: Vec<(u32, f32)>,
    struck: Vec<(u32, f32)>,
}

impl Feedback {
    /// The feedback of some heads.
    pub(super) fn new(heads: Heads) -> Feedback {
        let entries = |play, articulate| {
            let mut first = 0;
            let of = |head: &Head| {
                let entry = head.feed_back(KeyAction { play, articulate }, first);
                first += head.feedback() as u32;
                entry
            };
            heads.list.iter().filter_map(of).collect()
        };
        Feedback {
            silent: entries(false, false),
            held: entries(true, false),
            struck: entries(true, true),
        }
    }

    /// The inputs of the key above a key that does this.
    pub(super) fn of(&self, action: KeyAction) -> &[(u32, f32)] {
        match (action.play, action.articulate) {
            (false, _) => &self.silent,
            (true, false) => &self.held,
            (true, true) => &self.struck,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENT: KeyAction = KeyAction { play: false, articulate: false };
    const HELD: KeyAction = KeyAction { play: true, articulate: false };
    const STRUCK: KeyAction = KeyAction { play: true, articulate: true };

    #[test]
    fn the_gradient_of_the_heads_is_the_slope_of_their_loss() {
        for heads in [Heads::PLAY_AND_ARTICULATE, Heads::PLAY] {
            for action in [SILENT, HELD, STRUCK] {
                let outputs = [0.7f32, -1.3];
                let mut gradient = [f32::NAN; 2];
                heads.loss_and_gradient(&outputs, action, &mut gradient);
                for output in 0..2 {
                    let loss = |moved: f32| {
                        let mut outputs = outputs;
                        outputs[output] += moved;
                        heads.loss_and_gradient(&outputs, action, &mut [0.0; 2]).total()
                    };
                    let slope = (loss(1.0 / 256.0) - loss(-1.0 / 256.0)) * 128.0;
                    let error = (slope - f64::from(gradient[output])).abs();
                    assert!(error < 1e-5, "{heads:?} {action:?} {output}: {slope} {gradient:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_implied_is_certain_and_costs_nothing() {
        for action in [SILENT, HELD, STRUCK] {
            let mut gradient = [f32::NAN; 2];
            let nats = Heads::PLAY.loss_and_gradient(&[0.7, -1.3], action, &mut gradient);
            assert_eq!((nats.articulate, gradient[1]), (0.0, 0.0));
            let whole = Heads::PLAY_AND_ARTICULATE;
            let both = whole.loss_and_gradient(&[0.7, -1.3], action, &mut [0.0; 2]);
            assert_eq!(nats.play, both.play);
        }
        assert_eq!(Heads::PLAY.read(&[0.7, -1.3], None).articulate, f32::NEG_INFINITY);
    }

    #[test]
    fn the_key_above_is_told_whether_this_one_sounds_and_is_struck() {
        for heads in [Heads::PLAY_AND_ARTICULATE, Heads::PLAY] {
            let feedback = Feedback::new(heads);
            assert_eq!((heads.outputs(), heads.feedback()), (2, 2));
            assert!(feedback.of(SILENT).is_empty());
            assert_eq!(feedback.of(HELD), [(0, 1.0)]);
            assert_eq!(feedback.of(STRUCK), [(0, 1.0), (1, 1.0)]);
        }
    }
}
