//! The `bidui` command: hands its arguments to the library and exits with its code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Standard error stays unlocked: the progress bar draws on it from its own thread.
    bidui::cli::main(std::env::args_os(), &mut std::io::stdout().lock(), &mut std::io::stderr())
}
