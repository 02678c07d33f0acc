//! What must hold of an experiment's text, case by case and for arbitrary texts.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod corpus;
mod editing;
mod forms;
mod fresh;
mod properties;
mod reading;

/// A short experiment that is valid, to be broken in one place.
pub(super) const SHORT: &str = "apiVersion: hivequake/v1
title: Web survives a kill
target:
  service: web
method:
  - fault: container-kill
";
