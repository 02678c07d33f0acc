//! Waiting for something to become true, with a limit that only a defect reaches.

use std::thread;
use std::time::{Duration, Instant};

/// Asks every 50 ms until there is an answer; ends the test, naming `what`, after `seconds`.
#[track_caller]
pub fn until<T>(what: &str, seconds: u64, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(seconds),
            "not in {seconds} s: {what}"
        );
        thread::sleep(Duration::from_millis(50));
    }
}
