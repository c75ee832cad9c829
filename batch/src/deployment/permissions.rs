//! Whether the web server, which runs as another user, may read what is published.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The first of some files under a root, or of the folders on the way there, that other users may
/// not read, relative to the root and with its permissions. What is not there is passed over.
///
/// A group other than this process's own counts as the web server's.
pub(crate) fn find_not_public<'a>(
    root: &Path,
    files: impl IntoIterator<Item = &'a Path>,
) -> Option<String> {
    files.into_iter().find_map(|file| {
        let inside = file.strip_prefix(root).ok()?;
        let mut on_the_way: Vec<&Path> = inside.ancestors().collect();
        on_the_way.reverse();
        on_the_way.into_iter().find_map(|path| {
            let metadata = fs::metadata(root.join(path)).ok()?;
            let mode = metadata.mode() & 0o777;
            let needed = if metadata.is_dir() { 0o5 } else { 0o4 };
            let by_group = metadata.gid() != rustix::process::getegid().as_raw()
                && mode >> 3 & needed == needed;
            let name = if path.as_os_str().is_empty() {
                "the root".to_owned()
            } else {
                path.display().to_string()
            };
            (mode & needed != needed && !by_group).then(|| {
                format!("{name} (its permissions are {mode:03o}): chmod -R u=rwX,go=rX the root")
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_and_a_folder_without_readers_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let set = |path: &str, mode| {
            fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode)).unwrap()
        };
        fs::create_dir_all(root.join("meta")).unwrap();
        fs::write(root.join("meta/a.json"), "{}").unwrap();
        let check = |part: Option<&str>| {
            let file = root.join("meta/a.json");
            let absent = root.join("meta/absent.json");
            let found = find_not_public(root, [absent.as_path(), file.as_path()]);
            match part {
                Some(part) => assert!(found.as_ref().unwrap().starts_with(part), "{found:?}"),
                None => assert_eq!(found, None),
            }
        };
        set("", 0o755);
        set("meta", 0o755);
        set("meta/a.json", 0o644);
        check(None);
        set("meta/a.json", 0o600);
        check(Some("meta/a.json (its permissions are 600)"));
        set("meta", 0o700);
        check(Some("meta (its permissions are 700)"));
        set("", 0o711);
        check(Some("the root (its permissions are 711)"));
    }
}
