//! Replacing a file as a whole or not at all.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Where a file goes.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// Its name once complete; what was there is replaced.
    pub path: &'a Path,
    /// Its name until then, in the same folder: must not exist yet.
    pub temporary: &'a Path,
}

/// A file under a temporary name, which takes its real name when it is complete and is removed when it isn't.
pub(crate) struct Replacement {
    file: File,
    temporary: PathBuf,
    committed: bool,
}

impl Replacement {
    /// Creates the temporary file, which must not exist, with the permissions of what it will replace.
    pub(crate) fn create(Destination { path, temporary }: Destination<'_>) -> Result<Self, Error> {
        let file = File::create_new(temporary).map_err(Error::io("create", temporary))?;
        #[cfg(unix)]
        if let Ok(before) = fs::metadata(path) {
            use std::os::unix::fs::PermissionsExt;
            // Where the system refuses, the file has those of a new one.
            let _ = file.set_permissions(fs::Permissions::from_mode(before.permissions().mode() & 0o777));
        }
        #[cfg(not(unix))]
        let _ = path;
        Ok(Self { file, temporary: temporary.to_owned(), committed: false })
    }

    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(Error::io("write", &self.temporary))
    }

    /// Waits until the bytes are on the disk, then gives the file its real name, in one step that replaces what was
    /// there.
    pub(crate) fn commit(mut self, destination: &Path) -> Result<(), Error> {
        self.file.sync_all().map_err(Error::io("write", &self.temporary))?;
        fs::rename(&self.temporary, destination).map_err(Error::io("replace", destination))?;
        self.committed = true;
        sync_parent(destination);
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.committed {
            // Nothing can be done about a failure here, and the error that led here matters more.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Makes the new name survive a power cut, where the system lets a folder be opened for that. The file has its name
/// already: a folder that can't be read, or a network's that can't be synced, is no failure to write it.
fn sync_parent(path: &Path) {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(parent) {
        let _ = folder.sync_all();
    }
}
