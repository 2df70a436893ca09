//! Whole files: read back with the safetensors crate, checked again, stopped, and refused by the system.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use fearless_simd::Level;
use proptest::prelude::*;
use safetensors::SafeTensors;
use symbreak_checkpoint::{Destination, Error, Observer, Piece, verify, write};
use symbreak_init::{Dtype, FillError, Job, Law, Out, PlacedOrthogonal, Placement, Unwatched, fill};
use symbreak_linalg::orthogonal::Orthogonal;
use symbreak_rng::Stream;
use symbreak_samplers::normal::Normal;
use symbreak_samplers::uniform::Uniform;

/// Counts bytes and stops at a limit.
struct Counter {
    bytes: AtomicU64,
    limit: u64,
}

impl Counter {
    fn new(limit: u64) -> Self {
        Self { bytes: AtomicU64::new(0), limit }
    }
}

impl Observer for Counter {
    fn advance(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) >= self.limit
    }
}

fn elementwise(law: Law, dtype: Dtype, elements: u64) -> Piece {
    Piece { job: Job { law, stream: Stream::new(7, elements), offset: 0 }, dtype, elements }
}

fn normal(elements: u64, dtype: Dtype) -> Piece {
    elementwise(Law::Normal(Normal::new(0.0, 0.02).unwrap()), dtype, elements)
}

/// A Haar matrix, which is made as one piece.
fn orthogonal(n: usize) -> Piece {
    let law = Law::Orthogonal(PlacedOrthogonal {
        law: Orthogonal { rows: n, columns: n, gain: 1.0, special: false },
        batch: 1,
        placement: Placement { base: 0, batch: n * n, row: n, column: 1 },
    });
    elementwise(law, Dtype::F32, (n * n) as u64)
}

fn name(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::F32 => "F32",
        Dtype::F64 => "F64",
        Dtype::F16 => "F16",
        Dtype::Bf16 => "BF16",
    }
}

/// The head of a safetensors file with the pieces as tensors "0", "1", ...
fn head(pieces: &[Piece]) -> Vec<u8> {
    let mut at = 0;
    let entries: Vec<_> = pieces
        .iter()
        .enumerate()
        .map(|(i, piece)| {
            let start = at;
            at += piece.bytes();
            let (dtype, n) = (name(piece.dtype), piece.elements);
            format!(r#""{i}":{{"dtype":"{dtype}","shape":[{n}],"data_offsets":[{start},{at}]}}"#)
        })
        .collect();
    let json = format!("{{{}}}", entries.join(","));
    let padded = format!("{json:<width$}", width = json.len().next_multiple_of(8));
    [&(padded.len() as u64).to_le_bytes()[..], padded.as_bytes()].concat()
}

/// What a piece's bytes should be, made by the crate below in one go.
fn expected(piece: &Piece) -> Vec<u8> {
    let mut words = vec![0u64; (piece.bytes() as usize).div_ceil(8)];
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
    let bytes = &mut bytes[..piece.bytes() as usize];
    fill(Level::new(), 1, &piece.job, Out::of_bytes(piece.dtype, bytes).unwrap(), &Unwatched).unwrap();
    bytes.to_vec()
}

struct Place {
    folder: tempfile::TempDir,
    path: PathBuf,
    temporary: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [path, temporary] = ["a.safetensors", "a.tmp"].map(|name| folder.path().join(name));
        Self { folder, path, temporary }
    }

    fn write(&self, threads: usize, pieces: &[Piece], observer: &dyn Observer) -> Result<(), Error> {
        let destination = Destination { path: &self.path, temporary: &self.temporary };
        write(Level::new(), threads, destination, &head(pieces), pieces, observer)
    }

    fn verify(&self, pieces: &[Piece]) -> Vec<Option<u64>> {
        let observer = Counter::new(u64::MAX);
        let start = head(pieces).len() as u64;
        let found = verify(Level::new(), 2, &self.path, start, pieces, &observer).unwrap();
        assert_eq!(observer.bytes.into_inner(), pieces.iter().map(Piece::bytes).sum::<u64>());
        found
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn is_io(result: Result<(), Error>, mention: &Path) -> bool {
    matches!(result, Err(Error::Io { path, .. }) if path == mention)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_safetensors_crate_reads_what_was_meant(
        sizes in prop::collection::vec((0u64..1_500_000, 0usize..4), 0..6),
        side in 0usize..60,
        threads in 1usize..4,
    ) {
        let dtypes = [Dtype::F32, Dtype::F64, Dtype::F16, Dtype::Bf16];
        let uniform = Law::Uniform(Uniform::new(-1.0, 1.0).unwrap());
        let mut pieces: Vec<_> = sizes
            .iter()
            .map(|&(n, dtype)| match n % 2 {
                0 => normal(n, dtypes[dtype]),
                _ => elementwise(uniform.clone(), dtypes[dtype], n),
            })
            .collect();
        // Types with larger elements come first, as the format's own writer orders them for alignment.
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.dtype.size()));
        pieces.insert(pieces.partition_point(|piece| piece.dtype.size() > 4), orthogonal(side));
        let folder = Place::new();
        let observer = Counter::new(u64::MAX);
        folder.write(threads, &pieces, &observer).unwrap();
        let bytes = fs::read(&folder.path).unwrap();
        prop_assert_eq!(observer.bytes.into_inner(), bytes.len() as u64);
        let file = SafeTensors::deserialize(&bytes).unwrap();
        prop_assert_eq!(file.len(), pieces.len());
        for (i, piece) in pieces.iter().enumerate() {
            let tensor = file.tensor(&i.to_string()).unwrap();
            prop_assert!(tensor.data() == expected(piece), "tensor {} differs", i);
        }
        prop_assert_eq!(folder.verify(&pieces), vec![None; pieces.len()]);
        prop_assert_eq!(folder.names(), ["a.safetensors"]);
    }
}

