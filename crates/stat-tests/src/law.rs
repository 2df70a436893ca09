//! The laws as they should be.

use statrs::function::erf::{erf, erfc};

use crate::Format;

/// A continuous law on an interval.
#[derive(Clone, Copy, Debug)]
pub enum Law {
    /// On `[low, high)`.
    Uniform {
        /// The least value.
        low: f64,
        /// What all values are below.
        high: f64,
    },
    /// Cut to an interval, which may be infinite.
    Normal {
        /// Of the parent.
        mean: f64,
        /// Of the parent.
        stddev: f64,
        /// The bounds in sigma.
        cut: [f64; 2],
    },
}

/// The standard normal mass beyond z.
fn beyond(z: f64) -> f64 {
    0.5 * erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The standard normal mass of an interval, without cancellation.
fn mass(a: f64, b: f64) -> f64 {
    if b - a < 1e-3 {
        // Simpson's rule, exact to 1e-17 of the mass.
        let density = |z: f64| (-0.5 * z * z).exp() * 0.398_942_280_401_432_7;
        return (b - a) / 6.0 * (density(a) + 4.0 * density(0.5 * (a + b)) + density(b));
    }
    if a >= 0.0 {
        beyond(a) - beyond(b)
    } else if b <= 0.0 {
        mass(-b, -a)
    } else {
        let half = |z: f64| 0.5 * erf(z * std::f64::consts::FRAC_1_SQRT_2);
        half(-a) + half(b)
    }
}

impl Law {
    /// A normal law without bounds.
    pub const fn normal(mean: f64, stddev: f64) -> Self {
        Self::Normal { mean, stddev, cut: [f64::NEG_INFINITY, f64::INFINITY] }
    }

    /// The probability of values up to x.
    pub fn below(&self, x: f64) -> f64 {
        match *self {
            Self::Uniform { low, high } => ((x - low) / (high - low)).clamp(0.0, 1.0),
            Self::Normal { mean, stddev, cut: [a, b] } => {
                let z = ((x - mean) / stddev).clamp(a, b);
                mass(a, z) / mass(a, b)
            }
        }
    }

    /// Two values that the law lies between, but for less than 1e-40 of its mass.
    pub fn support(&self) -> [f64; 2] {
        match *self {
            Self::Uniform { low, high } => [low, high],
            Self::Normal { mean, stddev, cut: [a, b] } => {
                [mean + stddev * a.max(b.min(0.0) - 14.0), mean + stddev * b.min(a.max(0.0) + 14.0)]
            }
        }
    }

    /// The least and the greatest value of a format that the law can give; infinite where it has no bound, or where the
    /// format has no value within it and the rounded one stays.
    pub fn extremes(&self, format: Format) -> [f64; 2] {
        // Truncated values lie strictly inside where the format is as fine as the sampler; halves can be bounds.
        let fine = matches!(format, Format::F32 | Format::F64);
        let (low, high, closed) = match *self {
            Self::Uniform { low, high } => (low, high, [true, false]),
            Self::Normal { mean, stddev, cut: [a, b] } => (mean + stddev * a, mean + stddev * b, [!fine; 2]),
        };
        let nearest = |x: f64| if x.is_finite() { format.nearest(x) } else { x };
        let (mut least, mut greatest) = (nearest(low), nearest(high));
        if low.is_finite() && (least < low || (least == low && !closed[0])) {
            least = format.above(least);
        }
        if high.is_finite() && (greatest > high || (greatest == high && !closed[1])) {
            greatest = format.below(greatest);
        }
        if least <= greatest { [least, greatest] } else { [f64::NEG_INFINITY, f64::INFINITY] }
    }

    /// The value that has the share `p` of the law below it.
    pub fn quantile(&self, p: f64) -> f64 {
        let [mut low, mut high] = self.support();
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if self.below(middle) < p { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }

    /// Relative density.
    fn density(&self, x: f64) -> f64 {
        match *self {
            Self::Uniform { .. } => 1.0,
            Self::Normal { mean, stddev, cut: [a, b] } => {
                let z = (x - mean) / stddev;
                let peak = 0.0_f64.clamp(a, b);
                (-0.5 * (z - peak) * (z + peak)).exp()
            }
        }
    }

    /// Mean and standard deviation, and the moments 0 to 12 in these units, by Simpson's rule.
    pub fn moments(&self) -> (f64, f64, [f64; 13]) {
        let [low, high] = self.support();
        let integrate = |f: &dyn Fn(f64) -> f64| {
            let intervals = 20_000;
            let h = (high - low) / f64::from(intervals);
            let weight = |i: i32| {
                if i == 0 || i == intervals {
                    1.0
                } else if i % 2 == 1 {
                    4.0
                } else {
                    2.0
                }
            };
            (0..=intervals)
                .map(|i| {
                    let x = low + h * f64::from(i);
                    weight(i) * self.density(x) * f(x)
                })
                .sum::<f64>()
        };
        let total = integrate(&|_| 1.0);
        let mean = low + integrate(&|x| x - low) / total;
        let stddev = (integrate(&|x| (x - mean).powi(2)) / total).sqrt();
        let moments = std::array::from_fn(|k| integrate(&|x| ((x - mean) / stddev).powi(k as i32)) / total);
        (mean, stddev, moments)
    }
}
