//! What the operating system says when it refuses something, in the operator's words.

use std::fmt::Display;
use std::io::{self, ErrorKind};

/// How the text of an error of the system ends: `No space left on device (os error 28)`.
const CODE: &str = "(os error ";

/// Why something failed, in Chinese where the system gave a reason that operators meet; the error itself may be of a library
/// that wraps the system's.
pub(crate) fn system_words(error: &impl Display) -> String {
    let text = error.to_string();
    let code = text.rsplit_once(CODE).and_then(|(_, rest)| rest.split(')').next()?.parse().ok());
    match code.and_then(|code: i32| Some((words_of(&io::Error::from_raw_os_error(code))?, code))) {
        Some((words, code)) => format!("{words}（系统错误{code}）"),
        None => text,
    }
}

/// As [`system_words`], of what is known to be the system's.
pub(super) fn words_of_io(error: &io::Error) -> String {
    let plain = error.raw_os_error().is_none() && error.get_ref().is_none();
    match words_of(error).filter(|_| plain) {
        Some(words) => words.to_owned(),
        None => system_words(error),
    }
}

fn words_of(error: &io::Error) -> Option<&'static str> {
    let by_code = match error.raw_os_error() {
        Some(libc::EMFILE | libc::ENFILE) => Some("打开的文件太多"),
        Some(libc::EIO) => Some("设备读写出错"),
        Some(libc::ELOOP) => Some("符号链接互相指向"),
        _ => None,
    };
    by_code.or(match error.kind() {
        ErrorKind::NotFound => Some("没有这个文件或文件夹"),
        ErrorKind::PermissionDenied => Some("没有权限"),
        ErrorKind::AlreadyExists => Some("已有同名的文件或文件夹"),
        ErrorKind::NotADirectory => Some("不是文件夹"),
        ErrorKind::IsADirectory => Some("是文件夹，不是文件"),
        ErrorKind::DirectoryNotEmpty => Some("文件夹不是空的"),
        ErrorKind::StorageFull => Some("磁盘已满"),
        ErrorKind::QuotaExceeded => Some("超出磁盘配额"),
        ErrorKind::FileTooLarge => Some("文件超过系统允许的大小"),
        ErrorKind::ReadOnlyFilesystem => Some("文件系统是只读的"),
        ErrorKind::CrossesDevices => Some("在另一个文件系统上"),
        ErrorKind::InvalidFilename => Some("文件名太长，或系统不允许"),
        ErrorKind::StaleNetworkFileHandle => Some("网络文件夹上的文件已失效"),
        ErrorKind::ResourceBusy => Some("正被占用"),
        ErrorKind::OutOfMemory => Some("内存不够"),
        ErrorKind::WouldBlock => Some("系统暂时不给"),
        ErrorKind::BrokenPipe => Some("接收的一方已关闭"),
        ErrorKind::UnexpectedEof => Some("文件提前结束"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_told_in_chinese_however_it_is_wrapped() {
        let full = || io::Error::from_raw_os_error(libc::ENOSPC);
        assert_eq!(words_of_io(&full()), "磁盘已满（系统错误28）");
        assert_eq!(system_words(&parquet::errors::ParquetError::from(full())), "磁盘已满（系统错误28）");
        assert_eq!(system_words(&rust_xlsxwriter::XlsxError::from(full())), "磁盘已满（系统错误28）");
        assert_eq!(words_of_io(&ErrorKind::StorageFull.into()), "磁盘已满");
        for code in [
            libc::ENOENT,
            libc::EACCES,
            libc::EPERM,
            libc::EEXIST,
            libc::ENOTDIR,
            libc::EISDIR,
            libc::ENOTEMPTY,
            libc::EDQUOT,
            libc::EFBIG,
            libc::EROFS,
            libc::EXDEV,
            libc::ENAMETOOLONG,
            libc::ESTALE,
            libc::EBUSY,
            libc::ENOMEM,
            libc::EAGAIN,
            libc::EPIPE,
            libc::EMFILE,
            libc::EIO,
            libc::ELOOP,
        ] {
            let told = words_of_io(&io::Error::from_raw_os_error(code));
            assert!(!told.contains(|c: char| c.is_ascii_alphabetic()), "{code}: {told}");
        }
    }

    #[test]
    fn what_others_say_stays() {
        assert_eq!(words_of_io(&io::Error::other("bad magic")), "bad magic");
        assert_eq!(
            system_words(&io::Error::from_raw_os_error(libc::ENOTTY)),
            io::Error::from_raw_os_error(libc::ENOTTY).to_string()
        );
        assert_eq!(system_words(&"odd (os error x)"), "odd (os error x)");
    }
}
