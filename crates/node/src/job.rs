//! The record that a job crosses the binding in: one row of f64, whose layout `src/engine/native/job.ts` writes.
//!
//! One typed array costs less to read than one object property, and a plan is records one after another.

use napi::Result;
use symbreak_init::{
    Diagonal, Embedding, Job, Law, PlacedConvOrthogonal, PlacedOrthogonal, Placement, Sparse,
};
use symbreak_linalg::conv_orthogonal::ConvOrthogonal;
use symbreak_linalg::orthogonal::Orthogonal;
use symbreak_rng::Stream;
use symbreak_samplers::bernoulli::Bernoulli;
use symbreak_samplers::integers::Integers;
use symbreak_samplers::normal::Normal;
use symbreak_samplers::truncated::{Bounds, Truncated};
use symbreak_samplers::uniform::Uniform;

use crate::error::{Code, error};

/// f64 values a record.
pub(crate) const WIDTH: usize = 20;

/// A record's fields before the law's parameters.
pub(crate) struct Record<'a> {
    fields: &'a [f64; WIDTH],
}

impl<'a> Record<'a> {
    pub(crate) fn new(row: &'a [f64]) -> Result<Self> {
        let fields = row.try_into().map_err(|_| {
            error(Code::InvalidArgument, format_args!("a job record has {WIDTH} fields, got {}", row.len()))
        })?;
        Ok(Self { fields })
    }

    fn u64(&self, i: usize) -> u64 {
        self.fields[i] as u64
    }

    fn usize(&self, i: usize) -> usize {
        self.fields[i] as usize
    }

    /// Upper bound on threads, at least 1.
    pub(crate) fn threads(&self) -> usize {
        self.usize(6).max(1)
    }

    /// Whether 16-bit values are bfloat16 rather than binary16.
    pub(crate) fn is_bf16(&self) -> bool {
        self.fields[7] == 2.0
    }

    /// The job that the record describes, its law checked.
    pub(crate) fn job(&self) -> Result<Job> {
        let stream = Stream::new(self.u64(1) | self.u64(2) << 32, self.u64(3) | self.u64(4) << 32);
        Ok(Job { law: self.law()?, stream, offset: self.u64(5) })
    }

    fn law(&self) -> Result<Law> {
        let p = &self.fields[8..];
        let refused = |e: &dyn std::fmt::Display| error(Code::InvalidArgument, e);
        Ok(match self.fields[0] as u32 {
            0 => Law::Constant(p[0]),
            1 => Law::Uniform(Uniform::new(p[0], p[1]).map_err(|e| refused(&e))?),
            2 => Law::Normal(Normal::new(p[0], p[1]).map_err(|e| refused(&e))?),
            3 => {
                let bounds = if p[4] == 0.0 { Bounds::Sigma } else { Bounds::Absolute };
                let law = Truncated::new(p[0], p[1], p[2], p[3], bounds).map_err(|e| refused(&e))?;
                Law::Truncated(Box::new(law))
            }
            4 => Law::Bernoulli(Bernoulli::new(p[0]).map_err(|e| refused(&e))?),
            5 => Law::Integers(Integers::new(p[0] as i64, p[1] as i64).map_err(|e| refused(&e))?),
            6 => Law::Diagonal(self.diagonal()),
            7 => Law::Orthogonal(self.orthogonal()),
            8 => Law::ConvOrthogonal(self.conv_orthogonal()),
            9 => Law::Sparse(self.sparse().map_err(|e| refused(&e))?),
            10 => {
                let normal = Normal::new(p[0], p[1]).map_err(|e| refused(&e))?;
                Law::Embedding(Embedding { normal, zeros: self.u64(10)..self.u64(11).max(self.u64(10)) })
            }
            kind => return Err(error(Code::Internal, format_args!("unknown law {kind} in a job record"))),
        })
    }

    fn diagonal(&self) -> Diagonal {
        Diagonal {
            gain: self.fields[8],
            start: self.u64(9),
            stride: self.u64(10).max(1),
            count: self.u64(11),
            groups: self.u64(12),
            group_stride: self.u64(13),
        }
    }

    fn orthogonal(&self) -> PlacedOrthogonal {
        PlacedOrthogonal {
            law: Orthogonal {
                rows: self.usize(8),
                columns: self.usize(9),
                gain: self.fields[11] as f32,
                special: self.fields[12] != 0.0,
            },
            batch: self.usize(10),
            placement: Placement {
                base: self.usize(13),
                batch: self.usize(14),
                row: self.usize(15),
                column: self.usize(16),
            },
        }
    }

    fn conv_orthogonal(&self) -> PlacedConvOrthogonal {
        PlacedConvOrthogonal {
            law: ConvOrthogonal {
                kernel: [self.usize(8), self.usize(9), self.usize(10)],
                inputs: self.usize(11),
                outputs: self.usize(12),
                gain: self.fields[13] as f32,
            },
            tap_stride: self.usize(14),
            in_stride: self.usize(15),
            out_stride: self.usize(16),
        }
    }

    fn sparse(&self) -> std::result::Result<Sparse, symbreak_samplers::LawError> {
        Ok(Sparse {
            normal: Normal::new(0.0, self.fields[8])?,
            zeros: self.usize(9),
            lines: self.usize(10),
            length: self.usize(11),
            line_stride: self.usize(12),
            stride: self.usize(13),
        })
    }
}
