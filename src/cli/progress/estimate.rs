//! How much of a command is left, from the share of time that each of its stages took where it was
//! measured. Nothing is said without ground: not before enough has passed, not where the stages are
//! not those of the plan, not while a stage takes far longer than it should. Reads no clock.

use std::time::Duration;

/// A stage of a command.
#[derive(Debug, Clone, Copy)]
pub struct CommandStage {
    /// As the engine names it.
    pub title: &'static str,
    /// Its part of the whole time, in any unit that all stages of the command share.
    pub share: f64,
    /// True if its units take about the same time each, so that they tell how far it is.
    pub even: bool,
}

/// Part of the whole that must have passed before it says anything about the rest.
const GROUND: f64 = 0.05;
/// Part of a stage's units that must be done before they say anything about the others.
const GROUND_UNITS: f64 = 0.1;
/// Time that must have passed.
const GROUND_TIME: Duration = Duration::from_millis(1500);
/// A stage that takes this many times what it should is not understood.
const OVERRUN: f64 = 1.5;
/// Seconds in which the shown figure comes most of the way to a new estimate.
const SETTLING: f64 = 3.0;

/// What is known about the running command.
#[derive(Debug)]
pub struct TimeEstimate {
    plan: &'static [CommandStage],
    /// Running stage; none before the first and from the first that the plan does not foresee.
    at: Option<usize>,
    lost: bool,
    /// Shares of finished stages.
    passed: f64,
    /// Shares of stages that this run went without.
    skipped: f64,
    /// Start of the first stage and of the running one, since an instant before both.
    started: Duration,
    begun: Duration,
    done: u64,
    units: Option<u64>,
    /// When something was shown last, and how many seconds were said to be left.
    shown: Option<(Duration, f64)>,
}

impl TimeEstimate {
    /// For a command of these stages.
    pub fn new(plan: &'static [CommandStage]) -> Self {
        Self {
            plan,
            at: None,
            lost: false,
            passed: 0.0,
            skipped: 0.0,
            started: Duration::ZERO,
            begun: Duration::ZERO,
            done: 0,
            units: None,
            shown: None,
        }
    }

    /// A stage begins at `now`.
    pub fn stage(&mut self, title: &str, units: Option<u64>, now: Duration) {
        let next = self.at.map_or(0, |at| at + 1);
        let found = self.plan.iter().skip(next).position(|stage| stage.title == title).map(|i| next + i);
        if let Some(at) = self.at {
            self.passed += self.plan[at].share;
        } else if !self.lost {
            self.started = now;
        }
        match found {
            Some(at) if !self.lost => {
                self.skipped += self.plan[next..at].iter().map(|stage| stage.share).sum::<f64>();
                self.at = Some(at);
            }
            _ => {
                self.at = None;
                self.lost = true;
            }
        }
        (self.begun, self.done, self.units) = (now, 0, units);
    }

    /// `units` more of the running stage are done.
    pub fn advance(&mut self, units: u64) {
        self.done += units;
    }

    /// Units done and to do in the running stage, where it has any.
    pub fn units(&self) -> Option<(u64, u64)> {
        self.units.map(|all| (self.done.min(all), all))
    }

    /// Number of the running stage and of all stages, where the plan knows.
    pub fn place(&self) -> Option<(usize, usize)> {
        self.at.filter(|_| self.plan.len() > 1).map(|at| (at + 1, self.plan.len()))
    }

    /// Time since the first stage began.
    pub fn elapsed(&self, now: Duration) -> Duration {
        now.saturating_sub(self.started)
    }

