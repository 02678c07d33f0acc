//! An experiment's text: read with line and column, checked, patched without losing a byte.
