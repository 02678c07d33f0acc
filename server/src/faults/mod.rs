//! One file per fault.
