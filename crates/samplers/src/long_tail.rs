//! The long tail of distributions, by the `rand_distr` crate over our words: computed in f64, written as f32.
//!
//! Outside the bit contract: how many words a draw takes, and its last bits, are `rand_distr`'s to change.

use core::fmt;

use rand_distr::multi::Dirichlet;
use rand_distr::{
    Beta, Binomial, Cauchy, ChiSquared, Distribution, Exp, FisherF, Frechet, Gamma, Geometric, Gumbel,
    Hypergeometric, InverseGaussian, LogNormal, NormalInverseGaussian, Pareto, Pert, Poisson, SkewNormal,
    StudentT, Triangular, UnitBall, UnitCircle, UnitDisc, UnitSphere, Weibull, Zeta, Zipf,
};
use symbreak_rng::Words;

use crate::error::LawError;
use crate::hypergeometric::SmallHypergeometric;

/// Every distribution's name and parameters, in the order that [`LongTail::new`] takes them.
pub const DISTRIBUTIONS: [(&str, &[&str]); 28] = [
    ("beta", &["alpha", "beta"]),
    ("binomial", &["n", "p"]),
    ("cauchy", &["median", "scale"]),
    ("chiSquared", &["df"]),
    // As many parameters as there are categories, two or more.
    ("dirichlet", &["alpha"]),
    ("exponential", &["rate"]),
    ("fisherF", &["m", "n"]),
    ("frechet", &["location", "scale", "shape"]),
    ("gamma", &["shape", "scale"]),
    ("geometric", &["p"]),
    ("gumbel", &["location", "scale"]),
    ("hypergeometric", &["total", "successes", "draws"]),
    ("inverseGaussian", &["mean", "shape"]),
    ("logNormal", &["mean", "stddev"]),
    ("normalInverseGaussian", &["alpha", "beta"]),
    ("pareto", &["scale", "shape"]),
    ("pert", &["min", "max", "mode"]),
    ("poisson", &["lambda"]),
    ("skewNormal", &["location", "scale", "shape"]),
    ("studentT", &["df"]),
    ("triangular", &["min", "max", "mode"]),
    ("unitBall", &[]),
    ("unitCircle", &[]),
    ("unitDisc", &[]),
    ("unitSphere", &[]),
    ("weibull", &["scale", "shape"]),
    ("zeta", &["s"]),
    ("zipf", &["n", "s"]),
];

/// Writes one draw.
type Draw = Box<dyn Fn(&mut Words, &mut [f32]) + Send + Sync>;

/// A distribution with its parameters checked.
pub struct LongTail {
    /// Values that a draw has: 1, or the number of coordinates.
    width: usize,
    draw: Draw,
}

impl fmt::Debug for LongTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LongTail").field("width", &self.width).finish_non_exhaustive()
    }
}

impl LongTail {
    /// The distribution of this name, with its parameters as [`DISTRIBUTIONS`] lists them.
    ///
    /// # Errors
    /// A name that is not listed, a wrong number of parameters, or what the distribution refuses.
    pub fn new(name: &str, parameters: &[f64]) -> Result<Self, LawError> {
        let Some((_, names)) = DISTRIBUTIONS.iter().find(|(known, _)| *known == name) else {
            let known = DISTRIBUTIONS.map(|(name, _)| name).join(", ");
            return Err(LawError::new("distribution", name, &format!("one of {known}")));
        };
        if name != "dirichlet" && parameters.len() != names.len() {
            let message = format!("{} parameters: {}", names.len(), names.join(", "));
            return Err(LawError::new("params", parameters.len(), &message));
        }
        if let Some(value) = parameters.iter().find(|value| !value.is_finite()) {
            return Err(LawError::new("params", value, "finite numbers"));
        }
        build(name, parameters).map_err(|reason| LawError { argument: "params", message: reason })
    }

    /// Values that a draw has; a fill's length is a multiple of it.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Fills `out` with draws from where `words` stands, and leaves `words` after the last one used. A part of a draw at
    /// the end is cut off. Where parameters lead beyond the numbers that f64 has, draws are NaN, which whoever hands them
    /// on must refuse.
    pub fn fill(&self, words: &mut Words, out: &mut [f32]) {
        let mut chunks = out.chunks_exact_mut(self.width);
        for chunk in &mut chunks {
            (self.draw)(words, chunk);
        }
        let rest = chunks.into_remainder();
        if !rest.is_empty() {
            let mut last = vec![0.0; self.width];
            (self.draw)(words, &mut last);
            rest.copy_from_slice(&last[..rest.len()]);
        }
    }
}

