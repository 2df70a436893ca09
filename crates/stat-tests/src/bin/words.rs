//! Writes words to standard output for ever, little-endian, for batteries of tests that read a pipe.

use std::io::{self, Write};
use std::process::ExitCode;

use symbreak_rng::{BLOCK, Kernel, Stream, fill_words};

/// Streams that are interleaved word by word.
const WAYS: usize = 64;

/// Words of each stream that are made at a time.
const STRETCH: usize = 4 * BLOCK;

const USAGE: &str = "words ORDER | battery\n\n\
    stream  one stream, in order\n\
    seeds   streams of 64 neighbouring seeds, interleaved word by word\n\
    paths   streams of 64 paths of one seed, layer.0 to layer.63, interleaved\n\
    ranges  64 ranges of one stream, 2^32 words apart, interleaved\n\
    blocks  the first 16 words of each block, all that Philox and one step of xoshiro make";

/// Stream and first word of the range that fills place `way` of every group.
type Source = fn(usize) -> (Stream, u64);

fn source(order: &str) -> Option<(usize, Source)> {
    Some(match order {
        "stream" => (1, |_| (Stream::new(7, 0), 0)),
        "seeds" => (WAYS, |way| (Stream::new(way as u64, 0), 0)),
        "paths" => (WAYS, |way| (Stream::from_path(7, &format!("layer.{way}")), 0)),
        "ranges" => (WAYS, |way| (Stream::new(7, 0), (way as u64) << 32)),
        _ => return None,
    })
}

/// Ends only when nobody reads any more.
fn interleave(ways: usize, source: Source, out: &mut impl Write) -> io::Result<()> {
    let level = Kernel::best().level().expect("the best kernel runs here");
    let mut words = vec![0; STRETCH];
    let mut bytes = vec![0u8; 4 * ways * STRETCH];
    for round in 0u64.. {
        for way in 0..ways {
            let (stream, first) = source(way);
            fill_words(level, stream, first + round * STRETCH as u64, &mut words);
            for (slot, word) in bytes.chunks_exact_mut(4).skip(way).step_by(ways).zip(&words) {
                slot.copy_from_slice(&word.to_le_bytes());
            }
        }
        out.write_all(&bytes)?;
    }
    Ok(())
}

fn block_starts(out: &mut impl Write) -> io::Result<()> {
    let level = Kernel::best().level().expect("the best kernel runs here");
    let mut words = [0; 16];
    for block in 0u64.. {
        fill_words(level, Stream::new(7, 0), block * BLOCK as u64, &mut words);
        for word in words {
            out.write_all(&word.to_le_bytes())?;
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let order = std::env::args().nth(1).unwrap_or_default();
    let mut out = io::BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let end = match source(&order) {
        Some((ways, source)) => interleave(ways, source, &mut out),
        None if order == "blocks" => block_starts(&mut out),
        None => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match end {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("words: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}
