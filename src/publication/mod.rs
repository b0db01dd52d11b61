//! The format of a publication: where its files lie, how tables are written and read back.
//!
//! What goes into a publication is the matter of `publish/`; this folder knows no stage.

pub mod batch_columns;
pub mod disk_sync;
pub mod large_table_writer;
pub mod layout;
pub mod manifest;
pub mod output_files;
pub mod small_table_writer;
pub mod snapshot;
pub mod staging;
pub mod table_reader;