/// What the crate refuses, whose words are often of another distribution, or of names that no caller knows.
fn refused() -> String {
    "f64 has no such law".to_owned()
}

/// A distribution of single numbers.
fn real<D, E>(distribution: Result<D, E>) -> Result<LongTail, String>
where
    D: Distribution<f64> + Send + Sync + 'static,
{
    let distribution = distribution.map_err(|_| refused())?;
    Ok(LongTail { width: 1, draw: Box::new(move |words, out| out[0] = distribution.sample(words) as f32) })
}

/// A distribution of counts.
fn count<D, E>(distribution: Result<D, E>) -> Result<LongTail, String>
where
    D: Distribution<u64> + Send + Sync + 'static,
{
    real(distribution.map(|distribution| distribution.map(|count| count as f64)))
}

/// A distribution of points.
fn point<const N: usize, D>(distribution: D) -> LongTail
where
    D: Distribution<[f64; N]> + Send + Sync + 'static,
{
    let draw = move |words: &mut Words, out: &mut [f32]| {
        for (value, coordinate) in out.iter_mut().zip(distribution.sample(words)) {
            *value = coordinate as f32;
        }
    };
    LongTail { width: N, draw: Box::new(draw) }
}

/// A parameter that counts something.
fn whole(value: f64) -> Result<u64, String> {
    if (0.0..=9_007_199_254_740_992.0).contains(&value) && value.fract() == 0.0 {
        Ok(value as u64)
    } else {
        Err("counts must be whole numbers from 0 to 2^53".to_owned())
    }
}

fn build(name: &str, p: &[f64]) -> Result<LongTail, String> {
    match name {
        "beta" => real(Beta::new(p[0], p[1])),
        "binomial" => count(Binomial::new(whole(p[0])?, p[1])),
        "cauchy" => real(Cauchy::new(p[0], p[1])),
        "chiSquared" => real(ChiSquared::new(p[0])),
        "dirichlet" => dirichlet(p),
        "exponential" => real(Exp::new(p[0])),
        "fisherF" => real(FisherF::new(p[0], p[1])),
        "frechet" => real(Frechet::new(p[0], p[1], p[2])),
        "gamma" => real(Gamma::new(p[0], p[1])),
        // With less the crate's draws are off, and with 0 there is no end.
        "geometric" if p[0] < f64::EPSILON => Err("p must be at least 2^-52".to_owned()),
        "geometric" => count(Geometric::new(p[0])),
        "gumbel" => real(Gumbel::new(p[0], p[1])),
        "hypergeometric" => hypergeometric(whole(p[0])?, whole(p[1])?, whole(p[2])?),
        "inverseGaussian" => real(InverseGaussian::new(p[0], p[1])),
        "logNormal" => real(LogNormal::new(p[0], p[1])),
        "normalInverseGaussian" => real(NormalInverseGaussian::new(p[0], p[1])),
        "pareto" => real(Pareto::new(p[0], p[1])),
        "pert" => real(Pert::new(p[0], p[1]).with_mode(p[2])),
        "poisson" => real(Poisson::new(p[0])),
        "skewNormal" => real(SkewNormal::new(p[0], p[1], p[2])),
        "studentT" => real(StudentT::new(p[0])),
        "triangular" => real(Triangular::new(p[0], p[1], p[2])),
        "unitBall" => Ok(point(UnitBall)),
        "unitCircle" => Ok(point(UnitCircle)),
        "unitDisc" => Ok(point(UnitDisc)),
        "unitSphere" => Ok(point(UnitSphere)),
        "weibull" => real(Weibull::new(p[0], p[1])),
        "zeta" => real(Zeta::new(p[0])),
        "zipf" => real(Zipf::new(whole(p[0])? as f64, p[1])),
        _ => Err("there is no such distribution".to_owned()),
    }
}

fn hypergeometric(total: u64, successes: u64, draws: u64) -> Result<LongTail, String> {
    match SmallHypergeometric::new(total, successes, draws)? {
        Some(law) => real(Ok::<_, ()>(law)),
        None => count(Hypergeometric::new(total, successes, draws)),
    }
}

