//! Errors cross the binding as `CODE: message`; the facade turns them into typed errors with that code.

use napi::Error;
use symbreak_init::FillError;

/// The codes that native code can raise.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Code {
    InvalidArgument,
    LengthMismatch,
    Aborted,
    OutOfMemory,
    Io,
    NotFinite,
    Internal,
}

impl Code {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "ERR_INVALID_ARGUMENT",
            Self::LengthMismatch => "ERR_LENGTH_MISMATCH",
            Self::Aborted => "ERR_ABORTED",
            Self::OutOfMemory => "ERR_OUT_OF_MEMORY",
            Self::Io => "ERR_IO",
            Self::NotFinite => "ERR_NOT_FINITE",
            Self::Internal => "ERR_INTERNAL",
        }
    }
}

/// An error with a code.
pub(crate) fn error(code: Code, message: impl std::fmt::Display) -> Error {
    Error::from_reason(format!("{}: {message}", code.as_str()))
}

/// A panic's payload as an error.
pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> Error {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("unknown panic");
    error(Code::Internal, format_args!("panic in native code: {text}"))
}

pub(crate) fn from_fill(e: FillError) -> Error {
    let code = match e {
        FillError::Cancelled => Code::Aborted,
        FillError::Unsupported => Code::InvalidArgument,
        FillError::OutOfMemory => Code::OutOfMemory,
        FillError::NotANumber => Code::NotFinite,
    };
    error(code, e)
}
