//! What can go wrong with a file.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use symbreak_init::FillError;

/// Why a file was not written or not checked.
#[derive(Debug)]
pub enum Error {
    /// A law could not be filled, or the observer stopped the work.
    Fill(FillError),
    /// The operating system refused.
    Io {
        /// What was being done, as a verb: "write", "open".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's own error.
        source: io::Error,
    },
}

impl Error {
    /// Wraps a system error with what was being done to which file.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

impl From<FillError> for Error {
    fn from(error: FillError) -> Self {
        Self::Fill(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fill(error) => error.fmt(f),
            Self::Io { action, path, source } => write!(f, "cannot {action} {}: {source}", path.display()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Fill(error) => Some(error),
            Self::Io { source, .. } => Some(source),
        }
    }
}
