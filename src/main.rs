//! The `bidui` command: hands its arguments to the library and exits with its code.

use std::process::ExitCode;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

fn main() -> ExitCode {
    // What reads a file for its parent ends with it.
    if std::env::args_os().nth(1).is_none_or(|command| command != "__read") {
        end_on_signals();
    }
    // Standard error stays unlocked: the progress bar draws on it from its own thread.
    bidui::cli::main(std::env::args_os(), &mut std::io::stdout().lock(), &mut std::io::stderr())
}

/// Ctrl-C and its like tidy up before they end the program. Without a thread for that they end it as they always did.
fn end_on_signals() {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            let (said, code) = bidui::cli::end_of_signal(signal);
            let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("\n{said}\n"));
            std::process::exit(code.into());
        }
    };
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(wait);
}
