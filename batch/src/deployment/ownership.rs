//! Files of another user under the root: who owns them, and the command that gives them back.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Entries of a folder that are searched for one of another user.
const MAX_ENTRIES: usize = 100_000;

/// A file or folder that belongs to another user than this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ForeignFile {
    pub(crate) path: PathBuf,
    owner: u32,
}

impl ForeignFile {
    /// The first entry in and below a folder, itself included, that belongs to another user; links
    /// are not followed. `None` for the superuser, whom no owner keeps away.
    pub(crate) fn find_below(folder: &Path) -> Option<Self> {
        let own = rustix::process::geteuid();
        if own.is_root() {
            return None;
        }
        Self::find_not_of(folder, own.as_raw())
    }

    fn find_not_of(folder: &Path, own: u32) -> Option<Self> {
        let mut waiting = vec![folder.to_owned()];
        let mut count = 0;
        while let Some(path) = waiting.pop() {
            count += 1;
            let metadata = fs::symlink_metadata(&path).ok()?;
            if metadata.uid() != own {
                return Some(Self { path, owner: metadata.uid() });
            }
            if metadata.is_dir() && count < MAX_ENTRIES {
                waiting.extend(
                    fs::read_dir(&path)
                        .into_iter()
                        .flatten()
                        .filter_map(|entry| Some(entry.ok()?.path())),
                );
            }
        }
        None
    }

    /// Who owns it, and who this process is.
    pub(crate) fn describe(&self) -> String {
        let (owner, own) = (user_name(self.owner), own_name());
        format!(
            "{} belongs to the user {owner}, and this process runs as {own}",
            self.path.display()
        )
    }

    /// The command that gives it back.
    pub(crate) fn remedy(&self) -> String {
        let own = own_name();
        format!("sudo chown -R {own}: {}", self.path.display())
    }
}

fn own_name() -> String {
    user_name(rustix::process::geteuid().as_raw())
}

/// Warns where the superuser works in the root of another user, who then cannot remove what it
/// makes.
pub(crate) fn warn_superuser(root: &Path) {
    let owner = fs::metadata(root).map(|metadata| metadata.uid());
    if let (true, Ok(owner @ 1..)) = (rustix::process::geteuid().is_root(), owner) {
        let (root, owner) = (root.display(), user_name(owner));
        tracing::warn!(
            "{root} belongs to the user {owner}, and this process runs as root: {owner} cannot \
            replace or remove the files that it makes. Run it as that user: sudo -u {owner} \
            dragonfly …; afterwards sudo chown -R {owner}: {root}"
        );
    }
}

/// The name of a user; the number where `/etc/passwd` has none.
fn user_name(user: u32) -> String {
    let known = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = known.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(user)).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| user.to_string())
}

/// The error, with the owner of what stands in the way where permission was denied at a path.
pub(crate) fn explain(error: anyhow::Error, path: &Path) -> anyhow::Error {
    let is_denied = error.chain().any(|cause| {
        let kind = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        kind == Some(std::io::ErrorKind::PermissionDenied)
    });
    if !is_denied {
        return error;
    }
    // The folder decides who may create, rename and remove.
    let places = [Some(path), path.parent(), path.parent().and_then(Path::parent)];
    match places.into_iter().flatten().find_map(ForeignFile::find_below) {
        Some(foreign) => error.context(format!("{}: {}", foreign.describe(), foreign.remedy())),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_foreign_file_is_found_and_named_with_the_command() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/c"), "").unwrap();
        let own = fs::metadata(folder.path()).unwrap().uid();
        assert_eq!(ForeignFile::find_not_of(folder.path(), own), None);
        let foreign = ForeignFile::find_not_of(folder.path(), own + 1).unwrap();
        assert_eq!(foreign.path, folder.path());
        assert!(foreign.describe().contains("belongs to the user"), "{}", foreign.describe());
        assert!(foreign.remedy().starts_with("sudo chown -R "), "{}", foreign.remedy());
        assert_eq!(user_name(0), "root");
        assert_eq!(user_name(4_000_000_000), "4000000000");
    }
}
