//! One line on standard error: the running stage, how far it is, how long it has taken, and what is
//! left as far as that can be said.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::progress::Progress;

pub mod estimate;
pub mod plans;

use estimate::{CommandStage, TimeEstimate, exact_duration, rounded_duration};

/// What takes less needs no line.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(120);
const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/// From so many units on their share says more than their number.
const MANY: u64 = 10_000;

/// The line, drawn by a thread of its own until [`Self::finish`].
pub struct BarProgress {
    bar: ProgressBar,
    started: Instant,
    state: Arc<Mutex<BarState>>,
}

struct BarState {
    title: String,
    estimate: TimeEstimate,
}

impl BarProgress {
    /// `visible`: false gives a line that is never drawn. `plan`: stages of the command.
    pub fn new(visible: bool, plan: &'static [CommandStage]) -> Self {
        let state =
            Arc::new(Mutex::new(BarState { title: String::new(), estimate: TimeEstimate::new(plan) }));
        let started = Instant::now();
        let bar = if visible { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if visible {
            let drawn = Arc::clone(&state);
            let draw = move |_: &ProgressState, to: &mut dyn std::fmt::Write| {
                let mut state = drawn.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = to.write_str(&state.line(started.elapsed()));
            };
            if let Ok(style) = ProgressStyle::with_template("{line}") {
                bar.set_style(style.with_key("line", draw));
            }
            bar.enable_steady_tick(TICK);
        }
        Self { bar, started, state }
    }
    /// Clears the line.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
    fn change(&self, change: impl FnOnce(&mut BarState, Duration)) {
        let now = self.started.elapsed();
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner), now);
    }
}

impl Progress for BarProgress {
    fn stage(&self, title: &str, units: Option<u64>) {
        self.change(|state, now| {
            title.clone_into(&mut state.title);
            state.estimate.stage(title, units, now);
        });
    }
    fn advance(&self, units: u64) {
        self.change(|state, _| state.estimate.advance(units));
    }
}

impl BarState {
    /// The line at `now`; empty in the first second.
    fn line(&mut self, now: Duration) -> String {
        let elapsed = self.estimate.elapsed(now);
        if elapsed < PATIENCE || self.title.is_empty() {
            return String::new();
        }
        let turn = (now.as_millis() / TICK.as_millis()) as usize;
        let mut line = format!("{} ", SPINNER[turn % SPINNER.len()]);
        if let Some((at, all)) = self.estimate.place() {
            line.push_str(&format!("[{at}/{all}] "));
        }
        line.push_str(&self.title);
        match self.estimate.units() {
            Some((done, all)) if all >= MANY => line.push_str(&format!(" {}%", done * 100 / all)),
            Some((done, all)) => line.push_str(&format!(" {done}/{all}")),
            None => {}
        }
        line.push_str(&format!("，已用 {}", exact_duration(elapsed.as_secs())));
        if let Some(left) = self.estimate.show(now) {
            line.push_str(&format!("，约剩 {}", rounded_duration(left)).replace("约剩 不到", "约剩不到"));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &[CommandStage] = &[
        CommandStage { title: "装载", share: 1.0, even: false },
        CommandStage { title: "核查", share: 9.0, even: true },
    ];

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn state(plan: &'static [CommandStage]) -> BarState {
        BarState { title: String::new(), estimate: TimeEstimate::new(plan) }
    }

    fn begin(state: &mut BarState, title: &str, units: Option<u64>, now: f64) {
        title.clone_into(&mut state.title);
        state.estimate.stage(title, units, at(now));
    }

    #[test]
    fn the_line_says_what_is_known_and_no_more() {
        let mut s = state(PLAN);
        assert_eq!(s.line(at(3.0)), "");
        begin(&mut s, "装载", Some(8), 3.0);
        assert_eq!(s.line(at(3.9)), "", "short work needs no line");
        s.estimate.advance(3);
        let line = s.line(at(8.0));
        assert_eq!(line.get(3..), Some(" [1/2] 装载 3/8，已用 5 秒"), "no ground for more");
        begin(&mut s, "核查", Some(200_000), 13.0);
        assert_eq!(s.line(at(13.0)).get(3..), Some(" [2/2] 核查 0%，已用 10 秒，约剩 1 分 30 秒"));
        s.estimate.advance(199_000);
        assert_eq!(s.line(at(103.0)).get(3..), Some(" [2/2] 核查 99%，已用 1 分 40 秒，约剩不到 5 秒"));
    }

    #[test]
    fn a_command_without_plan_shows_no_rest() {
        let mut s = state(plans::UNKNOWN);
        begin(&mut s, "训练", None, 0.0);
        assert_eq!(s.line(at(75.0)).get(3..), Some(" 训练，已用 1 分 15 秒"));
    }

    #[test]
    fn every_plan_has_shares_and_no_title_twice() {
        for plan in [plans::RUN, plans::LINK, plans::SYNTH, plans::ACROSS] {
            let titles: std::collections::BTreeSet<&str> = plan.iter().map(|s| s.title).collect();
            assert_eq!(titles.len(), plan.len());
            assert!(plan.iter().all(|s| s.share > 0.0));
        }
    }
}
