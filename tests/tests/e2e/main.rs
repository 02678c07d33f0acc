//! The lab's own binary against a real swarm. One engine with the sample stack is shared, one test
//! at a time uses it; a test leaves the stack as it found it. No test asserts how long something
//! takes: limits are there to end a test that hangs.

mod bad_days;
mod crowd;
mod input;
mod kill;
mod links;
mod refusals;
mod stopping;
mod undo;
