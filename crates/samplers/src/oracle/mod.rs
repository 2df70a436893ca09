//! Values of 60 digits that `make.py` has written, for the laws in f64.

/// For the normal: 53-bit integers of radius and angle, and both values. Each value is the sum of two doubles.
pub(crate) const NORMAL: &str = include_str!("normal.txt");

/// For the truncated normal: bounds in sigma, the 53-bit integer, the value.
pub(crate) const TRUNCATED: &str = include_str!("truncated.txt");

/// An exact value: two doubles that are added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact(f64, f64);

impl Exact {
    /// From the next two columns.
    pub fn read<'a>(columns: &mut impl Iterator<Item = &'a str>) -> Self {
        Self(read(columns), read(columns))
    }

    /// How far a value is off, and one unit of its last place. The difference of two near numbers is exact.
    pub fn error(self, got: f64) -> (f64, f64) {
        let magnitude = self.0.abs();
        (((got - self.0) - self.1).abs(), magnitude - magnitude.next_down())
    }
}

/// A number from the next column.
pub(crate) fn read<'a, T: std::str::FromStr>(columns: &mut impl Iterator<Item = &'a str>) -> T {
    let text = columns.next().expect("another column");
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}
