//! Pure functions: a run's record -> measurements -> findings -> recommendations.