    /// Seconds left, as far as can be said at this moment.
    pub fn left(&self, now: Duration) -> Option<f64> {
        let stage = &self.plan[self.at?];
        let whole = self.plan.iter().map(|stage| stage.share).sum::<f64>() - self.skipped;
        let later = whole - self.passed - stage.share;
        let elapsed = self.elapsed(now);
        let here = now.saturating_sub(self.begun).as_secs_f64();
        if elapsed < GROUND_TIME {
            return None;
        }
        let part = self.units().map_or(0.0, |(done, all)| done as f64 / all.max(1) as f64);
        if stage.even && part >= GROUND_UNITS {
            let passed = self.passed + part * stage.share;
            let pace = elapsed.as_secs_f64() / passed;
            return (passed >= GROUND * whole).then(|| here * (1.0 - part) / part + later * pace);
        }
        if self.passed < GROUND * whole {
            return None;
        }
        let should = (elapsed.as_secs_f64() - here) / self.passed * stage.share;
        if here <= should {
            return Some(should - here + later * should / stage.share);
        }
        // Longer than foreseen: everything may take longer, and the end of this stage is near or
        // not known at all.
        let pace = elapsed.as_secs_f64() / (self.passed + stage.share);
        (here <= OVERRUN * should).then_some(later * pace)
    }

    /// Seconds left to show: counts down with the clock and goes over to a new estimate in a few
    /// seconds instead of jumping.
    pub fn show(&mut self, now: Duration) -> Option<f64> {
        let Some(left) = self.left(now) else {
            self.shown = None;
            return None;
        };
        let smooth = match self.shown {
            None => left,
            Some((then, before)) => {
                let passed = now.saturating_sub(then).as_secs_f64();
                let counted = (before - passed).max(0.0);
                left + (counted - left) * (-passed / SETTLING).exp()
            }
        };
        self.shown = Some((now, smooth));
        Some(smooth)
    }
}

/// Seconds as an operator reads them, no finer than an estimate can be.
pub fn rounded_duration(seconds: f64) -> String {
    let up = |step: f64| (seconds / step).ceil() as u64 * step as u64;
    match seconds {
        s if s <= 5.0 => "不到 5 秒".to_owned(),
        s if s <= 55.0 => exact_duration(up(5.0)),
        s if s <= 590.0 => exact_duration(up(10.0)),
        _ => exact_duration(up(60.0)),
    }
}

