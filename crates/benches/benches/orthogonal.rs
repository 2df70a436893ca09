//! Haar-distributed orthogonal matrices, beside faer's QR of a normal matrix, which is how others draw them. `cargo bench -p symbreak-benches --bench orthogonal`

use std::hint::black_box;
use std::ops::ControlFlow;

use fearless_simd::Level;
use symbreak_benches::{best, peak};
use symbreak_linalg::orthogonal::{Orthogonal, Workspace};
use symbreak_rng::{Kernel, Stream};
use symbreak_samplers::normal::Normal;

const SHAPES: [(usize, usize); 7] =
    [(64, 64), (256, 256), (512, 512), (1024, 1024), (2048, 2048), (1152, 128), (4096, 1024)];

fn main() {
    faer::set_global_parallelism(faer::Par::Seq);
    let top = peak(Level::new());
    println!("peak of one core: {:.1} GFLOP/s ({})", top / 1e9, Kernel::best().name());
    for (m, n) in SHAPES {
        let (m64, n64) = (m as f64, n as f64);
        let flops = 2.0 * m64 * n64 * n64 - 2.0 / 3.0 * n64 * n64 * n64;
        let law = Orthogonal { rows: m, columns: n, gain: 1.0, special: false };
        let mut out = vec![0.0; m * n];
        let mut workspace = Workspace::default();
        println!("\n{m} x {n}");
        let rounds = if n > 1024 { 3 } else { 10 };
        let normal = Normal::new(0.0, 1.0).expect("the standard normal is a law");
        let time = best(rounds, || {
            normal.fill(Level::new(), Stream::new(7, 0), 0, &mut out);
            let z = faer::MatRef::from_row_major_slice(&out, m, n);
            black_box(z.qr().compute_thin_Q());
        });
        println!("{:>12}, 1 threads  {:9.1} us", "faer", time * 1e6);
        for kernel in Kernel::available() {
            let Some(level) = kernel.level().filter(|_| matches!(kernel.name(), "avx2" | "avx512")) else {
                continue;
            };
            for threads in [1, 2] {
                let rounds = if n > 1024 { 5 } else { 20 };
                let time = best(rounds, || {
                    let out = black_box(&mut out);
                    let _ =
                        law.fill(level, threads, Stream::new(7, 0), 0, out, &mut workspace, &mut |_, _| {
                            ControlFlow::Continue(())
                        });
                });
                println!(
                    "{:>12}, {threads} threads  {:9.1} us  {:6.1} GFLOP/s  {:5.1} %",
                    kernel.name(),
                    time * 1e6,
                    flops / time / 1e9,
                    100.0 * flops / time / top
                );
            }
        }
    }
}
