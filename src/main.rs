//! The `bidui` command: hands its arguments to the library and exits with its code.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

fn main() -> ExitCode {
    // What reads a file for its parent ends with it.
    if std::env::args_os().nth(1).is_none_or(|command| command != "__read") {
        end_on_signals();
        fail_on_long_files();
        end_on_panics();
    }
    // Standard error stays unlocked: the progress bar draws on it from its own thread.
    let code = bidui::cli::main(std::env::args_os(), &mut std::io::stdout().lock(), &mut std::io::stderr());
    // What a signal stopped half way may look like a failure.
    bidui::cli::wait_if_ending();
    code
}

/// A panic ends the program with one message, whichever thread it is of: others might wait for that thread for ever.
fn end_on_panics() {
    static ENDING: AtomicBool = AtomicBool::new(false);
    std::panic::set_hook(Box::new(|panic| {
        let Some((said, code)) = bidui::cli::end_of_panic(panic) else { return };
        // Threads that work side by side fail side by side.
        while ENDING.swap(true, Ordering::SeqCst) {
            std::thread::park();
        }
        let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{said}\n"));
        signal_hook::low_level::exit(code.into());
    }));
}

/// Ctrl-C and its like tidy up before they end the program; the second one ends it at once. Without a thread for that they
/// end it as they always did.
fn end_on_signals() {
    // Whoever starts a program with hangups ignored (`nohup`) means it to outlive the terminal.
    let heard: &[i32] = if ignores_hangups() { &[SIGINT, SIGTERM] } else { &[SIGINT, SIGTERM, SIGHUP] };
    let Ok(mut signals) = Signals::new(heard) else { return };
    let wait = move || {
        let mut signals = signals.forever();
        let Some(first) = signals.next() else { return };
        // A slow disk, or nobody who takes what is said, must not keep the second one waiting.
        let _ = std::thread::Builder::new().name("ending".to_owned()).spawn(move || end(first));
        if let Some(second) = signals.next() {
            signal_hook::low_level::exit(bidui::cli::signal_code(second).into());
        }
    };
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(wait);
}

/// Is SIGHUP ignored from the beginning? No where the system does not tell.
fn ignores_hangups() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & 1 << (SIGHUP - 1) != 0
}

/// A file longer than the system lets a user write (`ulimit -f`) is an error where it is written, as a full disk is: by itself
/// the signal ends the program without a word.
fn fail_on_long_files() {
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

fn end(signal: i32) {
    let Some((said, code)) = bidui::cli::end_of_signal(signal) else { return };
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("\n{said}\n"));
    signal_hook::low_level::exit(code.into());
}
