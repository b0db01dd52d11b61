//! `bidui __read`: the child process that reads one file of another program's format for its parent.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Console;
use crate::Result;
use crate::worker::{ReadOrder, read_for_parent};

/// Arguments of `bidui __read`; written by [`crate::worker::Worker`], not by hand.
#[derive(Debug, Args)]
pub(super) struct ReadArguments {
    #[arg(long)]
    memory: u64,
    #[arg(long)]
    seconds: u64,
    #[arg(long)]
    parent: u32,
    // A path may be empty: the folder of a file that is named alone.
    folder: OsString,
    file: PathBuf,
}

pub(super) fn execute(arguments: &ReadArguments, console: &mut Console<'_>) -> Result<u8> {
    let order = ReadOrder {
        folder: PathBuf::from(&arguments.folder),
        file: arguments.file.clone(),
        memory: arguments.memory,
        time: Duration::from_secs(arguments.seconds),
        parent: arguments.parent,
    };
    read_for_parent(&order, &mut std::io::stdin().lock(), console.out)?;
    Ok(0)
}
