//! Numbers of about 106 bits: sums of two f64 of which the second is what the first leaves (Dekker 1971), without fused
//! multiply-adds.

/// `high + low`, where `high` is that sum rounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DoubleDouble {
    pub high: f64,
    pub low: f64,
}

impl DoubleDouble {
    /// The product of two f64, exact.
    pub fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        let ((a1, a2), (b1, b2)) = (halves(a), halves(b));
        Self { high, low: (((a1 * b1 - high) + a1 * b2) + a2 * b1) + a2 * b2 }
    }

    /// Of summands whose signs may differ, to the last bits of the larger one.
    pub fn plus(self, other: Self) -> Self {
        let high = self.high + other.high;
        let part = high - self.high;
        let rest = (self.high - (high - part)) + (other.high - part);
        settled(high, rest + (self.low + other.low))
    }

    pub fn times(self, other: Self) -> Self {
        let Self { high, low } = Self::product(self.high, other.high);
        settled(high, low + (self.high * other.low + self.low * other.high))
    }

    pub fn over(self, divisor: Self) -> Self {
        let quotient = self.high / divisor.high;
        let taken = Self::product(quotient, divisor.high);
        let rest = ((self.high - taken.high) - taken.low) + (self.low - quotient * divisor.low);
        settled(quotient, rest / divisor.high)
    }
}

impl From<f64> for DoubleDouble {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

/// The sum of two f64, the first of them the larger.
fn settled(a: f64, b: f64) -> DoubleDouble {
    let high = a + b;
    DoubleDouble { high, low: b - (high - a) }
}

/// An f64 as the sum of two of at most 26 bits (Veltkamp 1968).
fn halves(a: f64) -> (f64, f64) {
    let scaled = a * 134_217_729.0;
    let high = scaled - (scaled - a);
    (high, a - high)
}
