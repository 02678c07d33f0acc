//! Pure: Markdown, HTML, JSON, JUnit, charts.
