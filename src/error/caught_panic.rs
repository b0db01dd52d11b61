//! Panics of libraries: those that somebody waits for, and those that end the program.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};

use super::Error;

thread_local! {
    /// Callers on this thread that take a panic for an answer.
    static WAITING: Cell<u32> = const { Cell::new(0) };
}

/// Folder of the libraries' sources, where each has a folder with its version.
const LIBRARIES: &str = "/registry/src/";

/// Runs what may panic on bytes of other people; `None` where it does. Nothing is told of the panic: it may quote them.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    WAITING.set(WAITING.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(work));
    WAITING.set(WAITING.get() - 1);
    result.ok()
}

/// True while a panic of this thread is waited for.
pub(crate) fn is_panic_caught() -> bool {
    WAITING.get() > 0
}

/// What a panic is, for whoever ends the program with it. What it says is told to nobody: it may quote a person.
pub(crate) fn panic_error(said: &(dyn Any + Send), place: Option<&Location<'_>>) -> Error {
    let said = said.downcast_ref::<String>().map(String::as_str).or(said.downcast_ref::<&str>().copied());
    let says = |words: &[&str]| said.is_some_and(|said| words.iter().any(|word| said.contains(word)));
    let error = if says(&["os error 11", "Resource temporarily unavailable", "spawn thread", "WouldBlock"]) {
        Error::no_thread(std::io::Error::from(std::io::ErrorKind::WouldBlock))
    } else if says(&["os error 28", "StorageFull"]) {
        Error::internal("写文件失败：磁盘已满").hint("腾出空间后重新运行")
    } else {
        Error::internal("程序内部出错").hint("重新运行；仍然如此，把上面的位置告诉维护者")
    };
    match place {
        Some(place) => error.in_file(told_place(place.file())).at_row(place.line().into()),
        None => error,
    }
}

/// A source file within its library: where the program was built is nobody's business.
fn told_place(file: &str) -> &str {
    let library = file.split_once(LIBRARIES).and_then(|(_, within)| within.split_once('/'));
    library.map_or(file, |(_, file)| file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_that_is_waited_for_is_an_answer() {
        assert_eq!(catch_panic(|| 1), Some(1));
        assert!(!is_panic_caught());
        assert_eq!(catch_panic(is_panic_caught), Some(true));
        let inner =
            catch_panic(|| (catch_panic(|| panic!("41060219980312421X")).is_none(), is_panic_caught()));
        assert_eq!((inner, is_panic_caught()), (Some((true, true)), false));
    }

    #[test]
    fn what_a_panic_quotes_is_told_to_nobody() {
        let place = Location::caller();
        for (said, told) in [
            ("index 5 of `41060219980312421X 张三`", "程序内部出错"),
            ("could not spawn threads: Os { code: 11, kind: WouldBlock }", "系统不给新线程"),
            ("called unwrap: No space left on device (os error 28) /data/张三", "磁盘已满"),
        ] {
            let error = panic_error(&said.to_owned(), Some(place));
            let text = format!("{error} {:?}", error.hint_text());
            assert!(text.contains(told) && !text.contains("张三") && !text.contains("4106"), "{text}");
            assert!(text.contains("caught_panic.rs") && error.kind().exit_code() == 3, "{text}");
        }
        let place = told_place("/home/me/.cargo/registry/src/index-1949/zip-9.0.1/src/read.rs");
        assert_eq!(place, "zip-9.0.1/src/read.rs");
        assert_eq!(told_place("src/cli/mod.rs"), "src/cli/mod.rs");
    }
}
