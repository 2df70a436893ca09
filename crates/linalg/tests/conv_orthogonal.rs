//! Orthogonal convolution kernels: norms under circular padding, and the same bits on every level.

mod support;

use std::ops::ControlFlow;

use fearless_simd::Level;
use support::levels;
use symbreak_linalg::conv_orthogonal::ConvOrthogonal;
use symbreak_rng::Stream;

fn draw(law: ConvOrthogonal, level: Level, seed: u64) -> Vec<f32> {
    let mut out = vec![f32::NAN; law.elements()];
    let end = law.fill(level, 1, Stream::new(seed, 3), &mut out, &mut |_, _| ControlFlow::Continue(()));
    assert!(end.is_continue());
    out
}

fn law(kernel: [usize; 3], inputs: usize, outputs: usize) -> ConvOrthogonal {
    ConvOrthogonal { kernel, inputs, outputs, gain: 1.0 }
}

/// Places of three axes in C order.
fn places([a, b, c]: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    (0..a * b * c).map(move |i| [i / (b * c), i / c % b, i % c])
}

/// The circular convolution of a channels-last signal with a kernel, in f64.
fn convolve(law: ConvOrthogonal, kernel: &[f32], sizes: [usize; 3], signal: &[f64]) -> Vec<f64> {
    let ConvOrthogonal { inputs, outputs, .. } = law;
    let mut result = vec![0.0; signal.len() / inputs * outputs];
    for (at, x) in places(sizes).zip(signal.chunks_exact(inputs)) {
        for (tap, matrix) in places(law.kernel).zip(kernel.chunks_exact(inputs * outputs)) {
            let target: [usize; 3] = std::array::from_fn(|axis| (at[axis] + tap[axis]) % sizes[axis]);
            let index = (target[0] * sizes[1] + target[1]) * sizes[2] + target[2];
            for (i, x) in x.iter().enumerate() {
                for (o, y) in result[index * outputs..(index + 1) * outputs].iter_mut().enumerate() {
                    *y += x * f64::from(matrix[i * outputs + o]);
                }
            }
        }
    }
    result
}

#[test]
fn keeps_norms_under_circular_padding() {
    let laws = [
        law([1, 1, 1], 3, 5),
        law([3, 1, 1], 4, 4),
        law([2, 1, 1], 1, 1),
        law([4, 1, 1], 2, 7),
        law([3, 3, 1], 5, 6),
        law([2, 2, 1], 3, 3),
        law([3, 3, 3], 2, 4),
        law([1, 3, 2], 3, 4),
    ];
    for law in laws {
        let kernel = draw(law, Level::new(), 1);
        let sizes = law.kernel.map(|size| if size == 1 { 1 } else { 5 });
        let len = sizes.iter().product::<usize>() * law.inputs;
        let signal: Vec<f64> = (0..len).map(|i| (i as f64 * 0.7).sin()).collect();
        let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
        let ratio = norm(&convolve(law, &kernel, sizes, &signal)) / norm(&signal);
        assert!((ratio - 1.0).abs() < 2e-6, "{law:?}: {ratio}");
    }
}

#[test]
fn known_answer() {
    let mut out = [0.0f32; 8];
    let stream = Stream::new(0x2_0000_0001, 7);
    let end =
        law([2, 1, 1], 2, 2).fill(Level::new(), 1, stream, &mut out, &mut |_, _| ControlFlow::Continue(()));
    assert!(end.is_continue());
    let expected =
        [0xbcff1ed5, 0x3e093ef4, 0xbe658e17, 0x3f76fc38, 0x3f76fc37, 0x3e658e16, 0xbe093ef7, 0xbcff1ef3];
    assert_eq!(out.map(f32::to_bits), expected);
}

#[test]
fn uses_every_tap() {
    let law = law([3, 3, 1], 8, 8);
    let kernel = draw(law, Level::new(), 2);
    assert!(kernel.chunks_exact(64).all(|tap| tap.iter().any(|x| x.abs() > 1e-3)));
}

#[test]
fn every_level_gives_the_same_bits() {
    for law in [law([3, 3, 1], 5, 9), law([2, 2, 2], 1, 1), law([3, 1, 1], 17, 20)] {
        let expected: Vec<u32> = draw(law, levels()[0], 5).iter().map(|x| x.to_bits()).collect();
        for level in levels() {
            let found: Vec<u32> = draw(law, level, 5).iter().map(|x| x.to_bits()).collect();
            assert_eq!(found, expected, "{law:?} {level:?}");
        }
    }
}

#[test]
fn zero_sizes_and_gain() {
    assert!(draw(law([3, 0, 1], 2, 2), Level::new(), 1).is_empty());
    assert!(draw(law([3, 3, 1], 0, 2), Level::new(), 1).is_empty());
    let plain = draw(law([2, 1, 1], 2, 3), Level::new(), 1);
    let doubled = draw(ConvOrthogonal { gain: 2.0, ..law([2, 1, 1], 2, 3) }, Level::new(), 1);
    assert!(plain.iter().zip(doubled).all(|(x, y)| 2.0 * x == y));
}

#[test]
#[should_panic(expected = "3 input channels for 2")]
fn refuses_more_inputs_than_outputs() {
    draw(law([3, 1, 1], 3, 2), Level::new(), 1);
}

#[test]
fn an_observer_can_stop_it() {
    let law = law([3, 3, 1], 4, 4);
    let mut out = vec![0.0; law.elements()];
    let end = law.fill(Level::new(), 1, Stream::new(1, 1), &mut out, &mut |_, _| ControlFlow::Break(()));
    assert!(end.is_break());
}
