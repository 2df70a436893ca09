//! Hypergeometric counts of a small mean, which `rand_distr` refuses where its factorials overflow on the way.

use rand_core::Rng;
use rand_distr::{Distribution, StandardUniform};

/// From this mode on `rand_distr` draws by rejection, without factorials.
const LARGE: f64 = 10.0;

/// Longest product of ratios: a twentieth of a second.
const LONGEST: u64 = 1 << 24;

/// Successes in draws without replacement, by inversion from zero up (Kachitvichyanukul and Schmeiser 1985, "HIN").
#[derive(Clone, Copy, Debug)]
pub(crate) struct SmallHypergeometric {
    /// The items, those that count, and the draws, of a problem where both are at most half of the items.
    total: f64,
    successes: f64,
    draws: f64,
    /// Probability of no success.
    none: f64,
    /// The count is `offset + sign x`, x being that of this problem.
    offset: f64,
    sign: f64,
}

impl SmallHypergeometric {
    /// The law, unless its counts are large or there are more successes or draws than items.
    ///
    /// # Errors
    /// A product that takes too long.
    pub(crate) fn new(total: u64, successes: u64, draws: u64) -> Result<Option<Self>, String> {
        if successes > total || draws > total {
            return Ok(None);
        }
        let (mut offset, mut sign, mut few, mut taken) = (0.0, 1.0, successes, draws);
        if few > total / 2 {
            // Drawn ones that don't count.
            (offset, sign, few) = (draws as f64, -1.0, total - few);
        }
        if taken > total / 2 {
            // Ones that stay behind.
            offset += sign * few as f64;
            (sign, taken) = (-sign, total - taken);
        }
        let (short, long) = (few.min(taken), few.max(taken) as f64);
        let items = total as f64;
        if (short as f64 + 1.0) * (long + 1.0) / (items + 2.0) >= LARGE {
            return Ok(None);
        }
        if short > LONGEST {
            return Err(format!(
                "at most {LONGEST} successes or draws can be counted where so few of them meet"
            ));
        }
        let none = (0..short).map(|i| (items - long - i as f64) / (items - i as f64)).product();
        Ok(Some(Self { total: items, successes: few as f64, draws: taken as f64, none, offset, sign }))
    }
}

impl Distribution<f64> for SmallHypergeometric {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let Self { total, successes, draws, none, offset, sign } = *self;
        let mut rest: f64 = StandardUniform.sample(rng);
        let (mut x, mut probability) = (0.0, none);
        while rest > probability && x < successes.min(draws) {
            rest -= probability;
            probability *=
                (successes - x) * (draws - x) / ((x + 1.0) * (total - successes - draws + 1.0 + x));
            x += 1.0;
        }
        offset + sign * x
    }
}
