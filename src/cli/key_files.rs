//! Where the two keys lie, and making them on first use: the only place where they come from files.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Console;
use crate::engine::{NamedKeys, PublishedKeys};
use crate::privacy::key_file::KeyFile;
use crate::privacy::told_text::told_text;
use crate::privacy::{IdentitySecret, Secrets};
use crate::upkeep::RestoredKey;
use crate::{Error, Result};

/// Which files hold the keys, as typed.
#[derive(Debug, Args)]
pub(super) struct KeyArguments {
    /// 假名密钥文件（默认：用户配置文件夹中的 bidui/pseudonym.key，不存在则新建）
    #[arg(long, env = "BIDUI_KEY_FILE")]
    pub(super) key_file: Option<PathBuf>,
    /// 身份密钥文件，人员和户的编号由它而来，要一直用下去，务必备份（默认：在假名密钥旁边，
    /// 如 pseudonym.identity.key，不存在则新建）
    #[arg(long, env = "BIDUI_IDENTITY_FILE")]
    pub(super) identity_file: Option<PathBuf>,
}

impl KeyArguments {
    fn pseudonym_path(&self) -> Result<PathBuf> {
        match &self.key_file {
            Some(file) => Ok(file.clone()),
            None => Ok(own_folder()?.join("pseudonym.key")),
        }
    }

    /// Beside the other key unless it is named: who moves one moves both.
    fn identity_path(&self) -> Result<PathBuf> {
        match &self.identity_file {
            Some(file) => Ok(file.clone()),
            None => Ok(beside(&self.pseudonym_path()?)),
        }
    }

    /// Refuses places where keys must not lie, before anything is written.
    pub(super) fn check_places(&self, folders: &[(&str, &Path)]) -> Result<()> {
        pseudonym_file(&self.pseudonym_path()?).check_place(folders)?;
        identity_file(&self.identity_path()?).check_place(folders)
    }

    /// The secrets of a run, made where there are none and no publication needs others. `folders`: where keys must
    /// not lie; `rotated`: the key of the pseudonyms may be another than before.
    pub(super) fn secrets(
        &self,
        published: &PublishedKeys,
        folders: &[(&str, &Path)],
        rotated: bool,
        console: &mut Console<'_>,
    ) -> Result<Secrets> {
        let path = self.pseudonym_path()?;
        let pseudonym = pseudonym_file(&path);
        pseudonym.check_place(folders)?;
        let needed = published.pseudonym().filter(|_| !rotated);
        // Both are read before either is made.
        let unknown = published.unreadable().filter(|_| !rotated);
        let known = match (pseudonym.read()?, needed, unknown) {
            (None, Some(one), _) => {
                return Err(missing(&pseudonym, one, &one.keys.pseudonym, PSEUDONYM_CURE));
            }
            (None, None, Some(folder)) => return Err(unknown_key(&pseudonym, folder)),
            (known, ..) => known,
        };
        let identity = self.identity(published, folders, console)?;
        let key = match known {
            Some(key) => key,
            None => make(&pseudonym, console, "tables/ 里的假名由它而来；换人、换机器运行时要带上它")?,
        };
        Secrets::new(&identity, &key).map_err(|e| e.in_file(&path))
    }

    /// The bytes of both keys, which must be there: nothing is made.
    pub(super) fn both(&self) -> Result<[Vec<u8>; 2]> {
        let (pseudonym, identity) = (self.pseudonym_path()?, self.identity_path()?);
        let there = |file: KeyFile<'_>| {
            let cure = format!("用 {} 指向它；不备份密钥的，加 --without-keys", file.option);
            file.read()?.ok_or_else(|| file.refuse("不在").hint(cure))
        };
        Ok([there(pseudonym_file(&pseudonym))?, there(identity_file(&identity))?])
    }

    /// Where both keys are to lie, and what lies there.
    pub(super) fn restored(&self) -> Result<[RestoredKey; 2]> {
        let (pseudonym, identity) = (self.pseudonym_path()?, self.identity_path()?);
        let key = |title, path: &Path, file: KeyFile<'_>| -> Result<RestoredKey> {
            Ok(RestoredKey { title, path: path.to_owned(), there: file.read()? })
        };
        Ok([
            key("假名密钥", &pseudonym, pseudonym_file(&pseudonym))?,
            key("身份密钥", &identity, identity_file(&identity))?,
        ])
    }

    /// The identity secret of a publication, if it is there: nothing is made.
    pub(super) fn identity_named(&self, key_id: &str) -> Result<Option<IdentitySecret>> {
        let path = self.identity_path()?;
        let Some(bytes) = identity_file(&path).read()? else { return Ok(None) };
        let secret = IdentitySecret::new(&bytes).map_err(|e| e.in_file(&path))?;
        Ok((secret.key_id() == key_id).then_some(secret))
    }

    /// The identity secret, made where there is none and no publication needs one.
    pub(super) fn identity(
        &self,
        published: &PublishedKeys,
        folders: &[(&str, &Path)],
        console: &mut Console<'_>,
    ) -> Result<Vec<u8>> {
        let path = self.identity_path()?;
        let identity = identity_file(&path);
        identity.check_place(folders)?;
        match (identity.read()?, published.identity(), published.unreadable()) {
            (Some(secret), ..) => Ok(secret),
            (None, Some(one), _) => Err(missing(&identity, one, &one.keys.identity, IDENTITY_CURE)),
            (None, None, Some(folder)) => Err(unknown_key(&identity, folder)),
            (None, None, None) => {
                make(&identity, console, "人员和户的编号由它而来，请立即备份：丢失后编号接不上以前各期")
            }
        }
    }
}

