//! The standard normal mass between the mean and a bound, to about 80 bits: next to the mean a quantile is a difference
//! of such masses, and what is rounded off them is all that would be left of it.

use crate::double_double::DoubleDouble;
use crate::special::tail_mass;

/// `1 / sqrt(2 pi)`.
const DENSITY_AT_0: DoubleDouble = DoubleDouble { high: 0.3989422804014327, low: -2.49232720227773e-17 };

/// From here on the mass beyond, which f64 holds to its last digits, is small enough.
const FAR: f64 = 6.0;

/// The mass between 0 and `z`, for `z >= 0`.
///
/// The series `z + z^3/3 + z^5/15 + ...` over that of `exp(z^2 / 2)`: all terms of both are positive, so nothing cancels.
pub(crate) fn mass_to(z: f64) -> DoubleDouble {
    if z >= FAR {
        return DoubleDouble::from(0.5).plus(DoubleDouble::from(-tail_mass(z)));
    }
    let square = DoubleDouble::product(z, z);
    let one = DoubleDouble::from(1.0);
    let (mut odd, mut odds) = (one, one);
    let (mut even, mut evens) = (one, one);
    let mut n = 0.0;
    while even.high > evens.high * 1e-33 {
        n += 1.0;
        odd = odd.times(square).over(DoubleDouble::from(2.0 * n + 1.0));
        even = even.times(square).over(DoubleDouble::from(2.0 * n));
        odds = odds.plus(odd);
        evens = evens.plus(even);
    }
    DENSITY_AT_0.times(DoubleDouble::from(z)).times(odds.over(evens))
}