#[test]
fn a_law_of_one_piece_may_be_larger_than_a_slab() {
    let pieces = [normal(3_000_000, Dtype::F32), orthogonal(1600), normal(100, Dtype::Bf16)];
    let folder = Place::new();
    folder.write(2, &pieces, &Counter::new(u64::MAX)).unwrap();
    let bytes = fs::read(&folder.path).unwrap();
    let wanted: Vec<u8> = pieces.iter().flat_map(expected).collect();
    assert!(bytes[head(&pieces).len()..] == wanted);
    assert_eq!(folder.verify(&pieces), [None; 3]);
}

#[test]
fn the_first_wrong_or_missing_byte_of_each_piece_is_told() {
    let pieces = [normal(3_000_000, Dtype::F32), normal(1000, Dtype::F16), normal(5000, Dtype::F64)];
    let folder = Place::new();
    folder.write(1, &pieces, &Counter::new(u64::MAX)).unwrap();
    let mut bytes = fs::read(&folder.path).unwrap();
    let start = head(&pieces).len();
    for at in [11_000_001, 11_999_999] {
        bytes[start + at] ^= 1;
    }
    bytes.truncate(start + 12_000_000 + 2000 + 77);
    fs::write(&folder.path, &bytes).unwrap();
    assert_eq!(folder.verify(&pieces), [Some(11_000_001), None, Some(77)]);
    bytes.truncate(start);
    fs::write(&folder.path, &bytes).unwrap();
    assert_eq!(folder.verify(&pieces), [Some(0); 3]);
}

#[test]
fn a_stopped_write_leaves_the_old_file_and_nothing_else() {
    let pieces = [normal(20_000_000, Dtype::F32)];
    let folder = Place::new();
    fs::write(&folder.path, "old").unwrap();
    for limit in [0, 1 << 20, 70 << 20] {
        let end = folder.write(2, &pieces, &Counter::new(limit));
        assert!(matches!(end, Err(Error::Fill(FillError::Cancelled))), "{end:?}");
        assert_eq!(folder.names(), ["a.safetensors"]);
        assert_eq!(fs::read(&folder.path).unwrap(), b"old");
    }
}

#[test]
fn what_the_system_refuses_is_told_with_its_path() {
    let pieces = [normal(10, Dtype::F32)];
    let unwatched = Counter::new(u64::MAX);
    let folder = Place::new();
    fs::write(&folder.temporary, "of another writer").unwrap();
    assert!(is_io(folder.write(1, &pieces, &unwatched), &folder.temporary));
    assert_eq!(fs::read(&folder.temporary).unwrap(), b"of another writer");
    fs::remove_file(&folder.temporary).unwrap();

    fs::create_dir(&folder.path).unwrap();
    assert!(is_io(folder.write(1, &pieces, &unwatched), &folder.path));
    assert_eq!(folder.names(), ["a.safetensors"]);

    let missing = folder.folder.path().join("none").join("a");
    let destination = Destination { path: &missing, temporary: &missing };
    let end = write(Level::new(), 1, destination, &[], &pieces, &unwatched);
    assert!(is_io(end, &missing));
    let end = verify(Level::new(), 1, &missing, 0, &pieces, &unwatched).map(|_| ());
    assert!(is_io(end, &missing));
}

#[test]
fn a_law_without_a_form_in_the_element_type_is_refused() {
    let piece = Piece { dtype: Dtype::F64, ..orthogonal(4) };
    let folder = Place::new();
    let end = folder.write(1, &[piece], &Counter::new(u64::MAX));
    assert!(matches!(end, Err(Error::Fill(FillError::Unsupported))), "{end:?}");
    assert_eq!(folder.names(), [""; 0]);
}
