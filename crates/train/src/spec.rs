//! What a network is, and the check that it makes sense.

use symbreak_linalg::gemm_scratch_len;

use crate::error::TrainError;

/// A layer's nonlinearity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// z
    Linear,
    /// max(z, 0)
    Relu,
    /// z above 0, else this slope times z.
    LeakyRelu(f32),
    /// z above 0, else this factor times exp(z) - 1 (Clevert et al. 2016).
    Elu(f32),
    /// z times the normal distribution function of z (Hendrycks and Gimpel 2016), exact, not the tanh form.
    Gelu,
    /// z sigmoid(z)
    Silu,
    /// The hyperbolic tangent.
    Tanh,
    /// 1 / (1 + exp(-z))
    Sigmoid,
    /// ln(1 + exp(z))
    Softplus,
}

/// What is minimized: the mean of a row's loss over the rows of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// Cross-entropy of softmax(outputs); `smoothing` moves that much of the target to the uniform distribution.
    SoftmaxCrossEntropy {
        /// In [0, 1].
        smoothing: f64,
    },
    /// Mean over the outputs of the cross-entropy of sigmoid(output); `smoothing` moves that much towards 1/2.
    SigmoidCrossEntropy {
        /// In [0, 1].
        smoothing: f64,
    },
    /// Mean over the outputs of the squared error.
    MeanSquaredError,
    /// Mean over the outputs of the absolute error.
    MeanAbsoluteError,
    /// Mean over the outputs of half the squared error up to `delta`, linear beyond (Huber 1964).
    Huber {
        /// Positive.
        delta: f64,
    },
    /// Mean over the outputs of max(0, 1 - t y) for targets t of -1 and 1.
    Hinge,
}

/// One dense layer: `activation(x kernel + bias)`.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSpec {
    /// Outputs, at least 1.
    pub units: usize,
    /// Applied to every output.
    pub activation: Activation,
    /// Whether a bias is added.
    pub use_bias: bool,
    /// Adds `l1 * sum |w|` over the kernel to the loss.
    pub l1: f64,
    /// Adds `l2 * sum w^2` over the kernel to the loss.
    pub l2: f64,
    /// Probability in [0, 1) that an output is dropped in training.
    pub dropout: f64,
    /// Names the stream of the dropout mask, `<name>/dropout/<epoch>`.
    pub name: String,
    /// Frozen layers keep their parameters.
    pub trainable: bool,
}

/// A network before it is checked.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkSpec {
    /// Seed of the row order and of the dropout masks.
    pub seed: u64,
    /// Values in a row of input.
    pub inputs: usize,
    /// At least one.
    pub layers: Vec<LayerSpec>,
    /// What is minimized.
    pub loss: Loss,
}

/// A network that has been checked: nothing that runs on it can fail on its parameters.
#[derive(Clone, Debug)]
pub struct Network {
    spec: NetworkSpec,
}

impl NetworkSpec {
    /// Checks every field.
    ///
    /// # Errors
    /// [`TrainError::Invalid`] for the first that is out of range.
    pub fn check(self) -> Result<Network, TrainError> {
        if self.layers.is_empty() {
            return Err(TrainError::invalid("layers", self.layers, "at least one layer"));
        }
        for (i, layer) in self.layers.iter().enumerate() {
            layer.check(i)?;
        }
        let share = |smoothing: f64| (0.0..=1.0).contains(&smoothing);
        match self.loss {
            Loss::SoftmaxCrossEntropy { smoothing } | Loss::SigmoidCrossEntropy { smoothing }
                if !share(smoothing) =>
            {
                Err(TrainError::invalid("labelSmoothing", smoothing, "in [0, 1]"))
            }
            Loss::Huber { delta } if !(delta > 0.0 && delta.is_finite()) => {
                Err(TrainError::invalid("huberDelta", delta, "positive and finite"))
            }
            _ => Ok(Network { spec: self }),
        }
    }
}

impl LayerSpec {
    fn check(&self, i: usize) -> Result<(), TrainError> {
        let field = |name: &str| format!("layers[{i}].{name}");
        let factor = |x: f64| x >= 0.0 && x.is_finite();
        if self.units == 0 {
            return Err(TrainError::invalid(field("units"), self.units, "at least 1"));
        }
        if !factor(self.l1) || !factor(self.l2) {
            let (name, value) = if factor(self.l1) { ("l2", self.l2) } else { ("l1", self.l1) };
            return Err(TrainError::invalid(field(name), value, "at least 0 and finite"));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(TrainError::invalid(field("dropout"), self.dropout, "in [0, 1)"));
        }
        match self.activation {
            Activation::LeakyRelu(slope) | Activation::Elu(slope) if !slope.is_finite() => {
                Err(TrainError::invalid(field("slope"), slope, "finite"))
            }
            _ => Ok(()),
        }
    }

    /// Whether the derivative is kept from the forward pass; a rectifier's is read off its output.
    pub(crate) fn keeps_slope(&self) -> bool {
        self.dropout > 0.0 || !matches!(self.activation, Activation::Linear | Activation::Relu)
    }

    /// Whether the loss has a term in this layer's kernel.
    pub(crate) fn is_regularized(&self) -> bool {
        self.l1 > 0.0 || self.l2 > 0.0
    }
}

impl Network {
    /// Seed of the row order and of the dropout masks.
    pub fn seed(&self) -> u64 {
        self.spec.seed
    }

    /// Values in a row of input.
    pub fn inputs(&self) -> usize {
        self.spec.inputs
    }

    /// Values in a row of output.
    pub fn outputs(&self) -> usize {
        self.spec.layers.last().map_or(self.spec.inputs, |layer| layer.units)
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[LayerSpec] {
        &self.spec.layers
    }

    /// What is minimized.
    pub fn loss(&self) -> Loss {
        self.spec.loss
    }

    /// Inputs of layer `l`.
    pub fn fan_in(&self, l: usize) -> usize {
        if l == 0 { self.spec.inputs } else { self.spec.layers[l - 1].units }
    }

    /// Length of the flat parameter vector: layer by layer, kernel [in, out] in C order, then the bias [out].
    pub fn parameter_count(&self) -> usize {
        (0..self.spec.layers.len()).map(|l| self.rows(l) * self.spec.layers[l].units).sum()
    }

    /// Rows of layer `l`'s parameters as a matrix of `units` columns: the kernel's and, below them, the bias.
    pub(crate) fn rows(&self, l: usize) -> usize {
        self.fan_in(l) + usize::from(self.spec.layers[l].use_bias)
    }

    /// Multiply-adds that one row of input costs going forward.
    pub(crate) fn products(&self) -> usize {
        (0..self.spec.layers.len()).map(|l| self.fan_in(l) * self.spec.layers[l].units).sum()
    }

    /// The most scratch memory that a product of `rows` rows needs: forward, back through a transposed kernel, and for
    /// the gradients of weights.
    pub(crate) fn scratch_len(&self, rows: usize) -> usize {
        (0..self.layers().len())
            .map(|l| (self.fan_in(l), self.layers()[l].units))
            .map(|(fan_in, units)| {
                let back = gemm_scratch_len(units, fan_in);
                gemm_scratch_len(fan_in, units).max(back).max(gemm_scratch_len(rows, units))
            })
            .max()
            .unwrap_or(0)
    }

    /// The first layer that is trained: deltas are not carried below it.
    pub(crate) fn first_trainable(&self) -> usize {
        self.spec.layers.iter().position(|layer| layer.trainable).unwrap_or(self.spec.layers.len())
    }
}
