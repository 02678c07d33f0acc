//! Many event sources merged onto one clock.