/// Whole seconds in hours, minutes and seconds.
pub fn exact_duration(seconds: u64) -> String {
    let parts = [(seconds / 3600, "小时"), (seconds / 60 % 60, "分"), (seconds % 60, "秒")];
    let words: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if words.is_empty() { "0 秒".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &[CommandStage] = &[
        CommandStage { title: "a", share: 10.0, even: false },
        CommandStage { title: "b", share: 30.0, even: true },
        CommandStage { title: "c", share: 60.0, even: false },
    ];

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn near(left: Option<f64>, expected: f64) {
        let left = left.expect("an estimate");
        assert!((left - expected).abs() < 0.01, "{left} instead of {expected}");
    }

    #[test]
    fn a_run_that_goes_as_measured_is_foretold() {
        // The clock need not start at zero, and this machine takes half a second per share.
        let mut e = TimeEstimate::new(PLAN);
        e.stage("a", None, at(100.0));
        assert_eq!(e.left(at(104.9)), None, "one unfinished stage tells nothing");
        e.stage("b", Some(3), at(105.0));
        near(e.left(at(105.0)), 45.0);
        near(e.left(at(109.0)), 41.0);
        e.advance(1);
        near(e.left(at(110.0)), 40.0);
        assert_eq!(e.units(), Some((1, 3)));
        e.stage("c", None, at(120.0));
        near(e.left(at(130.0)), 20.0);
        near(e.left(at(150.0)), 0.0);
        assert_eq!(e.place(), Some((3, 3)));
    }

    #[test]
    fn units_tell_more_than_shares() {
        let mut e = TimeEstimate::new(PLAN);
        e.stage("a", None, at(0.0));
        e.stage("b", Some(10), at(10.0));
        // Twice as slow as the first stage foretold: 30 more here, and the last at the pace so far.
        e.advance(5);
        near(e.left(at(40.0)), 30.0 + 60.0 * 40.0 / 25.0);
        // More units than announced are the last one.
        e.advance(7);
        assert_eq!(e.units(), Some((10, 10)));
    }

    #[test]
    fn nothing_is_said_without_ground() {
        let mut e = TimeEstimate::new(PLAN);
        assert_eq!(e.left(at(9.0)), None);
        e.stage("a", None, at(0.0));
        e.stage("b", Some(10), at(1.0));
        assert_eq!(e.left(at(1.2)), None, "too early");
        e.stage("c", None, at(4.0));
        near(e.left(at(5.0)), 5.0);
        near(e.left(at(7.0)), 3.0);
        assert!(e.left(at(11.0)).is_some(), "a little longer than foreseen");
        assert_eq!(e.left(at(14.0)), None, "far longer: the plan says nothing about it");
    }

    #[test]
    fn stages_of_another_plan_silence_it() {
        let mut e = TimeEstimate::new(PLAN);
        e.stage("a", None, at(0.0));
        e.stage("b", None, at(10.0));
        assert!(e.left(at(11.0)).is_some());
        e.stage("x", None, at(40.0));
        assert_eq!((e.left(at(50.0)), e.place()), (None, None));
        // Even what the plan knows: who can say what else comes?
        e.stage("c", None, at(60.0));
        assert_eq!(e.left(at(70.0)), None);
        assert_eq!(e.elapsed(at(70.0)), at(70.0));
        // Going back is another plan as well.
        let mut e = TimeEstimate::new(PLAN);
        for title in ["a", "b", "a"] {
            e.stage(title, None, at(10.0));
        }
        assert_eq!(e.left(at(70.0)), None);
    }

    #[test]
    fn a_stage_left_out_takes_no_time() {
        let mut e = TimeEstimate::new(PLAN);
        e.stage("a", None, at(0.0));
        e.stage("c", None, at(10.0));
        near(e.left(at(10.0)), 60.0);
    }

    #[test]
    fn a_single_even_stage_needs_no_shares() {
        const ONE: &[CommandStage] = &[CommandStage { title: "a", share: 1.0, even: true }];
        let mut e = TimeEstimate::new(ONE);
        e.stage("a", Some(100), at(0.0));
        assert_eq!(e.left(at(10.0)), None);
        e.advance(4);
        assert_eq!(e.left(at(10.0)), None, "four in a hundred are no ground");
        e.advance(21);
        near(e.left(at(10.0)), 30.0);
        assert_eq!(e.place(), None);
    }

    #[test]
    fn what_is_shown_never_jumps() {
        let mut e = TimeEstimate::new(PLAN);
        e.stage("a", None, at(0.0));
        e.stage("b", Some(100), at(10.0));
        let mut before: Option<f64> = None;
        // Ten times slower than foretold from the first unit on.
        for tick in 100..1000 {
            let now = f64::from(tick) / 10.0;
            if tick % 30 == 0 {
                e.advance(1);
            }
            let shown = e.show(at(now)).expect("an estimate");
            if let Some(before) = before {
                let far = e.left(at(now)).expect("an estimate") - before;
                assert!((shown - before).abs() <= far.abs() * 0.04 + 0.11, "{before} then {shown} at {now}");
            }
            before = Some(shown);
        }
        near(Some(before.expect("shown") / e.left(at(99.9)).expect("an estimate")), 1.0);
    }

    #[test]
    fn figures_are_no_finer_than_estimates_are() {
        for (seconds, words) in [
            (0.0, "不到 5 秒"),
            (5.0, "不到 5 秒"),
            (11.2, "15 秒"),
            (55.0, "55 秒"),
            (55.1, "1 分"),
            (71.0, "1 分 20 秒"),
            (599.0, "10 分"),
            (3_601.0, "1 小时 1 分"),
            (7_200.0, "2 小时"),
        ] {
            assert_eq!(rounded_duration(seconds), words, "{seconds}");
        }
        assert_eq!(exact_duration(0), "0 秒");
        assert_eq!(exact_duration(3_725), "1 小时 2 分 5 秒");
    }
}