/// The former identity secret, which must be there.
pub(super) fn read_identity(path: &Path) -> Result<IdentitySecret> {
    let file = KeyFile { title: "原来的身份密钥", option: "--former-identity-file", path };
    let cure = "从备份取回；确实没有了的，改用 --lose-rulings";
    let bytes = file.read()?.ok_or_else(|| file.refuse("不在").hint(cure))?;
    IdentitySecret::new(&bytes).map_err(|e| e.in_file(path))
}

fn pseudonym_file(path: &Path) -> KeyFile<'_> {
    KeyFile { title: "假名密钥", option: "--key-file", path }
}

fn identity_file(path: &Path) -> KeyFile<'_> {
    KeyFile { title: "身份密钥", option: "--identity-file", path }
}

const PSEUDONYM_CURE: &str = "用 bidui restore 从备份恢复，或用 --key-file 指向它；要更换假名密钥（tables/ 里的假名全部换新，疑点和核查结果不受影响），加 --rotate-key";
const IDENTITY_CURE: &str = "用 bidui restore 从备份恢复，或用 --identity-file 指向它；确实没有了，先运行 bidui migrate 换新并留下对照表";

fn missing(file: &KeyFile<'_>, publication: &NamedKeys, name: &str, cure: &str) -> Error {
    let more = publication.cure_of_current().map_or_else(String::new, |cure| format!("。{cure}"));
    file.refuse(&format!("不在，而发布 {} 用的是{name}", publication.folder.display()))
        .hint(format!("{cure}{more}"))
}

/// Not known is not none: ids under another secret would belong to nobody.
fn unknown_key(file: &KeyFile<'_>, publication: &Path) -> Error {
    file.refuse(&format!("不在，而发布 {} 读不出用的是哪个密钥", publication.display())).hint(format!(
        "用 {} 指向原来的密钥（从备份取回）；这个发布不要了的，移走它的文件夹再运行",
        file.option
    ))
}

fn make(file: &KeyFile<'_>, console: &mut Console<'_>, why: &str) -> Result<Vec<u8>> {
    let key = file.create()?;
    // The one line that must be heard, `--quiet` or not.
    let _ = writeln!(
        console.err,
        "{}",
        told_text(&format!("新建{}：{}（{why}）", file.title, file.path.display()))
    );
    Ok(key)
}

/// `pseudonym.key` → `pseudonym.identity.key`.
fn beside(key: &Path) -> PathBuf {
    let stem = key.file_stem().unwrap_or_default().to_string_lossy();
    let suffix = key.extension().map(|suffix| format!(".{}", suffix.to_string_lossy())).unwrap_or_default();
    key.with_file_name(format!("{stem}.identity{suffix}"))
}

/// The user's own folder. A variable that is empty or names no absolute path counts as not set: keys in the working
/// folder would be lost, or handed on.
fn own_folder() -> Result<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")));
    base.map(|base| base.join("bidui")).ok_or_else(|| {
        Error::usage("不知道密钥文件放在哪里：环境变量 HOME 和 XDG_CONFIG_HOME 都没有给出绝对路径")
            .hint("用 --key-file 指定假名密钥文件（身份密钥在它旁边，也可用 --identity-file 指定）")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_secret_lies_beside_the_other_key() {
        for (key, identity) in [
            ("/a/pseudonym.key", "/a/pseudonym.identity.key"),
            ("/a/key", "/a/key.identity"),
            ("bi.2018.key", "bi.2018.identity.key"),
        ] {
            assert_eq!(beside(Path::new(key)), Path::new(identity));
        }
    }
}