fn dirichlet(alpha: &[f64]) -> Result<LongTail, String> {
    let distribution = Dirichlet::new(alpha).map_err(|_| refused())?;
    let draw = move |words: &mut Words, out: &mut [f32]| {
        let values: Vec<f64> = distribution.sample(words);
        for (value, share) in out.iter_mut().zip(values) {
            *value = share as f32;
        }
    };
    Ok(LongTail { width: alpha.len(), draw: Box::new(draw) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use symbreak_rng::Stream;

    /// Parameters that every distribution takes.
    fn good(name: &str) -> &'static [f64] {
        match name {
            "binomial" => &[20.0, 0.25],
            "dirichlet" => &[1.0, 2.0, 3.0],
            "geometric" => &[0.5],
            "hypergeometric" => &[50.0, 20.0, 10.0],
            "normalInverseGaussian" => &[2.0, 1.0],
            "pert" | "triangular" => &[0.0, 4.0, 1.0],
            "unitBall" | "unitCircle" | "unitDisc" | "unitSphere" => &[],
            "frechet" | "skewNormal" => &[0.0, 1.0, 3.0],
            "chiSquared" | "exponential" | "poisson" | "studentT" | "zeta" => &[3.0],
            _ => &[4.0, 3.0],
        }
    }

    #[test]
    fn every_distribution_can_be_drawn_from() {
        for (name, _) in DISTRIBUTIONS {
            let law = LongTail::new(name, good(name)).unwrap();
            let mut words = Words::new(Stream::new(1, 2), 4096);
            let mut out = [f32::NAN; 60];
            law.fill(&mut words, &mut out);
            assert!(out.iter().all(|x| x.is_finite()), "{name}: {out:?}");
            assert!(words.position() > 4096);
            let mut again = [0.0; 60];
            law.fill(&mut Words::new(Stream::new(1, 2), 4096), &mut again);
            assert_eq!(out, again);
        }
    }

    #[test]
    fn means_are_right() {
        for (name, parameters, mean) in [
            ("exponential", &[2.0][..], 0.5),
            ("gamma", &[3.0, 0.5], 1.5),
            ("beta", &[2.0, 6.0], 0.25),
            ("binomial", &[20.0, 0.25], 5.0),
            ("poisson", &[7.0], 7.0),
            ("hypergeometric", &[50.0, 20.0, 10.0], 4.0),
            ("hypergeometric", &[1540.0, 107.0, 99.0], 6.878_571),
            ("hypergeometric", &[1e6, 1000.0, 999_500.0], 999.5),
            ("hypergeometric", &[1e6, 999_000.0, 500.0], 499.5),
            ("hypergeometric", &[1e12, 1e6, 2e6], 2.0),
            ("hypergeometric", &[1e9, 5e8, 100.0], 50.0),
            ("triangular", &[0.0, 4.0, 2.0], 2.0),
        ] {
            let mut out = vec![0.0; 100_000];
            LongTail::new(name, parameters).unwrap().fill(&mut Words::new(Stream::new(3, 4), 0), &mut out);
            let found = out.iter().map(|&x| f64::from(x)).sum::<f64>() / 1e5;
            assert!((found - mean).abs() < 0.03 * mean.max(1.0), "{name}: {found}");
        }
    }

    #[test]
    fn points_keep_their_radius() {
        let mut out = [0.0; 300];
        LongTail::new("unitSphere", &[]).unwrap().fill(&mut Words::new(Stream::new(3, 4), 0), &mut out);
        assert!(out.chunks(3).all(|p| (p.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5));
    }

    #[test]
    fn refusals_name_the_argument() {
        assert_eq!(LongTail::new("nope", &[]).unwrap_err().argument, "distribution");
        for (name, parameters) in [
            ("gamma", &[1.0][..]),
            ("gamma", &[-1.0, 1.0]),
            ("binomial", &[1.5, 0.5]),
            ("beta", &[f64::NAN, 1.0]),
            ("hypergeometric", &[9e15, 2e8, 2e8]),
            ("hypergeometric", &[10.0, 11.0, 3.0]),
            ("geometric", &[0.0]),
            ("zipf", &[10.5, 1.0]),
        ] {
            let refusal = LongTail::new(name, parameters).unwrap_err();
            assert_eq!(refusal.argument, "params");
            assert!(!refusal.message.contains("distribution"), "{name}: {refusal}");
        }
    }
}
