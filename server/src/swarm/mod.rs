//! The only room that speaks to Docker: snapshots, watching, compare-and-swap edits (bollard).
//!
//! Guarantee: whatever leaves this room is typed; texts in it are still hostile. Nothing in here
//! decides anything.
