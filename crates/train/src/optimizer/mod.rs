//! Rules that turn gradients into new parameters: torch's formulas, in single precision, one parameter at a time.

mod adam;
mod rmsprop;
mod sgd;

use fearless_simd::Level;
use symbreak_linalg::Aligned;

use crate::error::TrainError;

/// The rule and its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Stochastic gradient descent with momentum (torch.optim.SGD).
    Sgd {
        /// Share of the buffer that is kept.
        momentum: f64,
        /// Share of the gradient that does not enter the buffer.
        dampening: f64,
        /// Looks ahead along the buffer (Nesterov 1983, in Sutskever et al.'s form).
        nesterov: bool,
    },
    /// Adam (Kingma and Ba 2015, torch.optim.Adam and `AdamW`).
    Adam {
        /// Decay of the gradients' mean.
        beta1: f64,
        /// Decay of the mean of their squares.
        beta2: f64,
        /// Added to the root.
        epsilon: f64,
    },
    /// `RMSprop` (Tieleman and Hinton 2012, `torch.optim.RMSprop`).
    RmsProp {
        /// Decay of the mean of squares.
        alpha: f64,
        /// Added to the root.
        epsilon: f64,
        /// Share of the buffer that is kept.
        momentum: f64,
    },
}

/// How parameters are updated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptimizerSpec {
    /// The rule.
    pub method: Method,
    /// Factor of the parameters that joins their gradient.
    pub weight_decay: f64,
    /// The decay shrinks the parameters by `learning rate * weight_decay` instead (Loshchilov and Hutter 2019).
    pub decoupled: bool,
    /// Bound on the 2-norm of all gradients together; 0 for none.
    pub clip_norm: f64,
    /// Bound on every gradient; 0 for none.
    pub clip_value: f64,
    /// Batches whose gradients are averaged before one update, at least 1.
    pub accumulate: usize,
}

impl OptimizerSpec {
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        let share = |name: &str, x: f64| {
            let ok = (0.0..1.0).contains(&x);
            if ok { Ok(()) } else { Err(TrainError::invalid(format!("optimizer.{name}"), x, "in [0, 1)")) }
        };
        let factor = |name: &str, x: f64| {
            let ok = x >= 0.0 && x.is_finite();
            if ok {
                Ok(())
            } else {
                Err(TrainError::invalid(format!("optimizer.{name}"), x, "at least 0 and finite"))
            }
        };
        match self.method {
            Method::Sgd { momentum, dampening, .. } => {
                factor("momentum", momentum)?;
                if !dampening.is_finite() {
                    return Err(TrainError::invalid("optimizer.dampening", dampening, "finite"));
                }
            }
            Method::Adam { beta1, beta2, epsilon } => {
                share("beta1", beta1)?;
                share("beta2", beta2)?;
                factor("epsilon", epsilon)?;
            }
            Method::RmsProp { alpha, epsilon, momentum } => {
                if !(0.0..=1.0).contains(&alpha) {
                    return Err(TrainError::invalid("optimizer.alpha", alpha, "in [0, 1]"));
                }
                factor("epsilon", epsilon)?;
                factor("momentum", momentum)?;
            }
        }
        factor("weightDecay", self.weight_decay)?;
        factor("clipNorm", self.clip_norm)?;
        factor("clipValue", self.clip_value)?;
        if self.accumulate == 0 {
            return Err(TrainError::invalid("optimizer.accumulate", 0, "at least 1"));
        }
        Ok(())
    }

    /// Arrays as long as the parameters that the rule remembers.
    pub(crate) fn slots(&self) -> usize {
        match self.method {
            Method::Sgd { momentum, .. } => usize::from(momentum != 0.0),
            Method::Adam { .. } => 2,
            Method::RmsProp { momentum, .. } => 1 + usize::from(momentum != 0.0),
        }
    }

    /// Gradient descent and nothing else: the update is the weight gradient's own product.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.method, Method::Sgd { momentum: 0.0, .. })
            && self.weight_decay == 0.0
            && self.clip_norm == 0.0
            && self.clip_value == 0.0
            && self.accumulate == 1
    }
}

/// Everything an update needs beside the arrays, rounded to single precision once a step.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Update {
    /// Number of this update, from 1.
    pub count: u64,
    pub learning_rate: f64,
    /// Factor of every gradient that bounds their norm.
    pub clip: f32,
}

/// Parameters with their gradient and what the rule remembers of them.
pub(crate) struct Parameters<'a> {
    pub values: &'a mut [f32],
    pub gradient: &'a [f32],
    pub slots: &'a mut [Aligned],
}

/// Updates every parameter.
pub(crate) fn apply(level: Level, spec: &OptimizerSpec, update: Update, parameters: Parameters) {
    match spec.method {
        Method::Sgd { momentum, dampening, nesterov } => {
            sgd::Sgd::new(spec, update, momentum, dampening, nesterov).apply(level, parameters);
        }
        Method::Adam { beta1, beta2, epsilon } => {
            adam::Adam::new(spec, update, beta1, beta2, epsilon).apply(level, parameters);
        }
        Method::RmsProp { alpha, epsilon, momentum } => {
            rmsprop::RmsProp::new(spec, update, alpha, epsilon, momentum).apply(level, parameters);
        }
    }
}

/// What every rule does to a gradient first: clip, then decay.
#[derive(Clone, Copy)]
pub(crate) struct Decay {
    clip: f32,
    /// Joins the gradient.
    coupled: f32,
    /// Multiplies the parameter; 1 unless the decay is decoupled.
    shrink: f32,
}

impl Decay {
    pub fn new(spec: &OptimizerSpec, update: Update) -> Self {
        let (coupled, shrink) = if spec.decoupled {
            (0.0, 1.0 - update.learning_rate * spec.weight_decay)
        } else {
            (spec.weight_decay, 1.0)
        };
        Self { clip: update.clip, coupled: coupled as f32, shrink: shrink as f32 }
    }

    /// The parameter and the gradient that the rule goes on with.
    #[inline(always)]
    pub fn apply(self, value: f32, gradient: f32) -> (f32, f32) {
        (value * self.shrink, gradient * self.clip + value * self.coupled)
    }
}
