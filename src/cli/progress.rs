//! Progress bars on standard error.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::engine::Progress;

/// One line that names the running stage, with a bar where its size is known.
pub struct BarProgress {
    bar: ProgressBar,
    stage: Mutex<String>,
}

impl BarProgress {
    /// `visible`: false gives a bar that draws nothing.
    pub fn new(visible: bool) -> Self {
        let bar = if visible { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if visible {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { bar, stage: Mutex::new(String::new()) }
    }
    /// Clears the line.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for BarProgress {
    fn stage(&self, title: &str, units: Option<u64>) {
        if let Ok(mut stage) = self.stage.lock() {
            title.clone_into(&mut stage);
        }
        let template = if units.is_some() {
            "{spinner} {msg} {wide_bar} {human_pos}/{human_len} 剩余{eta}"
        } else {
            "{spinner} {msg} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.reset();
        self.bar.set_length(units.unwrap_or(0));
        self.bar.set_message(title.to_owned());
    }
    fn advance(&self, units: u64) {
        self.bar.inc(units);
    }
}
