//! Open-loop probers and their histograms.
